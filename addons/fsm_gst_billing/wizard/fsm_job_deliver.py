from odoo import fields, models


class FsmJobDeliver(models.TransientModel):
    """The delivery gate knows about money: what is due, and the credit a manager approves."""

    _inherit = "fsm.job.deliver"

    currency_id = fields.Many2one(related="job_id.currency_id")
    amount_due = fields.Monetary(related="job_id.amount_due", string="Due")
    needs_credit = fields.Boolean(compute="_compute_needs_credit")
    credit_reason = fields.Char(help="Ten characters or more.")
    credit_pay_by = fields.Date(string="To Be Paid By")

    # === COMPUTE METHODS === #

    def _compute_needs_credit(self):
        for dialog in self:
            job = dialog.job_id
            dialog.needs_credit = job.amount_due > 0 and not job._has_credit()

    # === ACTION METHODS === #

    def action_approve_credit(self):
        self.job_id.approve_credit(
            reason=self.credit_reason or "",
            pay_by=fields.Date.to_string(self.credit_pay_by) or "",
        )
        return self._tell(self.env._("The device may leave before it is paid."))
