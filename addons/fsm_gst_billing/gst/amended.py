"""Tables 10 and 11(2) of GSTR-1: new figures for sums that were filed."""

from .documents import HEADS, UNTAXED, Amendment, add
from .rows import figures, number
from .ties import FIGURES, paise


class Sums:
    """Table 7 of a month that was filed, as amendments of its documents change it.

    >>> filed = [{"pos": "33", "rt": 18, "txval": 100.0, "iamt": 18.0, "camt": 0, "samt": 0}]
    >>> from .documents import Document, Line
    >>> from datetime import date
    >>> line = Line("998713", "Repair", 18, 10000, igst=1800)
    >>> sale = Document(1, "S/1", date(2026, 3, 2), "invoice", "33", 11800, (line,))
    >>> sums = Sums("032026", filed)
    >>> sums.move(sale, "33", "27")
    >>> [(row.pos, row.taxable, row.filed[0]) for row in sums.rows()]
    [('27', 10000, 0), ('33', 0, 10000)]
    """

    def __init__(self, period, filed):
        """:param filed: rows of `b2cs` of the JSON that was filed"""
        self.period = period
        self.filed = {
            (row["pos"], row["rt"]): [paise(row.get(name, 0)) for name in FIGURES] for row in filed
        }
        self.sums = {key: list(sums) for key, sums in self.filed.items()}
        self.changed = set()

    def move(self, document, source, target):
        """Have a document stand under another place of supply."""
        for pos, sign in ((source, -1), (target, 1)):
            self.changed.add(pos)
            for line in document.lines:
                if line.nature in UNTAXED:
                    continue  # Table 8 knows no place
                sums = self.sums.setdefault((pos, number(line.rate)), [0] * 5)
                add(sums, line, sign * document.sign)

    def settle(self):
        """Take what was changed until now as filed: an earlier return has declared it."""
        self.filed = {key: list(sums) for key, sums in self.sums.items()}
        self.changed = set()

    def rows(self):
        """Return a row of `documents.Amendment` for each rate of each place that has changed."""
        return [
            Amendment(
                "b2cs",
                self.period,
                pos,
                rate,
                sums[0],
                **dict(zip(HEADS, sums[1:], strict=True)),
                filed=tuple(self.filed.get((pos, rate), (0,) * 5)),
            )
            for (pos, rate), sums in sorted(self.sums.items())
            if pos in self.changed
        ]


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
