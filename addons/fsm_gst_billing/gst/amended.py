"""Tables 10 and 11(2) of GSTR-1: new figures for sums that were filed."""

from .documents import add
from .rows import figures, number


def amended_sums(amendments, state):
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
