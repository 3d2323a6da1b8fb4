"""The returns of a registration for a month, from its documents.

>>> from datetime import date
>>> from .documents import Document, Line, Supplier
>>> supplier = Supplier("29AAGCR4375J1ZU", "042026")
>>> repair = Line("998713", "Repair", 18, 99999, cgst=9000, sgst=9000)
>>> sale = Document(1, "SPR/26-27/00001", date(2026, 4, 1), "invoice", "29", 118000, (repair,))
>>> gstr1(supplier, [sale])["b2cs"]  # doctest: +NORMALIZE_WHITESPACE
[{'sply_ty': 'INTRA', 'pos': '29', 'typ': 'OE', 'rt': 18, 'txval': 999.99, 'iamt': 0.0,
  'camt': 90.0, 'samt': 90.0, 'csamt': 0.0}]
>>> gstr3b(supplier, [sale])["sup_details"]["osup_det"]["txval"]
999.99
"""

from . import gstr1 as _gstr1
from . import gstr3b as _gstr3b


class NoSuchReturn(ValueError):
    """A composition taxpayer files CMP-08 and GSTR-4 instead: Rule 62."""


def gstr1(supplier, documents, *, advances=(), issued=(), amendments=()):
    """Return GSTR-1 as the portal's JSON, a table without rows left out.

    :param documents.Supplier supplier:
    :param documents: rows of `documents.Document`, each once, of the month and no other GSTIN
    :param advances: rows of `documents.Advance` of the month
    :param issued: rows of `documents.Issued` of the month, cancelled numbers included
    :param amendments: rows of `documents.Amendment`
    :raise NoSuchReturn: for a composition taxpayer
    :rtype: dict
    """
    _check(supplier)
    return _gstr1.build(supplier, documents, advances, issued, amendments)


def gstr3b(supplier, documents, *, advances=(), purchases=(), reversals=(), amendments=()):
    """Return GSTR-3B as the portal's JSON, to the paisa. `payable` rounds what is paid.

    :param purchases: rows of `documents.Purchase` of the month
    :param reversals: rows of `documents.Reversal` of the month
    :raise NoSuchReturn: for a composition taxpayer
    :rtype: dict
    """
    _check(supplier)
    return _gstr3b.build(supplier, documents, advances, purchases, reversals, amendments)


def _check(supplier):
    if supplier.composition:
        raise NoSuchReturn("A composition taxpayer files CMP-08 and GSTR-4: Rule 62.")


payable = _gstr3b.payable
