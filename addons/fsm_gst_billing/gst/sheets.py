"""The workbook of the portal's offline tool, as rows: sheet by sheet, column by column.

The tool reads columns by their headers, which stand in the fourth row below a title and two rows of
totals. The rows are taken from the JSON of GSTR-1, so workbook and JSON cannot differ: a sheet is a
path into it and its headers, and `VALUES` says for each header what stands below it.

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
    """A sheet of the tool; `paths` lead to its rows in the JSON, step by step."""

    name: str
    title: str
    paths: tuple
    columns: tuple

    def rows(self, gstr1, names):
        """Yield the rows below the header, each as wide as it."""
        for path in self.paths:
            for row in _walk({**gstr1, "names": names}, path.split("/")):
                yield tuple(_value(VALUES[column], row) for column in self.columns)


def workbook(gstr1, names=None):
    """Yield ``(sheet, rows)`` for each sheet of the tool, in its order, those without rows as well.

    :param dict gstr1: as `returns.gstr1` wrote it
    :param dict names: of customers by GSTIN; the tool does not need them
    """
    for sheet in SHEETS:
        yield sheet, list(sheet.rows(gstr1, names or {}))


def _walk(row, steps):
    """Yield what is at the end of a path, with all that stood on the way to it.

    >>> list(_walk({"b2b": [{"ctin": "29", "inv": [{"inum": "1"}]}]}, ["b2b", "inv"]))[0]["ctin"]
    '29'
    """
    if not steps:
        yield row
        return
    below = row.get(steps[0], [])
    for child in [below] if isinstance(below, dict) else below:
        yield from _walk({**row, **child.get("itm_det", child)}, steps[1:])


def _value(source, row):
    """Return what a row says: the value of a key, of a function, or nothing."""
    return source(row) if callable(source) else row.get(source, "")


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


INVOICE_TYPES = {
    "R": "Regular B2B",
    "SEWP": "SEZ supplies with payment",
    "SEWOP": "SEZ supplies without payment",
    "DE": "Deemed Exp",
}
NIL_TYPES = {
    "INTRB2B": "Inter-State supplies to registered persons",
    "INTRAB2B": "Intra-State supplies to registered persons",
    "INTRB2C": "Inter-State supplies to unregistered persons",
    "INTRAB2C": "Intra-State supplies to unregistered persons",
}


def _month(period):
    """Return the financial year and the month of a period.

    >>> _month("032026")
    ('2025-26', 'March')
    """
    number, year = int(period[:2]), int(period[2:])
    first = year - (number < 4)
    return f"{first}-{(first + 1) % 100:02d}", periods.MONTHS[number - 1]


# === VALUES === #


def _day(key):
    return lambda row: day(row[key]) if key in row else ""


def _place(row):
    return place(row["pos"]) if "pos" in row else ""


def _invoice_type(row):
    return INVOICE_TYPES[row["inv_typ"]]


def _description(row):
    return row["desc"] if "desc" in row else NIL_TYPES[row["sply_ty"]]


def _with_tax(row):
    return round(sum(row[name] for name in ("txval", "iamt", "camt", "samt", "csamt")), 2)


# Header → what stands below it: a key of the JSON or a function of the row. No key: always empty.
VALUES = {
    "GSTIN/UIN of Recipient": "ctin",
    "Receiver Name": lambda row: row["names"].get(row["ctin"], ""),
    "Invoice Number": "inum",
    "Invoice date": _day("idt"),
    "Invoice Value": "val",
    "Original Invoice Number": "oinum",
    "Original Invoice date": _day("oidt"),
    "Revised Invoice Number": "inum",
    "Revised Invoice date": _day("idt"),
    "Invoice Type": _invoice_type,
    "Note Number": "nt_num",
    "Note Date": _day("nt_dt"),
    "Note Type": "ntty",
    "Note Value": "val",
    "Note Supply Type": _invoice_type,
    "Original Note Number": "ont_num",
    "Original Note Date": _day("ont_dt"),
    "Revised Note Number": "nt_num",
    "Revised Note Date": _day("nt_dt"),
    "UR Type": "typ",
    "Type": lambda _row: "OE",  # not through an operator of e-commerce
    "Export Type": "exp_typ",
    "Port Code": "sbpcode",
    "Shipping Bill Number": "sbnum",
    "Shipping Bill Date": _day("sbdt"),
    "Financial Year": lambda row: _month(row["omon"])[0],
    "Original Month": lambda row: _month(row["omon"])[1],
    "Place Of Supply": _place,
    "Reverse Charge": "rchrg",
    "Applicable % of Tax Rate": "",
    "E-Commerce GSTIN": "",
    "Rate": "rt",
    "Taxable Value": "txval",
    "Cess Amount": "csamt",
    "Gross Advance Received": "ad_amt",
    "Gross Advance Adjusted": "ad_amt",
    "Description": _description,
    "Nil Rated Supplies": "nil_amt",
    "Exempted(other than nil rated/non GST supply)": "expt_amt",
    "Non-GST Supplies": "ngsup_amt",
    "HSN": "hsn_sc",
    "UQC": "uqc",
    "Total Quantity": "qty",
    "Total Value": _with_tax,
    "Integrated Tax Amount": "iamt",
    "Central Tax Amount": "camt",
    "State/UT Tax Amount": "samt",
    "Nature of Document": lambda row: NATURE_NAMES[row["doc_num"]],
    "Sr. No. From": "from",
    "Sr. No. To": "to",
    "Total Number": "totnum",
    "Cancelled": "cancel",
}

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


_ADVANCE = ("Place Of Supply", "Applicable % of Tax Rate", "Rate")

SHEETS = [
    Sheet(*row)
    for row in (
        (
            "b2b,sez,de",
            "B2B, SEZ, DE (4A, 4B, 6B, 6C)",
            ("b2b/inv/itms",),
            (*_CUSTOMER, *_INVOICE, *_B2B),
        ),
        (
            "b2ba",
            "B2BA (9A)",
            ("b2ba/inv/itms",),
            (*_CUSTOMER, *_OLD_INVOICE, *_NEW_INVOICE, *_B2B),
        ),
        ("b2cl", "B2CL (5)", ("b2cl/inv/itms",), (*_INVOICE, "Place Of Supply", *_RATE, _SHOP)),
        (
            "b2cla",
            "B2CLA (9A)",
            ("b2cla/inv/itms",),
            (*_OLD_INVOICE, *_NEW_INVOICE, "Place Of Supply", *_RATE, _SHOP),
        ),
        ("b2cs", "B2CS (7)", ("b2cs",), ("Type", "Place Of Supply", *_RATE, _SHOP)),
        (
            "b2csa",
            "B2CSA (10)",
            ("b2csa/itms",),
            (*_OLD_MONTH, "Place Of Supply", "Type", *_RATE, _SHOP),
        ),
        ("cdnr", "CDNR (9B)", ("cdnr/nt/itms",), (*_CUSTOMER, *_NOTE, *_NOTE_FACTS)),
        (
            "cdnra",
            "CDNRA (9C)",
            ("cdnra/nt/itms",),
            (*_CUSTOMER, *_OLD_NOTE, *_NEW_NOTE, *_NOTE_FACTS),
        ),
        (
            "cdnur",
            "CDNUR (9B)",
            ("cdnur/itms",),
            ("UR Type", *_NOTE, "Place Of Supply", "Note Value", *_RATE),
        ),
        (
            "cdnura",
            "CDNURA (9C)",
            ("cdnura/itms",),
            ("UR Type", *_OLD_NOTE, *_NEW_NOTE, "Place Of Supply", "Note Value", *_RATE),
        ),
        ("exp", "EXP (6)", ("exp/inv/itms",), ("Export Type", *_INVOICE, *_PORT, *_RATE[1:])),
        (
            "expa",
            "EXPA (9A)",
            ("expa/inv/itms",),
            ("Export Type", *_OLD_INVOICE, *_NEW_INVOICE, *_PORT, *_RATE[1:]),
        ),
        (
            "at",
            "Advance Received (11A)",
            ("at/itms",),
            (*_ADVANCE, "Gross Advance Received", "Cess Amount"),
        ),
        (
            "ata",
            "Amended Advance Received (11A)",
            ("ata/itms",),
            (*_OLD_MONTH, *_ADVANCE, "Gross Advance Received", "Cess Amount"),
        ),
        (
            "atadj",
            "Advance Adjusted (11B)",
            ("txpd/itms",),
            (*_ADVANCE, "Gross Advance Adjusted", "Cess Amount"),
        ),
        (
            "atadja",
            "Amended Advance Adjusted (11B)",
            ("txpda/itms",),
            (*_OLD_MONTH, *_ADVANCE, "Gross Advance Adjusted", "Cess Amount"),
        ),
        (
            "exemp",
            "Nil rated, exempted and non GST outward supplies (8)",
            ("nil/inv",),
            (
                "Description",
                "Nil Rated Supplies",
                "Exempted(other than nil rated/non GST supply)",
                "Non-GST Supplies",
            ),
        ),
        ("hsn(b2b)", "HSN (12), B2B", ("hsn/hsn_b2b", "hsn/data"), _HSN),
        ("hsn(b2c)", "HSN (12), B2C", ("hsn/hsn_b2c",), _HSN),
        (
            "docs",
            "Documents issued during the tax period (13)",
            ("doc_issue/doc_det/docs",),
            ("Nature of Document", "Sr. No. From", "Sr. No. To", "Total Number", "Cancelled"),
        ),
    )
]
