from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import check_keys, check_value, verb

from ..gst import dates
from ..gst.words import indian_format, rupees
from .account_journal import METHODS

PAYMENT_KEYS = {"method": str, "amount": float, "reference": str}


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
        :return: ``{payment_ids, payment_state, amount_residual}``
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
        lines = self._checked_payment_lines(lines)
        day = self._payment_day(date)
        payments = self.env["account.payment"]._fsm_settle(self, lines, day)
        return {
            "payment_ids": payments.ids,
            "payment_state": self.payment_state,
            "amount_residual": self.amount_residual,
        }

    def _payment_day(self, text):
        today = dates.document_date(fields.Datetime.now())
        if not text:
            return today
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            day = None
        if not day or day > today:
            raise UserError(
                self.env._("“date” must be a day up to today, as YYYY-MM-DD, not “%s”.", text)
            )
        if self.invoice_date and day < self.invoice_date:
            raise UserError(
                self.env._(
                    "“date” cannot be before the invoice of %s.",
                    self.invoice_date.strftime("%d-%b-%Y"),
                )
            )
        return day

    def _checked_payment_lines(self, lines):
        """Return the lines of a payment, or say what is wrong with them.

        :raise UserError: with the number of the line
        """
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(
                self.env._(
                    "Only a posted invoice can be paid: post %s first.",
                    self.name or self.env._("the draft"),
                )
            )
        checked = [
            self._checked_payment_line(line, f"lines[{number}]")
            for number, line in enumerate(lines)
        ]
        if not checked:
            raise UserError(self.env._("Say how it was paid: “lines” is empty."))
        self._check_references([line["reference"] for line in checked if line["method"] == "upi"])
        total = self.currency_id.round(sum(line["amount"] for line in checked))
        if self.currency_id.compare_amounts(total, self.amount_residual) > 0:
            raise UserError(
                self.env._(
                    "₹%(amount)s is more than the ₹%(due)s that are still due on %(invoice)s.",
                    amount=indian_format(total),
                    due=indian_format(self.amount_residual),
                    invoice=self.name,
                )
            )
        return checked

    def _checked_payment_line(self, line, where):
        line = check_value(self.env, line or {}, dict, where)
        line = check_keys(self.env, line, PAYMENT_KEYS, where)
        methods = [method for method, *_rest in METHODS]
        if line.get("method") not in methods:
            raise UserError(
                self.env._(
                    "“%(where)s.method” must be one of: %(methods)s.",
                    where=where,
                    methods=", ".join(methods),
                )
            )
        amount = line.get("amount") or 0.0
        if amount <= 0:
            raise UserError(self.env._("“%s.amount” must be more than zero.", where))
        if rupees(amount) != Decimal(str(amount)):
            raise UserError(self.env._("“%s.amount” has more than two decimals.", where))
        reference = "".join((line.get("reference") or "").split()).upper()
        if line["method"] == "upi" and not reference:
            raise UserError(
                self.env._("A UPI payment needs its reference (UTR): “%s.reference”.", where)
            )
        return {**line, "amount": amount, "reference": reference or False}

    def _check_references(self, references):
        if len(set(references)) < len(references):
            raise UserError(self.env._("The same UPI reference is given twice."))
        for reference in references:
            self.env["account.payment"]._check_new_reference(self.company_id, reference)
