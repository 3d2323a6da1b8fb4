from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmCredit(models.Model):
    """What a manager lets a customer take home unpaid: one immutable row an approval.

    Nobody holds a right to write it: `approve_credit` of the job card does.
    """

    _name = "fsm.credit"
    _description = "Credit"
    _order = "id desc"
    _rec_name = "job_id"
    _check_company_auto = True

    job_id = fields.Many2one(
        string="Job Card",
        comodel_name="fsm.job",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        required=True, readonly=True, audit=True, help="The most that may stay due."
    )
    pay_by = fields.Date(string="To Be Paid By", readonly=True, audit=True)
    reason = fields.Char(required=True, readonly=True, audit=True)
    user_id = fields.Many2one(
        string="Approved By", comodel_name="res.users", required=True, readonly=True
    )

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A credit is more than nothing.")

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(
            self.env._("A credit that was approved is not changed: approve another one.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A credit that was approved is kept."))
