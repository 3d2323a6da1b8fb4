"""Do the returns agree with each other, and with the books?

Each tie compares two ways to the same amount. `left` comes from the JSON that will be filed, so what
is proved is what is sent.

>>> tie = Tie("R13", "Table 12 and Table 3.1", "txval", 100000, 99999)
>>> tie.holds, tie.difference
(False, 1)
"""

from typing import NamedTuple

from .documents import UNTAXED, add
from .tables import OF_REGISTERED

# What is compared; the words of the screen are the ORM side's.
DOCUMENTS = "Tables 4 to 9 and the documents"
HSN = "Table 12 and Tables 4 to 9"
BOTH = "GSTR-1 and GSTR-3B"
REGISTERED = "Table 12 (B2B) and Tables 4, 6, 8, 9"
TABLE12 = "Table 12 with advances and GSTR-3B"
BOOKS = "The books and GSTR-1"
RECEIPTS = "Invoices and receipts"
JOBS = "Repairs and invoices"

# Figures beside those of the returns: money with tax, and a number of things.
TOTAL, COUNT = "total", "count"

FIGURES = ("txval", "iamt", "camt", "samt", "csamt")


class Tie(NamedTuple):
    """Two amounts that the law wants to be equal, in paise."""

    rule: str
    name: str
    figure: str
    left: int
    right: int

    @property
    def difference(self):
        return self.left - self.right

    @property
    def holds(self):
        return not self.difference


def tie_out(gstr1, gstr3b, documents, state, books=None):
    """Return all ties of a month that holds no amendment; those that fail are findings.

    :param dict gstr1: as `returns.gstr1` wrote it
    :param dict gstr3b: as `returns.gstr3b` wrote it
    :param documents: the rows of `documents.Document` they were built from
    :param str state: state code of the supplier
    :param dict books: balances of the ledger under names of `FIGURES`, paise; what it does not
        name is not compared
    """
    listed, of_goods = listed_sums(gstr1), hsn_sums(gstr1, documents)
    declared = _declared(gstr3b, documents)
    ties = _pairs("a4", DOCUMENTS, listed, document_sums(documents))
    ties += _pairs("a4", HSN, of_goods, listed)
    ties += _pairs("a4", TABLE12, _with_advances(gstr1, of_goods), declared)
    ties += _pairs("a4", BOTH, _with_advances(gstr1, listed), declared)
    ties += _registered_ties(gstr1)
    if books:
        filed = dict(zip(FIGURES, _with_advances(gstr1, listed), strict=True))
        for figure, amount in books.items():
            ties.append(Tie("a4", BOOKS, figure, amount, filed[figure]))
    return ties


def _pairs(rule, name, left, right):
    return [Tie(rule, name, *row) for row in zip(FIGURES, left, right, strict=True)]


# === SUMS OF WHAT WILL BE FILED === #


def listed_sums(gstr1):
    """Return what Tables 4 to 9 say in all, credit notes deducted: five sums in paise."""
    sums = [0] * 5
    for sign, row in _listed_rows(gstr1):
        _add_figures(sums, row, sign)
    for row in gstr1.get("nil", {}).get("inv", []):
        sums[0] += _nil(row)
    return sums


def _listed_rows(gstr1):
    """Yield ``(sign, figures)`` of every item of Tables 4 to 7 and 9."""
    for table, rows_key in (("b2b", "inv"), ("b2cl", "inv"), ("exp", "inv"), ("cdnr", "nt")):
        for group in gstr1.get(table, []):
            for document in group[rows_key]:
                yield from _items(document)
    for document in gstr1.get("cdnur", []):
        yield from _items(document)
    for row in gstr1.get("b2cs", []):
        yield 1, row


def _items(document):
    sign = -1 if document.get("ntty") == "C" else 1
    for item in document["itms"]:
        yield sign, item.get("itm_det", item)


def _nil(row):
    return sum(paise(row[name]) for name in ("nil_amt", "expt_amt", "ngsup_amt"))


def hsn_sums(gstr1, documents):
    """Return what Table 12 says in all, with the lines that need no HSN added."""
    sums = [0] * 5
    for rows in gstr1.get("hsn", {}).values():
        for row in rows:
            _add_figures(sums, row, 1)
    for document in documents:
        for line in document.lines:
            if not line.hsn and not document.amends:
                add(sums, line, document.sign)
    return sums


def document_sums(documents):
    sums = [0] * 5
    for document in documents:
        if not document.amends:
            for line in document.lines:
                add(sums, line, document.sign)
    return sums


def _with_advances(gstr1, sums):
    sums = list(sums)
    for table, sign in (("at", 1), ("txpd", -1)):
        for row in gstr1.get(table, []):
            for item in row["itms"]:
                _add_figures(sums, {**item, "txval": item["ad_amt"]}, sign)
    return sums


def _declared(gstr3b, documents):
    """Return Table 3.1 without purchases, with what customers pay tax on themselves: Table 4B."""
    sums = [0] * 5
    for name, row in gstr3b["sup_details"].items():
        if name != "isup_rev":
            _add_figures(sums, row, 1)
    for document in documents:
        if document.reverse_charge and not document.amends:
            for line in document.lines:
                if line.nature not in UNTAXED:
                    add(sums, line, document.sign)
    return sums


def _registered_ties(gstr1):
    """Compare the tab of registered customers with their tables: the portal does so as well."""
    if "hsn_b2b" not in gstr1.get("hsn", {}):
        return []
    tab, tables = [0] * 5, [0] * 5
    for row in gstr1["hsn"]["hsn_b2b"]:
        _add_figures(tab, row, 1)
    own = {name: rows for name, rows in gstr1.items() if name in OF_REGISTERED}
    for sign, row in _listed_rows(own):
        _add_figures(tables, row, sign)
    for row in gstr1.get("nil", {}).get("inv", []):
        if row["sply_ty"].endswith("B2B"):
            tables[0] += _nil(row)
    return _pairs("a4", REGISTERED, tab, tables)


def _add_figures(sums, row, sign):
    for place, name in enumerate(FIGURES):
        sums[place] += sign * paise(row.get(name, 0))


def paise(rupees):
    """Return a figure of the JSON as whole paise.

    >>> paise(0.29), paise(-1179.99)
    (29, -117999)
    """
    return round(rupees * 100)
