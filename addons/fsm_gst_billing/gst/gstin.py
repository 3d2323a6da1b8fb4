"""GSTIN, the registration number of a taxpayer in one state.

Two digits of the state, ten characters of the PAN, the number of the registration under that PAN,
a letter for the kind (Z ordinary, C collects at source, D deducts at source) and a check character.

>>> is_valid("29AAGCR4375J1ZU")
True
>>> is_valid("29AABCF8078M1C8")              # Collects tax at source: python-stdnum refuses it
True
>>> is_valid("29AAGCR4375J1ZY")              # One wrong character
False
>>> normalise(" 27aapfu0939f1zv ")
'27AAPFU0939F1ZV'
>>> state_code("29AAGCR4375J1ZU")
'29'
"""

import re
import unicodedata

from .states import STATES

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORMAT = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][A-Z][0-9A-Z]")


def normalise(text):
    """Return `text` as it is stored and compared: upper case, no blanks. Not yet valid by that.

    What messengers put around a pasted number is taken out as well, seen or not.

    >>> normalise("\u200e27aapfu0939f1zv\u200b")
    '27AAPFU0939F1ZV'

    :param str | bool | None text: what was typed
    :rtype: str
    """
    bare = "".join(mark for mark in text or "" if unicodedata.category(mark) != "Cf")
    # No other letter becomes one of A–Z: “ſ” would.
    return re.sub(r"[a-z]", lambda letter: letter[0].upper(), re.sub(r"\s+", "", bare))


def is_valid(text):
    """Tell whether `text`, once normalised, is a GSTIN that can exist.

    >>> is_valid("36AABCT1332L011")          # Odoo's own test number
    False
    >>> is_valid("00AAPFU0939F1ZV"), is_valid("27AAPFU0939F1Z"), is_valid(False)
    (False, False, False)
    """
    gstin = normalise(text)
    return bool(
        _FORMAT.fullmatch(gstin) and gstin[:2] in STATES and check_character(gstin) == gstin[-1]
    )


def check_character(gstin):
    """Return the fifteenth character that belongs to the first fourteen of `gstin`.

    The factors 1, 2, 1, 2 … are applied in base 36, the digits of each product are added.

    >>> check_character("29AAGCR4375J1Z")
    'U'
    """
    total = 0
    for position, character in enumerate(gstin[:14]):
        product = _ALPHABET.index(character) * (1 + position % 2)
        total += sum(divmod(product, 36))
    return _ALPHABET[-total % 36]


def state_code(text):
    """Return the two digits of the state, or an empty text if `text` is no GSTIN.

    >>> state_code("hello")
    ''
    """
    return normalise(text)[:2] if is_valid(text) else ""
