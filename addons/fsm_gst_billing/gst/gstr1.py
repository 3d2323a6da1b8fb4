"""GSTR-1 in the portal's JSON, table by table.

The rows are walked once. Money is whole paise until it is written; what is written has two decimals.
"""

from collections import defaultdict

from . import law, periods
from .documents import UNTAXED, add
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
                **_amended(amendments, supplier.state),
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


# === TABLES 11A AND 11B === #


def advance_tables(advances, supplier):
    """Return `at` and `txpd`: tax on advances, and tax already paid on them.

    An advance that is adjusted or refunded in the month in which it came was never one: Table 11
    wants only those for which no invoice was issued in the same month.
    """
    received, settled = split_advances(advances, supplier.period)
    return {
        "at": _advance_rows(received, supplier.state),
        "txpd": _advance_rows(settled, supplier.state),
    }


def split_advances(advances, period):
    """Return the sums for Tables 11A and 11B: ``{(pos, rate): [taxable, igst, …]}`` twice.

    :param advances: rows of `documents.Advance` of this month
    """
    received, settled = {}, {}
    for advance in advances:
        came = advance.date if advance.kind == "received" else advance.received_on
        of_this_month = bool(came) and periods.period_of(came) == period
        sign = -1 if of_this_month and advance.kind != "received" else 1
        sums = (received if of_this_month else settled).setdefault(
            (advance.pos, advance.rate), [0] * 5
        )
        add(sums, advance, sign)
    return received, settled


def _advance_rows(sums_by_key, state):
    rows = {}
    for (pos, rate), sums in sorted(sums_by_key.items()):
        if any(sums):
            row = rows.setdefault(
                pos, {"pos": pos, "sply_ty": "INTRA" if pos == state else "INTER", "itms": []}
            )
            row["itms"].append({"rt": number(rate), **figures(sums, "ad_amt")})
    return list(rows.values())


# === AMENDMENTS OF SUMS === #


def _amended(amendments, state):
    """Return `b2csa`, `ata` and `txpda`: new figures for rows of months that were filed."""
    tables = {"b2csa": {}, "ata": {}, "txpda": {}}
    for row in amendments:
        rows = tables[row.table + "a"]
        head = {
            "omon": row.period,
            "sply_ty": "INTRA" if row.pos == state else "INTER",
            "pos": row.pos,
        }
        if row.table == "b2cs":
            head["typ"] = "OE"
        item = rows.setdefault((row.period, row.pos), {**head, "itms": []})
        sums = [0] * 5
        add(sums, row)
        name = "txval" if row.table == "b2cs" else "ad_amt"
        item["itms"].append({"rt": number(row.rate), **figures(sums, name)})
    return {name: list(rows.values()) for name, rows in tables.items()}


# === ROWS === #


def rupees(paise):
    """Return paise as a number of rupees that prints with at most two decimals.

    >>> rupees(10 + 20), rupees(100)
    (0.3, 1.0)
    """
    return paise / 100


def number(rate):
    """Return a rate as the portal writes it: 18, not 18.0.

    >>> number(18.0), number(0.25)
    (18, 0.25)
    """
    return int(rate) if rate == int(rate) else rate


def figures(sums, first="txval"):
    """Return the five sums under the portal's names."""
    names = (first, "iamt", "camt", "samt", "csamt")
    return {name: amount / 100 for name, amount in zip(names, sums, strict=True)}


def integrated(sums):
    """Return the figures of a table that knows no central tax."""
    return {"txval": sums[0] / 100, "iamt": sums[1] / 100, "csamt": sums[4] / 100}


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
