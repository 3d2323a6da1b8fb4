"""GSTR-1 in the portal's JSON, table by table.

The rows are walked once. Money is whole paise until it is written; what is written has two decimals.
"""

from collections import defaultdict

from . import law, periods
from .amended import amended_sums
from .documents import UNTAXED, add
from .rows import figures, integrated, number, rupees
from .table11 import advance_tables
from .table13 import doc_issue
from .tables import (
    OF_REGISTERED,
    export_type,
    invoice_type,
    is_inter,
    table_of,
    unregistered_note_type,
)

VERSION = "GST3.2.2"

# Table 12 has room for this much of a description.
DESCRIPTION_LENGTH = 30


def build(supplier, documents, advances=(), issued=(), amendments=()):
    """Return the GSTR-1 of `supplier`. See `returns.gstr1`."""
    books = _Books(supplier)
    for document in documents:
        books.add(document)
    return {
        "gstin": supplier.gstin,
        "fp": supplier.period,
        "version": VERSION,
        "hash": "hash",
        **_filled(
            {
                **books.tables(),
                **amended_sums(amendments, supplier.state),
                "nil": books.nil(),
                **advance_tables(advances, supplier),
                "hsn": books.hsn(),
                "doc_issue": doc_issue(issued),
            }
        ),
    }


def _filled(tables):
    return {name: content for name, content in tables.items() if content}


class _Books:
    """The documents of a month, sorted into tables while they are added."""

    def __init__(self, supplier):
        self.state = supplier.state
        self.split_hsn = periods.first_day(supplier.period) >= law.HSN_SPLIT_SINCE
        self.invoices = {name: defaultdict(list) for name in WRITERS}
        self.consumers = {}  # (inter, pos, rate) → sums
        self.untaxed = {}  # (registered, inter) → sums
        self.goods = {}  # (tab, hsn, uqc, rate) → sums

    def add(self, document):
        table = table_of(document, self.state)
        taxed = [line for line in document.lines if line.nature not in UNTAXED]
        if document.amends:
            # New figures of a month that was filed: its own tables alone are corrected by them.
            self._add_invoice(table + "a", document, taxed)
            return
        if len(taxed) < len(document.lines):
            self._add_untaxed(document)
        if taxed and table == "b2cs":
            self._add_consumer(document, taxed)
        elif taxed:
            self._add_invoice(table, document, taxed)
        tab = "hsn_b2b" if table in OF_REGISTERED else "hsn_b2c"
        self._add_goods(document, tab if self.split_hsn else "data")

    # === TABLES 4, 5, 6 AND 9 === #

    def _add_invoice(self, table, document, lines):
        if table not in WRITERS:
            raise ValueError(f"{document.number}: Table 7 is amended by an Amendment")
        group, row = WRITERS[table][1:]
        self.invoices[table][group(document)].append(row(document, lines))

    def tables(self):
        tables = {}
        for name, (wrap, _group, _row) in WRITERS.items():
            tables[name] = wrap(self.invoices[name])
        tables["b2cs"] = self._consumer_rows()
        return tables

    # === TABLE 7 === #

    def _add_consumer(self, document, lines):
        inter = is_inter(document, self.state)
        for line in lines:
            key = (inter, document.pos, line.rate)
            add(self.consumers.setdefault(key, [0] * 5), line, document.sign)

    def _consumer_rows(self):
        return [
            {
                "sply_ty": "INTER" if inter else "INTRA",
                "pos": pos,
                "typ": "OE",
                "rt": number(rate),
                **figures(sums),
            }
            for (inter, pos, rate), sums in sorted(self.consumers.items())
            if any(sums)
        ]

    # === TABLE 8 === #

    def _add_untaxed(self, document):
        key = (is_inter(document, self.state), document.is_registered)
        sums = self.untaxed.setdefault(key, dict.fromkeys(UNTAXED, 0))
        for line in document.lines:
            if line.nature in UNTAXED:
                sums[line.nature] += document.sign * line.taxable

    def nil(self):
        rows = [
            {
                "sply_ty": f"{'INTR' if inter else 'INTRA'}{'B2B' if registered else 'B2C'}",
                "nil_amt": rupees(sums["nil_rated"]),
                "expt_amt": rupees(sums["exempt"]),
                "ngsup_amt": rupees(sums["non_gst"]),
            }
            for (inter, registered), sums in sorted(self.untaxed.items(), reverse=True)
            if any(sums.values())
        ]
        return {"inv": rows} if rows else {}

    # === TABLE 12 === #

    def _add_goods(self, document, tab):
        sign = document.sign
        for line in document.lines:
            if not line.hsn:
                continue  # Optional to consumers up to 5 crore: HSN_DIGITS. `checks` sees the rest.
            rate = 0 if line.nature in UNTAXED else line.rate
            key = (tab, line.hsn, line.uqc or "NA", rate)
            goods = self.goods.get(key)
            if goods is None:
                goods = self.goods[key] = [line.description, 0.0, [0] * 5]
            if line.uqc:
                goods[1] += sign * line.quantity
            add(goods[2], line, sign)

    def hsn(self):
        tabs = defaultdict(list)
        for (tab, hsn, uqc, rate), goods in sorted(self.goods.items(), key=lambda item: item[0]):
            description, quantity, sums = goods
            if not any(sums) and not round(quantity, 2):
                continue
            rows = tabs[tab]
            rows.append(
                {
                    "num": len(rows) + 1,
                    "hsn_sc": hsn,
                    "desc": description[:DESCRIPTION_LENGTH],
                    "uqc": uqc,
                    "qty": round(quantity, 2) or 0,
                    "rt": number(rate),
                    **figures(sums),
                }
            )
        return dict(tabs)


# === ROWS === #


def _by_rate(lines):
    if len(lines) == 1:  # most documents, and the reason why this is fast
        line = lines[0]
        return [(line.rate, (line.taxable, line.igst, line.cgst, line.sgst, line.cess))]
    rates = {}
    for line in lines:
        add(rates.setdefault(line.rate, [0] * 5), line)
    return sorted(rates.items())


def _items(lines, write=figures):
    """Return one item a rate, inside `itm_det`."""
    return [
        {"num": count, "itm_det": {"rt": number(rate), **write(sums)}}
        for count, (rate, sums) in enumerate(_by_rate(lines), 1)
    ]


def _day(day):
    return f"{day.day:02d}-{day.month:02d}-{day.year}"


def _replaced(document, number_key, date_key):
    """Return what an amendment says of the document that it replaces; else nothing."""
    if not document.amends:
        return {}
    return {number_key: document.amends.number, date_key: _day(document.amends.date)}


def _invoice(document):
    return {
        **_replaced(document, "oinum", "oidt"),
        "inum": document.number,
        "idt": _day(document.date),
        "val": document.value / 100,
    }


def _registered_invoice(document, lines):
    return {
        **_invoice(document),
        "pos": document.pos,
        "rchrg": "Y" if document.reverse_charge else "N",
        "inv_typ": invoice_type(document),
        "itms": _items(lines),
    }


def _large_invoice(document, lines):
    return {**_invoice(document), "itms": _items(lines, integrated)}


def _export_invoice(document, lines):
    items = [{"rt": number(rate), **integrated(sums)} for rate, sums in _by_rate(lines)]
    row = {**_invoice(document), "itms": items}
    if document.shipping_bill:
        row["sbpcode"] = document.port
        row["sbnum"] = document.shipping_bill
        row["sbdt"] = _day(document.shipping_date)
    return row


def _note(document):
    return {
        **_replaced(document, "ont_num", "ont_dt"),
        "ntty": "C" if document.kind == "credit_note" else "D",
        "nt_num": document.number,
        "nt_dt": _day(document.date),
        "val": document.value / 100,
    }


def _registered_note(document, lines):
    return {
        **_note(document),
        "pos": document.pos,
        "rchrg": "Y" if document.reverse_charge else "N",
        "inv_typ": invoice_type(document),
        "itms": _items(lines),
    }


def _unregistered_note(document, lines):
    row = {"typ": unregistered_note_type(document), **_note(document)}
    if row["typ"] == "B2CL":
        row["pos"] = document.pos
    return {**row, "itms": _items(lines, integrated)}


# === WRITERS === #


def _grouped(key, rows_key):
    """Return a function that writes ``[{key: …, rows_key: [row, …]}]``."""
    return lambda groups: [{key: name, rows_key: rows} for name, rows in sorted(groups.items())]


def _flat(groups):
    return [row for rows in groups.values() for row in rows]


def _gstin(document):
    return document.gstin


def _pos(document):
    return document.pos


# Table → how groups are written, what a document is grouped by, how it is written.
WRITERS = {
    "b2b": (_grouped("ctin", "inv"), _gstin, _registered_invoice),
    "b2cl": (_grouped("pos", "inv"), _pos, _large_invoice),
    "exp": (_grouped("exp_typ", "inv"), export_type, _export_invoice),
    "cdnr": (_grouped("ctin", "nt"), _gstin, _registered_note),
    "cdnur": (_flat, unregistered_note_type, _unregistered_note),
}
WRITERS.update({f"{name}a": writer for name, writer in list(WRITERS.items())})
