from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.fsm_gst_billing.gst import dates, periods
from odoo.addons.fsm_gst_billing.models.account_payment import QUIET
from odoo.addons.fsm_gst_billing.models.fsm_gst_once import GATE

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
    fsm_paid_on = fields.Date(
        string="Paid on", readonly=True, help="The day in India on which Razorpay got the money."
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
        if self.provider_code == "razorpay" and self.operation != "refund":
            self._keep_day(payment_data.get("created_at"))
        if self.provider_code == "razorpay" and self.state == "done" and not self.is_post_processed:
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()

    def _keep_day(self, seconds):
        """Keep the day of a payment, as Razorpay tells it: in seconds of Unix time, UTC."""
        if self.state == "done" and not self.payment_id and isinstance(seconds, int):
            self.fsm_paid_on = dates.document_date(datetime.fromtimestamp(seconds, UTC))

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
            self._day_of_receipt(),
            payment_transaction_id=self.id,
        )
        self.invoice_ids[-1:]._receive_rest(payment)
        return payment

    def _day_of_receipt(self):
        """Return the day on which it was paid; today where that month is declared, or its year over."""
        today = self.env["account.payment"]._fsm_day("")
        day = min(self.fsm_paid_on or today, today)
        months = [(self.company_id.vat, periods.period_of(day))]
        if dates.financial_year(day) != dates.financial_year(today):
            return today
        organization = self.company_id.root_id
        return today if self.env["account.move"]._locked_months(organization, months) else day

    def _book_refund(self):
        """Return the payment that went back; a credit note says what for.

        What still waited for an invoice goes back first: an advance, with its refund voucher.
        """
        payments = self.env["account.payment"].with_context(**QUIET)
        source = self.source_transaction_id.payment_id
        branch = self.company_id.fsm_branch_ids
        partner = self.partner_id.commercial_partner_id.with_company(self.company_id)
        account = source._receivable_lines().account_id or partner.property_account_receivable_id
        values = payments._fsm_values(
            self.company_id, self._till_line(), branch._tills(), "outbound"
        )
        payment = payments.create(
            {
                **values,
                "date": payments._fsm_day(""),
                "partner_id": partner.id,
                "memo": self.source_transaction_id.reference or self.reference,
                "destination_account_id": account[:1].id,
                "payment_transaction_id": self.id,
            }
        )
        payment.action_post()
        self._refund_what_waits(source, payment)
        return payment

    def _refund_what_waits(self, source, payment):
        """Take what went back off the payment it came with, as far as no invoice has used that."""
        lines = (source | payment).move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        if len(lines.move_id) < 2:
            return
        lines.with_context(fsm_billing_gate=GATE).reconcile()  # settled here
        for advance_sudo in self.env["fsm.gst.advance"]._open([("payment_id", "=", source.id)]):
            amount = min(payment.amount, advance_sudo.amount_left)
            advance_sudo._settle("refunded", amount, payment.date, payment_id=payment.id)

    def _till_line(self):
        """Return what was paid, as a line of `fsm_record_payment`; Razorpay's id is its reference."""
        return {
            "method": ONLINE[0],
            "amount": abs(self.amount),
            "reference": self.provider_reference,
        }
