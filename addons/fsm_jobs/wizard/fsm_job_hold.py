from odoo import fields, models

from ..lifecycle import HOLD_REASONS


class FsmJobHold(models.TransientModel):
    """Why the work rests."""

    _name = "fsm.job.hold"
    _description = "Put on Hold"
    _inherit = ["fsm.job.dialog"]

    hold_reason = fields.Selection(HOLD_REASONS, string="Why", required=True)
    reason = fields.Char(string="In Your Words")

    # === ACTION METHODS === #

    def action_hold(self):
        self.job_id.hold(hold_reason=self.hold_reason, reason=self.reason or "")
        return {"type": "ir.actions.act_window_close"}
