"""Table 13 of GSTR-1: which numbers were used, of each kind of document and each series.

>>> from .documents import Issued
>>> rows = [Issued("invoice", "SPR/26-27/", n, f"SPR/26-27/{n:05d}", n == 2) for n in (1, 2, 3)]
>>> doc_issue(rows)["doc_det"]  # doctest: +NORMALIZE_WHITESPACE
[{'doc_num': 1, 'docs': [{'num': 1, 'from': 'SPR/26-27/00001', 'to': 'SPR/26-27/00003',
  'totnum': 3, 'cancel': 1, 'net_issue': 2}]}]
"""

from collections import defaultdict

# Kind of document → its number in Table 13. A bill of supply is for an outward supply as well.
NATURES = {
    "invoice": 1,
    "self_invoice": 2,
    "revised_invoice": 3,
    "debit_note": 4,
    "credit_note": 5,
    "receipt_voucher": 6,
    "payment_voucher": 7,
    "refund_voucher": 8,
    "challan_job_work": 9,
    "challan_approval": 10,
    "challan_liquid_gas": 11,
    "challan": 12,
}

# The same numbers in the words of the form.
NATURE_NAMES = {
    1: "Invoices for outward supply",
    2: "Invoices for inward supply from unregistered person",
    3: "Revised Invoice",
    4: "Debit Note",
    5: "Credit Note",
    6: "Receipt Voucher",
    7: "Payment Voucher",
    8: "Refund Voucher",
    9: "Delivery Challan for job work",
    10: "Delivery Challan for supply on approval",
    11: "Delivery Challan in case of liquid gas",
    12: "Delivery Challan in cases other than by way of supply (excluding at S no. 9 to 11)",
}


def doc_issue(issued):
    """Return `doc_issue`: a row for each unbroken run of numbers, so that no row hides a gap.

    A back-dated document stands after later ones in its series: the month then has two rows.

    :param issued: rows of `documents.Issued` of the month
    """
    natures = defaultdict(list)
    for (kind, _series), rows in sorted(_by_series(issued).items(), key=_nature_first):
        for run in _runs(rows):
            table = natures[NATURES[kind]]
            table.append(_row(len(table) + 1, run))
    if not natures:
        return {}
    return {"doc_det": [{"doc_num": nature, "docs": rows} for nature, rows in natures.items()]}


def gaps(issued, elsewhere=()):
    """Return the numbers missing in each series: ``{series: [counter, …]}``; empty if none is.

    >>> from .documents import Issued
    >>> gaps([Issued("invoice", "SPR/26-27/", n, "") for n in (1, 2, 5)], {("SPR/26-27/", 3)})
    {'SPR/26-27/': [4]}

    :param set elsewhere: ``(series, counter)`` of other months of the financial year
    """
    used = defaultdict(set)
    for row in issued:
        used[row.series].add(row.counter)
    for series, counter in elsewhere:
        used[series].add(counter)
    missing = {
        series: sorted(set(range(1, max(counters) + 1)) - counters)
        for series, counters in used.items()
    }
    return {series: counters for series, counters in missing.items() if counters}


def _by_series(issued):
    series = defaultdict(list)
    for row in issued:
        series[row.kind, row.series].append(row)
    return series


def _nature_first(item):
    (kind, series), _rows = item
    return NATURES[kind], series


def _runs(rows):
    """Return the rows of a series as lists without a gap."""
    runs = []
    for row in sorted(rows, key=lambda row: row.counter):
        if runs and row.counter == runs[-1][-1].counter + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _row(number, run):
    cancelled = sum(row.cancelled for row in run)
    return {
        "num": number,
        "from": run[0].number,
        "to": run[-1].number,
        "totnum": len(run),
        "cancel": cancelled,
        "net_issue": len(run) - cancelled,
    }
