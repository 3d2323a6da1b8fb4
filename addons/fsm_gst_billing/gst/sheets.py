"""The workbook of the portal's offline tool, as rows: sheet by sheet, column by column.

The tool reads columns by their headers, which stand in the fourth row below a title and two rows of
totals. The rows are taken from the JSON of GSTR-1, so workbook and JSON cannot differ.

>>> sheet = SHEETS[0]
>>> sheet.name, sheet.columns[:4]
('b2b,sez,de', ('GSTIN/UIN of Recipient', 'Receiver Name', 'Invoice Number', 'Invoice date'))
"""

from typing import NamedTuple

from . import periods
from .states import OTHER_COUNTRY, STATES
from .table13 import NATURE_NAMES

HEADER_ROW = 4


class Sheet(NamedTuple):
    """A sheet: `rows` makes its rows from the JSON and the names of customers by GSTIN."""

    name: str
    title: str
    columns: tuple
    rows: object


def workbook(gstr1, names=None):
    """Yield ``(sheet, rows)`` for each sheet of the tool, in its order, those without rows as well.

    :param dict gstr1: as `returns.gstr1` wrote it
    :param dict names: of customers by GSTIN; the tool does not need them
    """
    for sheet in SHEETS:
        yield sheet, list(sheet.rows(gstr1, names or {}))


# === TEXT === #


def place(code):
    """Return a place of supply as the tool lists it.

    >>> place("29"), place("96")
    ('29-Karnataka', '96-Other Countries')
    """
    return f"{code}-{'Other Countries' if code == OTHER_COUNTRY else STATES[code]}"


def day(text):
    """Return a day of the JSON as the tool writes it, whatever the language of the server.

    >>> day("05-04-2026")
    '05-Apr-2026'
    """
    number, month, year = text.split("-")
    return f"{number}-{periods.MONTHS[int(month) - 1][:3]}-{year}"


_INVOICE_TYPES = {
    "R": "Regular B2B",
    "SEWP": "SEZ supplies with payment",
    "SEWOP": "SEZ supplies without payment",
    "DE": "Deemed Exp",
}
_NIL_TYPES = {
    "INTRB2B": "Inter-State supplies to registered persons",
    "INTRAB2B": "Intra-State supplies to registered persons",
    "INTRB2C": "Inter-State supplies to unregistered persons",
    "INTRAB2C": "Intra-State supplies to unregistered persons",
}


# === ROWS === #


def _items(document):
    for item in document["itms"]:
        yield item.get("itm_det", item)


def _replaced(row, number, on):
    return (row[number], day(row[on])) if number in row else ()


def _b2b(table):
    def rows(gstr1, names):
        for customer in gstr1.get(table, []):
            for row in customer["inv"]:
                for item in _items(row):
                    yield (
                        customer["ctin"],
                        names.get(customer["ctin"], ""),
                        *_replaced(row, "oinum", "oidt"),
                        row["inum"],
                        day(row["idt"]),
                        row["val"],
                        place(row["pos"]),
                        row["rchrg"],
                        "",
                        _INVOICE_TYPES[row["inv_typ"]],
                        "",
                        item["rt"],
                        item["txval"],
                        item["csamt"],
                    )

    return rows


def _b2cl(table):
    def rows(gstr1, _names):
        for group in gstr1.get(table, []):
            for row in group["inv"]:
                for item in _items(row):
                    yield (
                        *_replaced(row, "oinum", "oidt"),
                        row["inum"],
                        day(row["idt"]),
                        row["val"],
                        place(group["pos"]),
                        "",
                        item["rt"],
                        item["txval"],
                        item["csamt"],
                        "",
                    )

    return rows


def _b2cs(gstr1, _names):
    for row in gstr1.get("b2cs", []):
        yield "OE", place(row["pos"]), "", row["rt"], row["txval"], row["csamt"], ""


def _b2csa(gstr1, _names):
    for row in gstr1.get("b2csa", []):
        for item in _items(row):
            yield (
                *_month(row["omon"]),
                place(row["pos"]),
                "OE",
                "",
                item["rt"],
                item["txval"],
                item["csamt"],
                "",
            )


def _month(period):
    """Return the financial year and the month of a period as two columns.

    >>> _month("032026")
    ('2025-26', 'March')
    """
    number, year = int(period[:2]), int(period[2:])
    first = year - (number < 4)
    return f"{first}-{(first + 1) % 100:02d}", periods.MONTHS[number - 1]


def _cdnr(table):
    def rows(gstr1, names):
        for customer in gstr1.get(table, []):
            for row in customer["nt"]:
                for item in _items(row):
                    yield (
                        customer["ctin"],
                        names.get(customer["ctin"], ""),
                        *_replaced(row, "ont_num", "ont_dt"),
                        row["nt_num"],
                        day(row["nt_dt"]),
                        row["ntty"],
                        place(row["pos"]),
                        row["rchrg"],
                        _INVOICE_TYPES[row["inv_typ"]],
                        row["val"],
                        "",
                        item["rt"],
                        item["txval"],
                        item["csamt"],
                    )

    return rows


def _cdnur(table):
    def rows(gstr1, _names):
        for row in gstr1.get(table, []):
            for item in _items(row):
                yield (
                    row["typ"],
                    *_replaced(row, "ont_num", "ont_dt"),
                    row["nt_num"],
                    day(row["nt_dt"]),
                    row["ntty"],
                    place(row["pos"]) if "pos" in row else "",
                    row["val"],
                    "",
                    item["rt"],
                    item["txval"],
                    item["csamt"],
                )

    return rows


def _exp(table):
    def rows(gstr1, _names):
        for group in gstr1.get(table, []):
            for row in group["inv"]:
                for item in _items(row):
                    yield (
                        group["exp_typ"],
                        *_replaced(row, "oinum", "oidt"),
                        row["inum"],
                        day(row["idt"]),
                        row["val"],
                        row.get("sbpcode", ""),
                        row.get("sbnum", ""),
                        day(row["sbdt"]) if "sbdt" in row else "",
                        item["rt"],
                        item["txval"],
                        item["csamt"],
                    )

    return rows


def _advances(table):
    def rows(gstr1, _names):
        for row in gstr1.get(table, []):
            for item in _items(row):
                month = _month(row["omon"]) if "omon" in row else ()
                yield *month, place(row["pos"]), "", item["rt"], item["ad_amt"], item["csamt"]

    return rows


def _exemp(gstr1, _names):
    for row in gstr1.get("nil", {}).get("inv", []):
        yield _NIL_TYPES[row["sply_ty"]], row["nil_amt"], row["expt_amt"], row["ngsup_amt"]


def _hsn(*tabs):
    def rows(gstr1, _names):
        for tab in tabs:
            for row in gstr1.get("hsn", {}).get(tab, []):
                figures = [row[name] for name in ("txval", "iamt", "camt", "samt", "csamt")]
                yield (
                    row["hsn_sc"],
                    row["desc"],
                    row["uqc"],
                    row["qty"],
                    round(sum(figures), 2),
                    row["rt"],
                    *figures,
                )

    return rows


def _docs(gstr1, _names):
    for nature in gstr1.get("doc_issue", {}).get("doc_det", []):
        for row in nature["docs"]:
            name = NATURE_NAMES[nature["doc_num"]]
            yield name, row["from"], row["to"], row["totnum"], row["cancel"]


# === SHEETS === #

_RATE = ("Applicable % of Tax Rate", "Rate", "Taxable Value", "Cess Amount")
_INVOICE = ("Invoice Number", "Invoice date", "Invoice Value")
_CUSTOMER = ("GSTIN/UIN of Recipient", "Receiver Name")
_NOTE = ("Note Number", "Note Date", "Note Type")
_OLD_INVOICE = ("Original Invoice Number", "Original Invoice date")
_OLD_NOTE = ("Original Note Number", "Original Note Date")
_NEW_INVOICE = ("Revised Invoice Number", "Revised Invoice date", "Invoice Value")
_NEW_NOTE = ("Revised Note Number", "Revised Note Date", "Note Type")
_OLD_MONTH = ("Financial Year", "Original Month")
_SHOP = "E-Commerce GSTIN"
_B2B = ("Place Of Supply", "Reverse Charge", _RATE[0], "Invoice Type", _SHOP, *_RATE[1:])
_NOTE_FACTS = ("Place Of Supply", "Reverse Charge", "Note Supply Type", "Note Value", *_RATE)
_PORT = ("Port Code", "Shipping Bill Number", "Shipping Bill Date")
_HSN = (
    "HSN",
    "Description",
    "UQC",
    "Total Quantity",
    "Total Value",
    "Rate",
    "Taxable Value",
    "Integrated Tax Amount",
    "Central Tax Amount",
    "State/UT Tax Amount",
    "Cess Amount",
)


def _advance_columns(what, *month):
    return (
        *month,
        "Place Of Supply",
        "Applicable % of Tax Rate",
        "Rate",
        f"Gross Advance {what}",
        "Cess Amount",
    )


SHEETS = [
    Sheet(*row)
    for row in (
        (
            "b2b,sez,de",
            "B2B, SEZ, DE (4A, 4B, 6B, 6C)",
            (*_CUSTOMER, *_INVOICE, *_B2B),
            _b2b("b2b"),
        ),
        (
            "b2ba",
            "B2BA (9A)",
            (*_CUSTOMER, *_OLD_INVOICE, *_NEW_INVOICE, *_B2B),
            _b2b("b2ba"),
        ),
        ("b2cl", "B2CL (5)", (*_INVOICE, "Place Of Supply", *_RATE, _SHOP), _b2cl("b2cl")),
        (
            "b2cla",
            "B2CLA (9A)",
            (*_OLD_INVOICE, *_NEW_INVOICE, "Place Of Supply", *_RATE, _SHOP),
            _b2cl("b2cla"),
        ),
        ("b2cs", "B2CS (7)", ("Type", "Place Of Supply", *_RATE, _SHOP), _b2cs),
        ("b2csa", "B2CSA (10)", (*_OLD_MONTH, "Place Of Supply", "Type", *_RATE, _SHOP), _b2csa),
        ("cdnr", "CDNR (9B)", (*_CUSTOMER, *_NOTE, *_NOTE_FACTS), _cdnr("cdnr")),
        (
            "cdnra",
            "CDNRA (9C)",
            (*_CUSTOMER, *_OLD_NOTE, *_NEW_NOTE, *_NOTE_FACTS),
            _cdnr("cdnra"),
        ),
        (
            "cdnur",
            "CDNUR (9B)",
            ("UR Type", *_NOTE, "Place Of Supply", "Note Value", *_RATE),
            _cdnur("cdnur"),
        ),
        (
            "cdnura",
            "CDNURA (9C)",
            ("UR Type", *_OLD_NOTE, *_NEW_NOTE, "Place Of Supply", "Note Value", *_RATE),
            _cdnur("cdnura"),
        ),
        ("exp", "EXP (6)", ("Export Type", *_INVOICE, *_PORT, *_RATE[1:]), _exp("exp")),
        (
            "expa",
            "EXPA (9A)",
            ("Export Type", *_OLD_INVOICE, *_NEW_INVOICE, *_PORT, *_RATE[1:]),
            _exp("expa"),
        ),
        ("at", "Advance Received (11A)", _advance_columns("Received"), _advances("at")),
        (
            "ata",
            "Amended Advance Received (11A)",
            _advance_columns("Received", *_OLD_MONTH),
            _advances("ata"),
        ),
        ("atadj", "Advance Adjusted (11B)", _advance_columns("Adjusted"), _advances("txpd")),
        (
            "atadja",
            "Amended Advance Adjusted (11B)",
            _advance_columns("Adjusted", *_OLD_MONTH),
            _advances("txpda"),
        ),
        (
            "exemp",
            "Nil rated, exempted and non GST outward supplies (8)",
            (
                "Description",
                "Nil Rated Supplies",
                "Exempted(other than nil rated/non GST supply)",
                "Non-GST Supplies",
            ),
            _exemp,
        ),
        ("hsn(b2b)", "HSN (12), B2B", _HSN, _hsn("hsn_b2b", "data")),
        ("hsn(b2c)", "HSN (12), B2C", _HSN, _hsn("hsn_b2c")),
        (
            "docs",
            "Documents issued during the tax period (13)",
            ("Nature of Document", "Sr. No. From", "Sr. No. To", "Total Number", "Cancelled"),
            _docs,
        ),
    )
]
