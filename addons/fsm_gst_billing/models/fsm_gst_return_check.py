import itertools

from odoo import fields, models
from odoo.tools.translate import get_translation

from ..gst import checks, table13, tax, ties


class FsmGstReturn(models.Model):
    """What is found in the documents of a return, in its tables, and between it and the books."""

    _inherit = "fsm.gst.return"

    def _check_month(self):
        """Store and return what is found in the documents and in the ties of one return."""
        self.ensure_one()
        rows = self._rows()
        found = self._findings(rows, *self._build(rows))
        self._store(found)
        return {"ok": not any(row["severity"] == "error" for row in found), "findings": found}

    def _findings(self, rows, gstr1, gstr3b):
        own = [document for document in rows["documents"] if not document.amends]
        found = [
            {
                "severity": finding.severity,
                "rule": finding.rule,
                "text": get_translation(
                    "fsm_gst_billing", self.env.lang or "en_US", finding.template, finding.values
                ),
                "model": "account.move",
                "id": finding.id,
            }
            for finding in checks.check(self._supplier(), own)
        ]
        uninvoiced = self._uninvoiced_jobs()
        beside, by_entries = self._entries_beside(), self._settled_by_entries()
        books = self._book_sums(beside)
        compared = ties.tie_out(gstr1, gstr3b, rows["documents"], self.gstin[:2], books)
        compared += self._money_ties(uninvoiced, by_entries)
        self._keep({"ties": [[tie.name, tie.figure, tie.left, tie.right] for tie in compared]})
        told = self._ties_told(beside, by_entries)
        broken = [tie for tie in compared if (tie.name, tie.figure, tie.difference) not in told]
        broken = [tie for tie in broken if not tie.holds and tie.figure != ties.COUNT]
        for name, pairs in itertools.groupby(broken, key=lambda tie: tie.name):  # pylint: disable=bad-builtin-groupby
            found.append(self._finding_of_ties(name, list(pairs)))
        missing = table13.gaps(rows["issued"], self._issued_elsewhere())
        found += [self._finding_of_unnumbered(*document) for document in self._unnumbered()]
        found += self._findings_of_entries(beside)
        found += [self._finding_of_entry_behind(entry) for entry in self._entries_behind()]
        found += [self._finding_of_settlement(row) for row in by_entries]
        found += [self._finding_of_order(row) for row in self._out_of_order()]
        found += self._findings_of_changed_gstin()
        found += [self._finding_of_uninvoiced(*job) for job in uninvoiced]
        found += [self._finding_of_unused(row) for row in self._unused_payments()]
        return found + [self._finding_of_gap(*gap) for gap in missing.items()]

    def _ties_told(self, beside, by_entries):
        """Return ``{(name, figure, difference)}`` of ties that findings of entries explain wholly."""
        told = {(ties.RECEIPTS, ties.TOTAL, sum(tax.paise(row["amount"]) for row in by_entries))}
        for figure in ties.FIGURES:
            sums = [entry["amounts"].get(figure, 0) for entry in beside]
            told.add((ties.BOOKS, figure, sum(sums)))
        return told

    def _finding_of_ties(self, name, broken):
        text = self.env._(
            "%(name)s differ: %(differences)s.",
            name=name,
            differences=", ".join(f"{tie.figure} ₹{tie.difference / 100:.2f}" for tie in broken),
        )
        return self._own_finding("error", "CGST Act s.37, s.39", text)

    def _finding_of_unnumbered(self, move_id, name):
        text = self.env._("%s is posted and not in the ledger of numbers.", name)
        finding = self._own_finding("error", "CGST Rule 46(b)", text)
        return finding | {"model": "account.move", "id": move_id}

    def _finding_of_gap(self, series, counters):
        text = self.env._(
            "Series %(series)s lacks the numbers %(numbers)s: say in Table 13 what became of them.",
            series=series,
            numbers=", ".join(map(str, counters[:10])),
        )
        return self._own_finding("error", "CGST Rule 46(b)", text)

    def _own_finding(self, severity, rule, text):
        return {
            "severity": severity,
            "rule": rule,
            "text": text,
            "model": self._name,
            "id": self.id,
        }

    def _store(self, found):
        finding_sudo = self.env["fsm.gst.finding"].sudo()  # nobody writes findings by hand
        finding_sudo.search([("return_id", "=", self.id)]).unlink()
        finding_sudo.create(
            [
                {
                    "return_id": self.id,
                    "severity": row["severity"],
                    "rule": row["rule"],
                    "text": row["text"],
                    "res_model": row["model"],
                    "res_id": row["id"],
                }
                for row in found
            ]
        )
        self._keep({"checked_at": fields.Datetime.now()})
