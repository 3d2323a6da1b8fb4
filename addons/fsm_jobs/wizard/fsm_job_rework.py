from odoo import fields, models

from ..lifecycle import REWORK_CAUSES


class FsmJobRework(models.TransientModel):
    """A delivered device comes back: what the customer says now, and why, if that is known."""

    _name = "fsm.job.rework"
    _description = "Rework"
    _inherit = ["fsm.job.dialog"]

    device_id = fields.Many2one(related="job_id.device_id")
    state = fields.Selection(related="job_id.state")
    number = fields.Char(
        string="Job Card of the Other Branch", help="As it stands on the customer's paper."
    )
    complaint = fields.Text(help="In the customer's own words.")
    rework_cause = fields.Selection(REWORK_CAUSES, string="Came Back Because Of")

    # === ACTION METHODS === #

    def action_rework(self):
        """Open the new job card; one that is open already says what it is a rework of."""
        if self.state != "delivered":
            self.job_id.rework_of(number=self.number or "", rework_cause=self.rework_cause or "")
            return {"type": "ir.actions.act_window_close"}
        answer = self.job_id.rework(
            complaint=self.complaint or "", rework_cause=self.rework_cause or ""
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "fsm.job",
            "res_id": answer["id"],
            "views": [(False, "form")],
        }
