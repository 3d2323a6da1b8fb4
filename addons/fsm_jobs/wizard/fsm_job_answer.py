from odoo import fields, models

from ..models.fsm_estimate import ANSWERS, CHANNELS


class FsmJobAnswer(models.TransientModel):
    """What the customer said about the estimate, written down at the counter."""

    _name = "fsm.job.answer"
    _description = "Customer's Answer"
    _inherit = ["fsm.job.dialog"]

    currency_id = fields.Many2one(related="job_id.currency_id")
    amount = fields.Monetary(related="job_id.amount_estimate", string="Estimate")
    answer = fields.Selection(ANSWERS, required=True, default="approved")
    channel = fields.Selection(CHANNELS, required=True, default="counter")
    answered_by = fields.Char(help="Empty: the customer himself.")
    reason = fields.Char()

    # === ACTION METHODS === #

    def action_record(self):
        self.job_id.record_answer(
            answer=self.answer,
            channel=self.channel,
            answered_by=self.answered_by or "",
            reason=self.reason or "",
        )
        return {"type": "ir.actions.act_window_close"}
