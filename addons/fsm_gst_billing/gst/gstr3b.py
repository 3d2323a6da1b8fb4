"""GSTR-3B in the portal's JSON: the same rows as GSTR-1, summed up, and the credit on purchases.

Outward figures come from the rows of GSTR-1 themselves, so both returns agree: since July 2025 the
portal takes Table 3 from GSTR-1 and locks it.
"""

from . import tax
from .documents import HEADS, UNTAXED, add
from .rows import rupees
from .states import OTHER_COUNTRY
from .table11 import split_advances
from .tables import SEZ, is_inter

# Rows of Table 4(A) and of 4(B), 4(D), in the order of the form.
CREDITS = ("IMPG", "IMPS", "ISRC", "ISD", "OTH")
REVERSALS = ("RUL", "OTH")

# Rows of Table 3.1 by name of the portal's JSON, with the figures that each has.
OUTWARD = {
    "osup_det": ("txval", "iamt", "camt", "samt", "csamt"),
    "osup_zero": ("txval", "iamt", "csamt"),
    "osup_nil_exmp": ("txval",),
    "isup_rev": ("txval", "iamt", "camt", "samt", "csamt"),
    "osup_nongst": ("txval",),
}
_PLACES = {"txval": 0, "iamt": 1, "camt": 2, "samt": 3, "csamt": 4}

# Table 3.2 by the customer's treatment; who has no GSTIN is unregistered.
_INTER_STATE = {"composition": "comp_details", "uin_holders": "uin_details"}


def build(supplier, documents, advances=(), purchases=(), reversals=(), amendments=()):
    """Return the GSTR-3B of `supplier`. See `returns.gstr3b`."""
    outward = _Outward(supplier)
    for document in documents:
        outward.add(document)
    outward.add_advances(advances)
    outward.add_amendments(amendments)
    credit = _Credit(supplier)
    for purchase in purchases:
        outward.add_reverse_charge(purchase)
        credit.add(purchase)
    return {
        "gstin": supplier.gstin,
        "ret_period": supplier.period,
        "sup_details": outward.table_3_1(),
        "inter_sup": outward.table_3_2(),
        "itc_elg": credit.table_4(reversals),
        "inward_sup": credit.table_5(),
    }


class _Outward:
    """Tables 3.1 and 3.2."""

    def __init__(self, supplier):
        self.supplier = supplier
        self.rows = {row: [0] * 5 for row in OUTWARD}
        self.inter = {"unreg_details": {}, "comp_details": {}, "uin_details": {}}

    def add(self, document):
        self._add_lines(document, document.lines, document.sign)
        if filed := document.amends:
            there = document._replace(pos=filed.pos or document.pos)
            self._add_lines(there, filed.lines, -document.sign)

    def _add_lines(self, document, lines, sign):
        row = self._row(document)
        inter = row == "osup_det" and self._inter_row(document)
        for line in lines:
            if line.nature in UNTAXED:
                untaxed = "osup_nongst" if line.nature == "non_gst" else "osup_nil_exmp"
                add(self.rows[untaxed], line, sign)
            elif row:
                add(self.rows[row], line, sign)
                if inter:
                    add(inter, line, sign)

    def _row(self, document):
        """Return the row of Table 3.1 for taxable lines; none if the customer pays the tax."""
        if document.treatment == SEZ or document.pos == OTHER_COUNTRY:
            return "osup_zero"
        return None if document.reverse_charge else "osup_det"

    def _inter_row(self, document):
        """Return the sums of Table 3.2 that a document belongs to, or nothing."""
        if not is_inter(document, self.supplier.state):
            return None
        registered = document.is_registered and document.treatment not in _INTER_STATE
        if registered:
            return None
        table = _INTER_STATE[document.treatment] if document.is_registered else "unreg_details"
        return self.inter[table].setdefault(document.pos, [0] * 5)

    def add_advances(self, advances):
        received, settled = split_advances(advances, self.supplier.period)
        for sums_by_key, sign in ((received, 1), (settled, -1)):
            for (_pos, zero_rated, _rate), sums in sums_by_key.items():
                self._add_sums(sums, sign, "osup_zero" if zero_rated else "osup_det")

    def add_amendments(self, amendments):
        for row in amendments:
            sign = -1 if row.table == "txpd" else 1
            add(self.rows["osup_det"], row, sign)
            self._add_sums(row.filed, -sign)
            if row.table == "b2cs" and row.pos != self.supplier.state:
                inter = self.inter["unreg_details"].setdefault(row.pos, [0] * 5)
                add(inter, row)
                for place, amount in enumerate(row.filed):
                    inter[place] -= amount

    def _add_sums(self, sums, sign, row="osup_det"):
        for place, amount in enumerate(sums):
            self.rows[row][place] += sign * amount

    def add_reverse_charge(self, purchase):
        if purchase.reverse_charge:
            add(self.rows["isup_rev"], purchase)

    def table_3_1(self):
        return {
            row: {name: rupees(self.rows[row][_PLACES[name]]) for name in names}
            for row, names in OUTWARD.items()
        }

    def table_3_2(self):
        return {
            table: [
                {"pos": pos, "txval": rupees(sums[0]), "iamt": rupees(sums[1])}
                for pos, sums in sorted(rows.items())
                if any(sums)
            ]
            for table, rows in self.inter.items()
        }


class _Credit:
    """Tables 4 and 5."""

    def __init__(self, supplier):
        self.supplier = supplier
        self.available = {kind: [0] * 5 for kind in CREDITS}
        self.reversed = {kind: [0] * 5 for kind in REVERSALS}
        self.untaxed = {"GST": [0, 0], "NONGST": [0, 0]}

    def add(self, purchase):
        if purchase.nature != "taxable":
            row = "NONGST" if purchase.nature == "non_gst" else "GST"
            self.untaxed[row][not purchase.inter] += purchase.taxable
            return
        kind = purchase.kind
        if purchase.reverse_charge and kind == "OTH":
            kind = "ISRC"
        add(self.available[kind], purchase)
        if purchase.blocked:  # Stands in 4(A) and is reversed in 4(B)(1): Circular 170/02/2022
            add(self.reversed["RUL"], purchase)

    def table_4(self, reversals):
        given_back = {kind: sums[1:] for kind, sums in self.reversed.items()}
        for reversal in reversals:
            for place, head in enumerate(HEADS):
                given_back[reversal.kind][place] += getattr(reversal, head)
        available = {kind: sums[1:] for kind, sums in self.available.items()}
        net = [
            sum(sums[place] for sums in available.values())
            - sum(sums[place] for sums in given_back.values())
            for place in range(4)
        ]
        nothing = dict.fromkeys(REVERSALS, (0, 0, 0, 0))
        return {
            "itc_avl": _credit_rows(available),
            "itc_rev": _credit_rows(given_back),
            "itc_net": _credit_figures(net),
            "itc_inelg": _credit_rows(nothing),
        }

    def table_5(self):
        return {
            "isup_details": [
                {"ty": kind, "inter": rupees(inter), "intra": rupees(intra)}
                for kind, (inter, intra) in self.untaxed.items()
            ]
        }


def _credit_rows(rows):
    return [{"ty": kind, **_credit_figures(sums)} for kind, sums in rows.items()]


def _credit_figures(sums):
    names = ("iamt", "camt", "samt", "csamt")
    return {name: rupees(amount) for name, amount in zip(names, sums, strict=True)}


def payable(gstr3b):
    """Return what is to be paid for each head in rupees: Table 6.1, rounded as s.170 says.

    Tax under reverse charge is paid in cash, never with credit: CGST Act, s.2(82) and s.49(4).

    :return: ``{head: {"liability": 100.0, "credit": 40.0, "reverse_charge": 0.0, "cash": 60.0}}``
    """
    details = gstr3b["sup_details"]
    names = dict(zip(HEADS, ("iamt", "camt", "samt", "csamt"), strict=True))
    own, reverse, credit = {}, {}, {}
    for head, name in names.items():
        outward = _paise(details["osup_det"][name]) + _paise(details["osup_zero"].get(name, 0))
        own[head] = tax.to_rupee(outward)
        reverse[head] = tax.to_rupee(_paise(details["isup_rev"][name]))
        credit[head] = tax.to_rupee(_paise(gstr3b["itc_elg"]["itc_net"][name]))
    cash = tax.utilise(own, credit)
    return {
        head: {
            "liability": rupees(own[head] + reverse[head]),
            "credit": rupees(own[head] - cash[head]),
            "reverse_charge": rupees(reverse[head]),
            "cash": rupees(cash[head] + reverse[head]),
        }
        for head in HEADS
    }


def _paise(rupees_amount):
    return round(rupees_amount * 100)
