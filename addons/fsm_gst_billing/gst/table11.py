"""Tables 11A and 11B of GSTR-1: tax on money that came before its invoice.

An advance that bears no tax (an exempt supply, a zero-rated one under a letter of undertaking) is
in neither: they are tables of tax.
"""

from . import periods
from .documents import add
from .rows import figures, number


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
    """Return the sums for Tables 11A and 11B: ``{(pos, zero-rated, rate): [taxable, igst, …]}`` twice.

    :param advances: rows of `documents.Advance` of this month
    """
    received, settled = {}, {}
    for advance in advances:
        if not advance.rate:
            continue
        came = advance.date if advance.kind == "received" else advance.received_on
        of_this_month = bool(came) and periods.period_of(came) == period
        sign = -1 if of_this_month and advance.kind != "received" else 1
        sums = (received if of_this_month else settled).setdefault(
            (advance.pos, advance.zero_rated, advance.rate), [0] * 5
        )
        add(sums, advance, sign)
    return received, settled


def _advance_rows(sums_by_key, state):
    """Return the rows; to a SEZ unit next door it is inter-State as well: IGST Act s.7(5)(b).

    A rate has one item in a row, whoever paid: the portal refuses a second one.
    """
    merged = {}
    for (pos, zero_rated, rate), sums in sums_by_key.items():
        kind = "INTER" if zero_rated or pos != state else "INTRA"
        own = merged.setdefault((pos, kind, rate), [0] * 5)
        own[:] = [mine + more for mine, more in zip(own, sums, strict=True)]
    rows = {}
    for (pos, kind, rate), sums in sorted(merged.items()):
        if any(sums):
            row = rows.setdefault((pos, kind), {"pos": pos, "sply_ty": kind, "itms": []})
            row["itms"].append({"rt": number(rate), **figures(sums, "ad_amt")})
    return list(rows.values())
