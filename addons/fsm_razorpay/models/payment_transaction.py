from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.fsm_gst_billing.models.account_payment import QUIET

from .account_journal import ONLINE


class PaymentTransaction(models.Model):
    """What a customer pays online belongs to the branch whose invoice it pays.

    Odoo gives a transaction the company of its provider, here the organisation: its accountants
    would not see it, and the money would lie in a journal that no branch closes.
    """

    _inherit = "payment.transaction"

    company_id = fields.Many2one(
        comodel_name="res.company", related=None, compute="_compute_company_id", store=True
    )

    # === COMPUTE METHODS === #

    @api.depends("provider_id.company_id", "invoice_ids", "source_transaction_id")
    def _compute_company_id(self):
        for transaction in self:
            source = transaction.source_transaction_id
            branches = (source or transaction).invoice_ids.company_id.filtered("fsm_branch_ids")
            provider_company = transaction.provider_id.company_id
            transaction.company_id = branches if len(branches) == 1 else provider_company

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._check_may_pay_branch()
        return transactions

    def _check_may_pay_branch(self):
        """Refuse what the customer's page did not offer: it is his browser that names the provider.

        Another organisation's account, or one that is only being tried out, would confirm a payment
        that the branch never gets.

        :raise ValidationError: with what to do instead
        """
        for transaction in self.filtered("invoice_ids"):
            company = transaction.company_id
            if transaction.operation == "refund" or not company.fsm_branch_ids:
                continue
            offered = self.env["payment.provider"]._get_compatible_providers(
                company.id,
                transaction.partner_id.id,
                transaction.amount,
                currency_id=transaction.currency_id.id,
            )
            if (
                transaction.provider_id not in offered
                or transaction.currency_id != company.currency_id
                or transaction.amount <= 0
            ):
                raise ValidationError(
                    self.env._("%s cannot be paid this way: open its page again.", company.name)
                )

    # === BUSINESS METHODS - PAYMENT FLOW === #

    def _apply_updates(self, payment_data):
        """Override of `payment_razorpay` to book at once what was paid.

        The customer may have closed his browser; the job that looks after him comes now and then.
        """
        super()._apply_updates(payment_data)
        if self.provider_code == "razorpay" and self.state == "done" and not self.is_post_processed:
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()

    def _create_payment(self, **extra_create_values):
        """Override of `account_payment`: what pays for a branch lies in its till."""
        self.ensure_one()
        if self.provider_code != "razorpay" or not self.company_id.fsm_branch_ids:
            return super()._create_payment(**extra_create_values)
        refund = self.operation == "refund"
        self.payment_id = self._book_refund() if refund else self._book_receipt()
        return self.payment_id

    def _book_receipt(self):
        """Return the payment of the invoices; what they no longer ask for is an advance."""
        payments = self.env["account.payment"]
        payment = payments._fsm_settle(
            self.invoice_ids,
            [self._till_line()],
            payments._fsm_day(""),
            payment_transaction_id=self.id,
        )
        self.invoice_ids[-1:]._receive_rest(payment)
        return payment

    def _book_refund(self):
        """Return the payment that went back; a credit note says what for."""
        payments = self.env["account.payment"].with_context(**QUIET)
        branch = self.company_id.fsm_branch_ids
        partner = self.partner_id.commercial_partner_id.with_company(self.company_id)
        values = payments._fsm_values(
            self.company_id, self._till_line(), branch._tills(), "outbound"
        )
        payment = payments.create(
            {
                **values,
                "date": payments._fsm_day(""),
                "partner_id": partner.id,
                "memo": self.source_transaction_id.reference or self.reference,
                "destination_account_id": partner.property_account_receivable_id.id,
                "payment_transaction_id": self.id,
            }
        )
        payment.action_post()
        return payment

    def _till_line(self):
        """Return what was paid, as a line of `fsm_record_payment`; Razorpay's id is its reference."""
        return {
            "method": ONLINE[0],
            "amount": abs(self.amount),
            "reference": self.provider_reference,
        }
