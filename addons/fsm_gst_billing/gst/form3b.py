"""GSTR-3B as a person reads it: its rows with their numbers on the form.

>>> from .documents import Document, Line, Supplier
>>> from . import returns
>>> from datetime import date
>>> repair = Line("998713", "Repair", 18, 99999, cgst=9000, sgst=9000)
>>> sale = Document(1, "SPR/26-27/00001", date(2026, 4, 1), "invoice", "29", 118000, (repair,))
>>> gstr3b = returns.gstr3b(Supplier("29AAGCR4375J1ZU", "042026"), [sale])
>>> rows(gstr3b)[0]
Row(table='3.1(a)', what='osup_det', pos='', figures=(999.99, 0.0, 90.0, 90.0, 0.0))
>>> [row for row in rows(gstr3b) if row.table == "4(A)(4)"][0].figures is None
True
"""

from typing import NamedTuple

from .documents import HEADS
from .gstr3b import payable

NAMES = ("txval", "iamt", "camt", "samt", "csamt")

OUTWARD = {
    "osup_det": "3.1(a)",
    "osup_zero": "3.1(b)",
    "osup_nil_exmp": "3.1(c)",
    "isup_rev": "3.1(d)",
    "osup_nongst": "3.1(e)",
}
PLACES = {"unreg_details": "3.2", "comp_details": "3.2", "uin_details": "3.2"}
CREDITS = {
    "IMPG": "4(A)(1)",
    "IMPS": "4(A)(2)",
    "ISRC": "4(A)(3)",
    "ISD": "4(A)(4)",
    "OTH": "4(A)(5)",
}
REVERSALS = {"RUL": "4(B)(1)", "OTH": "4(B)(2)"}
PAYMENTS = ("liability", "credit", "reverse_charge", "cash")

# What no document in these books says: a zero would be a lie.
UNKNOWN = {"4(A)(4)", "4(B)(2)", "4(D)(1)", "4(D)(2)", "5.1"}


class Row(NamedTuple):
    """A row of the form; `figures` are taxable value, IGST, CGST, SGST and cess in rupees.

    A figure that the row does not have is ``None``; of a row that is not known here all are.
    """

    table: str
    what: str
    pos: str = ""  # state code, in Table 3.2
    figures: tuple | None = None


def rows(gstr3b):
    """Return the form from top to bottom.

    :param dict gstr3b: as `returns.gstr3b` wrote it
    """
    credit = gstr3b["itc_elg"]
    return [
        *(_row(table, what, gstr3b["sup_details"][what]) for what, table in OUTWARD.items()),
        *(
            _row(table, what, place, place["pos"])
            for what, table in PLACES.items()
            for place in gstr3b["inter_sup"][what]
        ),
        *(_row(CREDITS[row["ty"]], row["ty"], row) for row in credit["itc_avl"]),
        *(_row(REVERSALS[row["ty"]], "reversed_" + row["ty"], row) for row in credit["itc_rev"]),
        _row("4(C)", "net", credit["itc_net"]),
        Row("4(D)(1)", "reclaimed"),
        Row("4(D)(2)", "ineligible"),
        *_untaxed(gstr3b["inward_sup"]["isup_details"]),
        Row("5.1", "interest"),
        *_payments(gstr3b),
    ]


def _row(table, what, figures, pos=""):
    known = table not in UNKNOWN or any(figures.get(name) for name in NAMES)
    return Row(table, what, pos, tuple(figures.get(name) for name in NAMES) if known else None)


def _untaxed(details):
    """Yield what was bought without tax; its value alone is declared."""
    for row in details:
        for way in ("inter", "intra"):
            yield Row("5", f"{row['ty']}_{way}", "", (row[way], None, None, None, None))


def _payments(gstr3b):
    """Yield Table 6.1, whole rupees: CGST Act s.170."""
    paid = payable(gstr3b)
    for what in PAYMENTS:
        yield Row("6.1", what, "", (None, *(paid[head][what] for head in HEADS)))
