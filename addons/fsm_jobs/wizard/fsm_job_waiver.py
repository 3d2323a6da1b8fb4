from odoo import fields, models


class FsmJobWaiver(models.TransientModel):
    """A manager asks no storage fee, and says why."""

    _name = "fsm.job.waiver"
    _description = "Waive Storage Fee"
    _inherit = ["fsm.job.dialog"]

    currency_id = fields.Many2one(related="job_id.currency_id")
    storage_days = fields.Integer(related="job_id.storage_days")
    storage_fee = fields.Monetary(related="job_id.storage_fee")
    reason = fields.Char(required=True, help="Ten characters or more.")

    # === ACTION METHODS === #

    def action_waive(self):
        self.job_id.waive_storage_fee(reason=self.reason or "")
        return {"type": "ir.actions.act_window_close"}
