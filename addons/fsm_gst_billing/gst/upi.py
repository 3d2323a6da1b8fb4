"""Links by which a UPI app pays: NPCI, *UPI Linking Specifications*, encoded as RFC 3986 wants it.

>>> upi_url("rcblr@okhdfc", "RC Bengaluru", 6853, "BK/26-27/00001", "Job 7")
'upi://pay?pa=rcblr%40okhdfc&pn=RC%20Bengaluru&am=6853.00&cu=INR&tr=BK2627-00001&tn=Job%207'
>>> is_valid("fixmylap@okhdfcbank"), is_valid("98450 12345@ybl"), is_valid("okhdfcbank")
(True, False, False)
>>> is_utr("412345678901"), is_utr("41234567890"), is_utr("T2411211030")
(True, False, False)
"""

import re
from urllib.parse import quote, urlencode

from .words import rupees

# What a UPI app calls UTR, UPI Ref. No. or RRN: field 37 of ISO 8583.
_UTR = re.compile(r"[0-9]{12}")

# What programs know a UPI payment by: its UTR, or the ID of the app or bank, of at most 35 signs.
_REFERENCE = re.compile(r"[0-9]{12}|(?=.*[0-9])(?=.*[A-Z])[A-Z0-9-]{6,35}")

# Name at handle, of which a bank accepts at most this.
_VPA = re.compile(r"[A-Za-z0-9._-]{2,255}@[A-Za-z][A-Za-z0-9]{1,63}")

NOTE_LENGTH = 50  # characters that every app shows
REFERENCE_LENGTH = 35  # characters of `tr`


def is_valid(text):
    """Tell whether `text` has the shape of a virtual payment address (VPA, UPI ID).

    Only the bank knows whether it exists.

    :param str | bool | None text: what was typed
    """
    return bool(_VPA.fullmatch(text or ""))


def is_utr(text):
    """Tell whether `text` has the shape of a UPI transaction's reference.

    :param str | bool | None text: what was typed or scanned
    """
    return bool(_UTR.fullmatch(text or ""))


def is_reference(text):
    """Tell whether `text` can be the reference of a UPI payment: a UTR, or the ID of an app.

    >>> is_reference("412345678901"), is_reference("41234567890"), is_reference("T2411211030")
    (True, False, True)
    >>> is_reference("ABC"), is_reference("paid"), is_reference("")
    (False, False, False)

    :param str | bool | None text: in capitals
    """
    return bool(_REFERENCE.fullmatch(text or ""))


def reference(number):
    """Return a document's number as `tr` may carry it: letters, digits, one hyphen, no slash.

    >>> reference("SPR/26-27/00042"), reference("A1")
    ('SPR2627-00042', 'A1')

    :param str number: of a document
    """
    *series, counter = (re.sub(r"[^A-Za-z0-9]", "", part) for part in (number or "").split("/"))
    return "-".join(filter(None, ("".join(series), counter)))[:REFERENCE_LENGTH]


def upi_url(vpa, payee, amount, number, note):
    """Return the link that a UPI QR code carries.

    :param str vpa: who is paid, ``name@bank``
    :param str payee: what the payer reads
    :param decimal.Decimal | float | int | str amount: in rupees, more than zero
    :param str number: of the document that is paid
    :param str note: what both sides find in their statement
    :raise ValueError: if no app could pay this
    """
    due = rupees(amount)
    if not is_valid(vpa) or due <= 0:
        raise ValueError(f"cannot be paid by UPI: {amount} to {vpa}")
    values = {
        "pa": vpa,
        "pn": payee,
        "am": f"{due:.2f}",
        "cu": "INR",
        "tr": reference(number),
        "tn": note[:NOTE_LENGTH],
    }
    return "upi://pay?" + urlencode(values, quote_via=quote, safe="")
