r"""What the Invoice Registration Portal takes: schema 1.1, notified by 60/2020-CT.

Each section is a table of its fields: what is not in it is not sent, what does not fit is a fault.

>>> payload = {"DocDtls": {"Typ": "INV", "No": "0001", "Dt": "01/04/2026"}, "ValDtls": {"AssVal": -1}}
>>> [fault for fault in faults(payload) if fault.section == "DocDtls"]
[Fault(section='DocDtls', field='No', value='0001')]
>>> fit({"SellerDtls": {"GSTIN": "29AAGCR4375J1ZU", "LglNm": 'The "Lap" Shop', "Em": "x"}})
{'SellerDtls': {'Gstin': '29AAGCR4375J1ZU', 'LglNm': "The 'Lap' Shop"}}
"""

import re
from decimal import Decimal
from typing import NamedTuple

VERSION = "1.1"

# Portal and payload may differ by as much, in rupees, in each sum: its validation rules.
SUM_TOLERANCE = 1


class Fault(NamedTuple):
    """A value that the portal would refuse; `value` is ``None`` if it is missing."""

    section: str
    field: str
    value: object


class Text(NamedTuple):
    """A text of so many characters; `pattern` is matched as a whole."""

    shortest: int
    longest: int
    pattern: str = r'[^\\"]*'

    def fits(self, value):
        return (
            isinstance(value, str)
            and self.shortest <= len(value) <= self.longest
            and bool(re.fullmatch(self.pattern, value, re.DOTALL))
        )


class Number(NamedTuple):
    """A number between bounds, with so many decimal places at most."""

    least: float = 0
    most: float = 999_999_999_999.99
    places: int = 2

    def fits(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        places = -Decimal(repr(value)).normalize().as_tuple().exponent
        return self.least <= value <= self.most and places <= self.places


def one_of(*words):
    return Text(0, 20, "|".join(words))


_GSTIN, _DAY = Text(15, 15, "[0-9]{2}[0-9A-Z]{13}"), Text(10, 10, r"[0-3]\d/[01]\d/20[1-9]\d")
_STATE, _PIN = Text(1, 2, "(?!0+$)[0-9]{1,2}"), Number(100_000, 999_999, 0)
_NAME, _YES_NO, _SUM = Text(3, 100), one_of("Y", "N"), Number(0, 99_999_999_999_999.99)
_NUMBER = Text(1, 16, "[a-zA-Z1-9][a-zA-Z0-9/-]*")
_RATE = Number(0, 999.999, 3)

_ADDRESS = {
    "Addr1": Text(1, 100),
    "Addr2": Text(3, 100),
    "Loc": Text(3, 100),
    "Pin": _PIN,
    "Stcd": _STATE,
}
_PARTY = {
    "LglNm": _NAME,
    "TrdNm": _NAME,
    **_ADDRESS,
    "Ph": Text(6, 12, "[0-9]*"),
    "Em": Text(6, 100, "[a-zA-Z0-9+_.-]+@[a-zA-Z0-9.-]+"),
}

# Section → its fields and, of these, the required ones. The list of items has a row for each item.
SECTIONS = {
    "TranDtls": (
        {
            "TaxSch": one_of("GST"),
            "SupTyp": one_of("B2B", "SEZWP", "SEZWOP", "EXPWP", "EXPWOP", "DEXP"),
            "RegRev": _YES_NO,
            "IgstOnIntra": _YES_NO,
        },
        {"TaxSch", "SupTyp"},
    ),
    "DocDtls": (
        {"Typ": one_of("INV", "CRN", "DBN"), "No": _NUMBER, "Dt": _DAY},
        {"Typ", "No", "Dt"},
    ),
    "SellerDtls": (
        {**_PARTY, "Gstin": _GSTIN, "Loc": Text(3, 50)},
        {"Gstin", "LglNm", "Addr1", "Loc", "Pin", "Stcd"},
    ),
    "BuyerDtls": (
        {**_PARTY, "Gstin": Text(3, 15, f"{_GSTIN.pattern}|URP"), "Pos": _STATE},
        {"Gstin", "LglNm", "Pos", "Addr1", "Loc", "Stcd"},
    ),
    "DispDtls": ({"Nm": _NAME, **_ADDRESS}, {"Nm", "Addr1", "Loc", "Pin", "Stcd"}),
    "ShipDtls": (
        {"Gstin": Text(3, 15, f"{_GSTIN.pattern}|URP"), "LglNm": _NAME, "TrdNm": _NAME, **_ADDRESS},
        {"LglNm", "Addr1", "Loc", "Pin", "Stcd"},
    ),
    "ItemList": (
        {
            "SlNo": Text(1, 6, "[0-9]+"),
            "PrdDesc": Text(3, 300),
            "IsServc": _YES_NO,
            "HsnCd": Text(4, 8, "(?!0+$)(?:[0-9]{4}|[0-9]{6}|[0-9]{8})"),
            "Qty": Number(places=3),
            "Unit": Text(3, 8, "[A-Za-z]*"),
            "UnitPrice": Number(places=3),
            "TotAmt": Number(),
            "Discount": Number(),
            "AssAmt": Number(),
            "GstRt": _RATE,
            "IgstAmt": Number(),
            "CgstAmt": Number(),
            "SgstAmt": Number(),
            "CesRt": _RATE,
            "CesAmt": Number(),
            "CesNonAdvlAmt": Number(),
            "StateCesRt": _RATE,
            "StateCesAmt": Number(),
            "StateCesNonAdvlAmt": Number(),
            "OthChrg": Number(),
            "TotItemVal": Number(),
            "PrdSlNo": Text(1, 20),
        },
        {"SlNo", "IsServc", "HsnCd", "UnitPrice", "TotAmt", "AssAmt", "GstRt", "TotItemVal"},
    ),
    "ValDtls": (
        {
            **dict.fromkeys(("AssVal", "CgstVal", "SgstVal", "IgstVal", "CesVal"), _SUM),
            **dict.fromkeys(("StCesVal", "Discount", "OthChrg", "TotInvVal", "TotInvValFc"), _SUM),
            "RndOffAmt": Number(-99.99, 99.99),
        },
        {"AssVal", "TotInvVal"},
    ),
    "ExpDtls": (
        {
            "ShipBNo": Text(1, 20),
            "ShipBDt": _DAY,
            "Port": Text(2, 10, "[0-9A-Za-z]*"),
            "RefClm": _YES_NO,
            "ForCur": Text(3, 16, "[A-Za-z]*"),
            "CntCode": Text(2, 2, "[A-Z]*"),
        },
        set(),
    ),
    "EwbDtls": (
        {
            "TransId": _GSTIN,
            "TransName": _NAME,
            "TransMode": one_of("1", "2", "3", "4"),
            "Distance": Number(0, 4000, 0),  # km
            "TransDocNo": Text(1, 15, "[a-zA-Z0-9/-]*"),
            "TransDocDt": _DAY,
            "VehNo": Text(4, 20, "[A-Za-z0-9]*"),
            "VehType": one_of("O", "R"),
        },
        {"Distance"},
    ),
}
REQUIRED = {"TranDtls", "DocDtls", "SellerDtls", "BuyerDtls", "ItemList", "ValDtls"}

# Keys that Odoo 19 writes otherwise than the schema does.
RENAMED = {"GSTIN": "Gstin", "POS": "Pos"}

# Head of a sum → field of an item that it adds up.
SUMS = {"AssVal": "AssAmt", "IgstVal": "IgstAmt", "CgstVal": "CgstAmt", "SgstVal": "SgstAmt"}


def fit(payload):
    """Return `payload` in the schema's spelling, without optional fields that the portal refuses.

    :param dict payload: as Odoo's `l10n_in_edi` builds it
    """
    fitted = {}
    for name, section in payload.items():
        if name not in SECTIONS:
            fitted[name] = section
        elif isinstance(section, list):
            fitted[name] = [_fit_section(name, row) for row in section]
        else:
            fitted[name] = _fit_section(name, section)
    return fitted


def _fit_section(name, section):
    fields, required = SECTIONS[name]
    fitted = {}
    for key, value in section.items():
        key = RENAMED.get(key, key)
        if key in fields:
            value = _fit_value(fields[key], value)
            if key in required or fields[key].fits(value):
                fitted[key] = value
    return {key: value for key, value in fitted.items() if value not in ("", None)}


def _fit_value(rule, value):
    if isinstance(rule, Number) or not isinstance(value, str):
        return value
    text = " ".join(value.replace('"', "'").replace("\\", "/").split())
    return text[: rule.longest].strip()


def faults(payload):
    """Return what the portal would refuse, in the order of the schema.

    :rtype: list[Fault]
    """
    found = [Fault(name, "", None) for name in SECTIONS if name in REQUIRED - payload.keys()]
    if payload.get("Version") != VERSION:
        found.append(Fault("", "Version", payload.get("Version")))
    for name in SECTIONS.keys() & payload.keys():
        section = payload[name]
        for row in section if isinstance(section, list) else [section]:
            found += _section_faults(name, row)
    return found + _sum_faults(payload)


def _section_faults(name, row):
    fields, required = SECTIONS[name]
    missing = [Fault(name, key, None) for key in fields if key in required - row.keys()]
    return missing + [
        Fault(name, key, value)
        for key, value in row.items()
        if key not in fields or not fields[key].fits(value)
    ]


def _sum_faults(payload):
    """Return the sums that are not those of the items: the portal adds them up as well."""
    values, items = payload.get("ValDtls", {}), payload.get("ItemList", [])
    return [
        Fault("ValDtls", head, values[head])
        for head, field in SUMS.items()
        if head in values
        and abs(values[head] - sum(item.get(field, 0) for item in items)) > SUM_TOLERANCE
    ]
