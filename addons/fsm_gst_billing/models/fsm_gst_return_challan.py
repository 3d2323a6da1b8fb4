from odoo import models

from ..gst import periods


class FsmGstReturn(models.Model):
    """Challans of the month that lack what an officer on the road asks for: Rules 55 and 138."""

    _inherit = "fsm.gst.return"

    def _findings(self, rows, gstr1, gstr3b):
        """Override to look at the challans of the month, which are in Table 13 alone."""
        found = super()._findings(rows, gstr1, gstr3b)
        return found + self._findings_of_challans() + self._findings_of_unnumbered_challans()

    def _findings_of_unnumbered_challans(self):
        """Return a warning for each challan of the month that the ledger, so Table 13, lacks."""
        challans_sudo = self.env["fsm.challan"].sudo()  # who may see the return
        found = []
        for challan in challans_sudo.search(
            [
                ("gst_number_ids", "=", False),
                ("company_id", "in", self.company_ids.ids),
                ("date", ">=", self.first_day),
                ("date", "<=", periods.last_day(self.period)),
            ],
            order="id",
        ):
            text = self.env._(
                "Challan %s is not in the ledger of numbers, and so not in Table 13: add it there at "
                "the portal.",
                challan.name,
            )
            finding = self._own_finding("warning", "CGST Rule 55(1)(i)", text)
            found.append(finding | {"model": "fsm.challan", "id": challan.id})
        return found

    def _findings_of_challans(self):
        challans_sudo = self.env[
            "fsm.challan"
        ].sudo()  # who may see the return, may see its findings
        found = []
        for challan in challans_sudo.search(
            [
                ("gst_number_ids.organization_id", "=", self.organization_id.id),
                ("gst_number_ids.registration", "=", self.gstin),
                ("date", ">=", self.first_day),
                ("date", "<=", periods.last_day(self.period)),
                ("cancelled_at", "=", False),
            ],
            order="id",
        ):
            for rule, text in challan._gst_faults():
                finding = self._own_finding("warning", rule, f"{challan.name}: {text}")
                found.append(finding | {"model": "fsm.challan", "id": challan.id})
        return found


class FsmChallan(models.Model):
    _inherit = "fsm.challan"

    def _gst_faults(self):
        """Yield ``(rule, sentence)`` of what is missing on a challan; called in sudo."""
        if self.eway_warning:
            yield "CGST Rule 138", self.eway_warning
        if nameless := self.line_ids.filtered(lambda line: not line.hsn_code):
            yield (
                "CGST Rule 55(1)(iv)",
                self.env._("no HSN of %s.", ", ".join(nameless.mapped("name"))),
            )
        if self.lacks_value:
            yield "CGST Rule 55(1)(vi)", self.env._("no value of the goods was declared.")
