from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gst.words import indian_format
from ..models.account_journal import METHODS


class FsmPayment(models.TransientModel):
    """The till: what the customer pays for a job card, by one way after the other."""

    _name = "fsm.payment"
    _inherit = ["fsm.job.dialog"]
    _description = "Receive Payment"

    job_id = fields.Many2one(
        string="Job Card", comodel_name="fsm.job", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="job_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="job_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(string="Customer", related="job_id.partner_id", related_sudo=False)
    amount_due = fields.Monetary(string="Due", compute="_compute_amount_due")
    amount_estimate = fields.Monetary(related="job_id.amount_estimate", related_sudo=False)
    is_advance = fields.Boolean(compute="_compute_amount_due", help="There is no invoice yet.")
    method = fields.Selection(
        string="Paid By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        default="upi",
        required=True,
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    reference = fields.Char(help="UTR of a UPI payment, or the number on the card slip.")

    # === COMPUTE METHODS === #

    @api.depends("job_id.amount_due")
    def _compute_amount_due(self):
        self.job_id._origin.check_access("read")  # a figure that is not stored checks nothing
        for wizard in self:
            wizard.amount_due = wizard.job_id.amount_due
            wizard.is_advance = not wizard.job_id._has_posted_invoice()

    @api.depends("job_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.amount_due

    # === ACTION METHODS === #

    def action_pay(self):
        """Record the payment on the job card's unpaid invoice; before there is one, an advance.

        What is an advance has its receipt voucher printed.
        """
        paid = self._book()
        advances = self.env["fsm.gst.advance"]
        return advances.search([("payment_id", "in", paid["payment_ids"])])._print_action()

    def action_pay_part(self):
        """Book this part and stay: the rest of the invoice is paid by another way."""
        amount = self.amount
        self._book()
        self.write({"amount": self.job_id.amount_due, "reference": False})
        return self._tell(
            self.env._(
                "₹%(paid)s received; ₹%(due)s are still due.",
                paid=indian_format(amount),
                due=indian_format(self.amount_due),
            )
        )

    # === BUSINESS METHODS === #

    def _book(self):
        """Record the payment as it stands here; return the answer of the verb."""
        self.ensure_one()
        reference = "" if self.method == "cash" else self.reference or ""
        if self.method == "upi":  # said here, without the name of an argument
            reference = self.env["account.payment"]._upi_reference(reference)
        lines = [{"method": self.method, "amount": self.amount, "reference": reference}]
        if invoice := self.job_id._unpaid_invoice():
            return invoice.with_env(self.env).fsm_record_payment(lines=lines)
        if self.job_id._has_posted_invoice():
            raise UserError(self.env._("Nothing is due on job card %s.", self.job_id.name))
        return self.job_id.record_advance(lines=lines)
