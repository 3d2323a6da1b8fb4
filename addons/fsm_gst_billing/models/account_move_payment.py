from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..gst.words import indian_format


class AccountMove(models.Model):
    """How an invoice is paid."""

    _inherit = "account.move"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_record_payment(self, lines: list, date: str = "", client_ref: str = ""):
        """Record what the customer paid for this invoice, by one or several ways.

        :param list lines: ``[{method: cash | upi | card | bank, amount, reference}]``; a UPI
            payment needs its reference (UTR), which is accepted once in a branch
        :param str date: when the money came, today by default
        :return: ``{payment_ids, payment_state, amount_residual, advance}``; what is paid beyond the
            invoice pays the others of its job card, the oldest first, and what is left then is an
            advance of the customer, in rupees
        """
        self._check_may_collect()
        answers = []
        for move_sudo in self.sudo():  # a cashier holds no right on accounts; checked above
            arguments = {"id": move_sudo.id, "lines": lines, "date": date}
            answers.append(
                self.env["fsm.client.ref"]._once(
                    move_sudo.company_id,
                    "account.move.fsm_record_payment",
                    client_ref,
                    arguments,
                    lambda move=move_sudo: move._record_payment(lines, date),
                )
            )
        return answers

    # === BUSINESS METHODS - PAYMENTS === #

    def _check_may_collect(self):
        """Refuse who may not take money, or not for this invoice.

        Accountants collect what they can read; a cashier what belongs to a job card of his branch.
        """
        if not self.env.su and not self.env.user.has_group("fsm_gst_billing.group_fsm_cashier"):
            raise AccessError(self.env._("Your role does not record payments."))
        if self.env.su or self.has_access("read"):
            return
        jobs_sudo = self.exists().sudo().job_id  # only to ask whether the caller may see them
        if len(jobs_sudo) != len(self) or not jobs_sudo.with_env(self.env).has_access("read"):
            raise AccessError(self.env._("You can only record payments for your own branch."))

    def _record_payment(self, lines, date):
        """Check, book and answer one call of `fsm_record_payment` on one invoice."""
        self.ensure_one()
        self._check_may_be_paid()
        payments = self.env["account.payment"]
        lines = payments._fsm_checked_lines(lines, self.company_id)
        if self.currency_id.is_zero(self.amount_residual):
            raise UserError(self.env._("Nothing is due on %s.", self.name))
        day = payments._fsm_day(date, self.invoice_date)
        payments = payments._fsm_settle(self, lines, day)
        return {
            "payment_ids": payments.ids,
            "payment_state": self.payment_state,
            "amount_residual": self.amount_residual,
            "advance": self._receive_rest(payments),
        }

    def _check_may_be_paid(self):
        """Refuse what no customer pays, saying what to do instead."""
        name = self.name or self.env._("the draft")
        if self.move_type == "out_refund":
            raise UserError(self._said_of_paying_a_note(name))
        if self.move_type != "out_invoice":
            raise UserError(
                self.env._("%s is no invoice to a customer: he pays nothing for it.", name)
            )
        if self.state == "cancel":
            raise UserError(self.env._("%s is cancelled: nothing is due on it.", name))
        if self.state != "posted":
            raise UserError(self.env._("Only a posted invoice can be paid: post %s first.", name))

    def _said_of_paying_a_note(self, name):
        """Return how the money of a credit note comes back to the customer."""
        if self.state == "posted" and self.currency_id.is_zero(self.amount_residual):
            return self.env._("%s is a credit note and settled: nothing is to be paid back.", name)
        if self.state == "cancel":
            return self.env._("%s is cancelled: nothing is to be paid back.", name)
        if self.state != "posted":
            return self.env._(
                "%s is a credit note: post it first. Then an accountant pays the customer back with "
                "“Pay” on it.",
                name,
            )
        return self.env._(
            "%(name)s is a credit note, the customer pays nothing for it. An accountant pays him back "
            "₹%(left)s with “Pay” on the credit note, or sets it off on another invoice of his under "
            "“Outstanding credits”.",
            name=name,
            left=indian_format(self.amount_residual),
        )

    def _receive_rest(self, payments):
        """Write down as an advance what no invoice of the job card asks for; return how much it is."""
        self._pay_others(payments)
        total = 0.0
        for payment in payments:
            lines = payment.move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            left = self.currency_id.round(-sum(lines.mapped("amount_residual")))
            if left > 0:
                total += left
                if self._taxes_advances():
                    advances = self.env["fsm.gst.advance"]
                    place = self.l10n_in_state_id
                    supply = advances._supply_to(self.company_id, self.partner_id, place)
                    advances._receive(payment, left, supply, self.env["fsm.job"])
        return total

    def _pay_others(self, payments):
        """Pay with what is left the other invoices of the job card that were issued by then."""
        left = payments.filtered(
            lambda payment: not all(payment._receivable_lines().mapped("reconciled"))
        )
        others = self.job_id._unpaid_invoices() - self if left else ()
        for payment in left if others else []:
            for other in others.filtered(lambda move, day=payment.date: move.invoice_date <= day):
                other._pay_with(payment._receivable_lines())

    def _pay_with(self, lines):
        """Pay this invoice with open items of payments, as far as they are for it."""
        due = self._terms().filtered(lambda line: line.amount_residual > 0)
        paid = self._usable(lines)
        if due and paid:
            (due | paid).reconcile()

    def _usable(self, lines):
        """Return the open items that are of the customer, the branch and the job card of this one."""
        accounts = self._terms().account_id
        return lines.filtered(
            lambda line: (
                line.amount_residual < 0
                and line.account_id in accounts
                and line.company_id == self.company_id
                and line.partner_id.commercial_partner_id == self.commercial_partner_id
                and line.move_id.origin_payment_id.job_id == self.job_id
            )
        )

    def _terms(self):
        return self.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _taxes_advances(self):
        """Tell whether the branch owes tax on advances: under a GSTIN, not under composition."""
        return self.company_id._charges_gst()

    # === BUSINESS METHODS - ADVANCES === #

    def _use_advances(self):
        """Use what was paid in advance for the job cards of invoices that were just issued."""
        invoices = self.filtered(lambda move: move.move_type == "out_invoice" and move.job_id)
        if not invoices:
            return
        advances = self.env["fsm.gst.advance"]._open([("job_id", "in", invoices.job_id.ids)])
        for invoice_sudo in invoices.sudo() if advances else []:  # who issues it may
            advances.filtered(
                lambda advance, invoice=invoice_sudo: advance.job_id == invoice.job_id
            )._adjust(invoice_sudo)
        lines_sudo = self.env["account.payment"]._open_without_voucher(invoices.job_id)
        for invoice_sudo in invoices.sudo() if lines_sudo else []:  # as above
            invoice_sudo._pay_with(lines_sudo)

    @verb
    def fsm_use_advances(self):
        """Use what the customer has paid in advance in this branch for these invoices.

        :return: ``{payment_state, amount_residual}``
        """
        self._check_may_collect()
        answers = []
        for move_sudo in self.sudo():  # checked above
            move_sudo.env["fsm.gst.advance"]._open(
                [
                    ("company_id", "=", move_sudo.company_id.id),
                    ("partner_id", "=", move_sudo.commercial_partner_id.id),
                    ("job_id", "in", (False, move_sudo.job_id.id)),
                ]
            )._adjust(move_sudo)
            payments_sudo = move_sudo.env["account.payment"]
            move_sudo._pay_with(payments_sudo._open_without_voucher(move_sudo.job_id))
            answers.append(
                {
                    "payment_state": move_sudo.payment_state,
                    "amount_residual": move_sudo.amount_residual,
                }
            )
        return answers
