from odoo import fields, models

from ..lifecycle import OUTCOMES, STATES


class FsmJobMove(models.TransientModel):
    """A move that wants a word: why it is cancelled, sent back, or out of order."""

    _name = "fsm.job.move"
    _description = "Change Status"
    _inherit = ["fsm.job.dialog"]

    current_state = fields.Selection(related="job_id.state", string="Now")
    state = fields.Selection(STATES, string="New Status", required=True)
    outcome = fields.Selection(OUTCOMES, default="repaired")
    reason = fields.Char()
    override = fields.Boolean(
        help="Out of the order of work, as a manager, with a reason that is kept."
    )

    # === ACTION METHODS === #

    def action_move(self):
        if self.state == "ready":
            if self.override:
                self.job_id.move_to(state="ready", reason=self.reason or "", override=True)
            else:
                self.job_id.mark_ready(outcome=self.outcome or "repaired")
        else:
            self.job_id.move_to(state=self.state, reason=self.reason or "", override=self.override)
        return {"type": "ir.actions.act_window_close"}
