"""The number of a document: Rule 46(b) of the CGST Rules, and the stricter portal for e-invoices.

At most sixteen characters, letters, digits, "-" and "/", and not beginning with 0, "-" or "/".

>>> is_valid("SPR/26-27/00001"), is_valid("RSPR/26-27/00001")
(True, True)
>>> is_valid("RBLRKM/26-27/0001")            # Seventeen
False
>>> is_valid("INV#1"), is_valid("0123"), is_valid("")
(False, False, False)
"""

import re

from .dates import financial_year

_FORMAT = re.compile(r"[A-Za-z1-9][A-Za-z0-9/-]{0,15}")  # NIC schema 1.1, DocDtls.No

# Digits of the counter: 3 of the branch, 1 of the kind, 2 slashes, 5 of the year leave 16 - 11.
COUNTER_DIGITS = 5

# Branch codes: with the prefix of a kind of document they still fit into sixteen characters.
MAX_CODE_LENGTH = 3

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,2}")

# From this counter on whoever issues is told that the series comes to its end.
NEARLY_FULL = 90_000

# Kinds of document that have a series of their own beside the invoices.
PREFIXES = {
    "invoice": "",
    "credit_note": "R",
    "receipt_voucher": "V",
    "refund_voucher": "F",
    "challan": "D",
    "challan_job_work": "J",
    "self_invoice": "I",  # of what a supplier without a GSTIN sent us: docs/adr/0044
    "payment_voucher": "P",
    "financial_note": "N",  # no document of GST, in a series of its own: docs/adr/0031
}


def is_valid(text):
    """Tell whether a document may carry this number."""
    return bool(_FORMAT.fullmatch(text or ""))


def is_code(text):
    """Tell whether a series may begin with this code.

    >>> is_code("SPR"), is_code("S1"), is_code("BLRKM"), is_code("1SP"), is_code("S_P")
    (True, True, False, False, False)
    """
    return bool(_CODE.fullmatch(text or ""))


def is_nearly_full(counter):
    """Tell whether a series comes to its end this year: 99,999 is its last number.

    >>> is_nearly_full(89_999), is_nearly_full(90_000)
    (False, True)
    """
    return counter >= NEARLY_FULL


def starting_number(code, on_date, kind="invoice"):
    """Return the number before the first one of a financial year.

    >>> from datetime import date
    >>> starting_number("SPR", date(2026, 4, 1))
    'SPR/26-27/00000'
    >>> starting_number("SPR", date(2027, 3, 31), "credit_note")
    'RSPR/26-27/00000'

    :param str code: of the branch
    :param datetime.date on_date: of the document
    :param str kind: a key of `PREFIXES`
    """
    return f"{PREFIXES[kind]}{code}/{financial_year(on_date)}/{0:0{COUNTER_DIGITS}}"


def clash(code, other):
    """Tell whether two branches with these codes could issue the same number.

    A branch RSP would number its invoices as a branch SP numbers its credit notes.

    >>> clash("SP", "RSP"), clash("VSP", "SP"), clash("SP", "PSP"), clash("SP", "SPR")
    (True, True, True, False)
    """
    series = {prefix + code for prefix in PREFIXES.values()}
    return bool(series & {prefix + other for prefix in PREFIXES.values()})
