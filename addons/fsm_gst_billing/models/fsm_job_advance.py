from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.lifecycle import FINAL_STATES
from odoo.addons.fsm_jobs.verbs import verb


class FsmJob(models.Model):
    """What was paid before there is an invoice."""

    _inherit = "fsm.job"

    advance_ids = fields.One2many(
        string="Advances",
        comodel_name="fsm.gst.advance",
        inverse_name="job_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    amount_advance = fields.Monetary(
        string="Paid in Advance",
        compute="_compute_amount_advance",
        groups="fsm_jobs.group_fsm_receptionist,fsm_jobs.group_fsm_accountant",
        help="What the customer paid for this job card and no invoice has used yet.",
    )

    # === COMPUTE METHODS === #

    # Read anew with each call: to follow every open item there is would cost every payment there is.
    def _compute_amount_advance(self):
        domain = [
            ("job_id", "in", self.ids),
            ("payment_type", "=", "inbound"),
            ("partner_type", "=", "customer"),
            ("state", "in", ("in_process", "paid")),
        ]
        left = defaultdict(float)
        for payment_sudo in self.env["account.payment"].sudo().search(domain):  # a sum, as the due
            left[payment_sudo.job_id.id] += payment_sudo._open_amount()
        for job in self:
            job.amount_advance = job.currency_id.round(max(left[job.id], 0.0))

    # === BUSINESS METHODS - VERBS === #

    @verb
    def record_advance(self, lines: list, date: str = "", client_ref: str = ""):
        """Record what the customer pays before there is an invoice.

        A repair is a service: tax is due with the money, and a receipt voucher says so. An order of
        goods alone is taxed with its invoice: Notification 66/2017-CT.

        :param list lines: as those of `fsm_record_payment`
        :return: ``{payment_ids, advance, vouchers: [{id, name, amount_total}]}``
        """
        self._check_may_take_advance()
        answers = []
        for job_sudo in self.sudo():  # a cashier holds no right on accounts; checked above
            arguments = {"id": job_sudo.id, "lines": lines, "date": date}
            answers.append(
                self.env["fsm.client.ref"]._once(
                    job_sudo.company_id,
                    "fsm.job.record_advance",
                    client_ref,
                    arguments,
                    lambda job=job_sudo: job._record_advance(lines, date),
                )
            )
        return answers

    def _check_may_take_advance(self):
        if not self.env.su and not self.env.user.has_group("fsm_gst_billing.group_fsm_cashier"):
            raise AccessError(self.env._("Your role does not record payments."))
        self.check_access("read")
        for job in self:
            if job.state in FINAL_STATES:
                raise UserError(
                    self.env._(
                        "Job card %s is over, nothing is paid in advance: record the payment on its "
                        "invoice.",
                        job.name,
                    )
                )

    def _record_advance(self, lines, date):
        """Book an advance for one job card, and issue its voucher where tax is due."""
        if invoice := self._unpaid_invoice():
            raise UserError(
                self.env._("%s is issued and not paid: record the payment on it.", invoice.name)
            )
        payments = self.env["account.payment"]
        lines = payments._fsm_checked_lines(lines, self.company_id)
        partner = self.partner_id.commercial_partner_id.with_company(self.company_id)
        common = {
            "partner_id": partner.id,
            "memo": self.name,
            "job_id": self.id,
            "fsm_for_goods": self._is_order_of_goods(),
            "destination_account_id": partner.property_account_receivable_id.id,
        }
        day = payments._fsm_day(date)
        payments = payments._fsm_take(self.company_id, lines, day, common)
        vouchers = self.env["fsm.gst.advance"]
        if self.company_id._charges_gst() and not common["fsm_for_goods"]:
            supply = vouchers._supply_of_job(self)
            for payment in payments:
                vouchers |= vouchers._receive(payment, payment.amount, supply, self)
        return {
            "payment_ids": payments.ids,
            "advance": sum(payments.mapped("amount")),
            "vouchers": [
                {"id": voucher.id, "name": voucher.number, "amount_total": voucher.amount}
                for voucher in vouchers
            ],
        }

    def _is_order_of_goods(self):
        """Tell whether goods alone are asked for: no tax on an advance for them."""
        products = self.line_ids.product_id
        return bool(products) and "service" not in products.mapped("type")

    def _has_posted_invoice(self):
        """Tell whether an invoice was issued for this job card."""
        moves_sudo = self.sudo().account_move_ids  # a fact, whoever may read invoices
        return any(
            move.state == "posted" and move.move_type == "out_invoice" for move in moves_sudo
        )
