from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.lifecycle import FINAL_STATES, REASON_MIN_LENGTH
from odoo.addons.fsm_jobs.verbs import verb


class FsmJob(models.Model):
    """What a customer may take home unpaid, because a manager has approved it."""

    _inherit = "fsm.job"

    credit_ids = fields.One2many(
        string="Credits", comodel_name="fsm.credit", inverse_name="job_id", readonly=True
    )

    # === BUSINESS METHODS - VERBS === #

    @verb
    def approve_credit(
        self, reason: str, amount: float = 0.0, pay_by: str = "", *, client_ref: str = ""
    ):
        """Let the device go although something is still due, as a manager.

        :param str reason: ten characters or more
        :param float amount: the most that may stay due, in rupees; all that is due now if left out
        :param str pay_by: the day until which it is to be paid, ``YYYY-MM-DD``
        :return: ``{id, amount, amount_due}``
        """
        self.check_access("read")
        if not self._has_role({"manager"}):
            raise AccessError(self.env._("Only a manager approves credit."))
        if len(reason.strip()) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
            )
        day = self._check_date(pay_by) if pay_by else False
        asked = {"reason": reason.strip(), "amount": amount, "pay_by": pay_by}
        return self.env["fsm.client.ref"]._once_each(
            self,
            "approve_credit",
            client_ref,
            asked,
            lambda job: job._approve_credit(reason.strip(), amount, day),
        )

    def _approve_credit(self, reason, amount, day):
        credits_sudo = self.env["fsm.credit"].sudo()  # nobody writes them by hand; checked above
        credits_sudo.create(self._credit_values(reason, amount, day))
        return {"id": self.id, "amount": self._credit(), "amount_due": self.amount_due}

    def _credit_values(self, reason, amount, pay_by):
        due = self.currency_id.round(self.amount_due)
        amount = self.currency_id.round(amount) or due
        if self.state in FINAL_STATES or due <= 0:
            raise UserError(
                self.env._("Nothing is due of job card %s: post its invoice first.", self.name)
            )
        if not 0 < amount <= due:
            raise UserError(self.env._("A credit is more than 0 and not more than what is due."))
        return {
            "job_id": self.id,
            "company_id": self.company_id.id,
            "amount": amount,
            "pay_by": pay_by,
            "reason": reason,
            "user_id": self.env.uid,
        }

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _credit(self):
        """Return what may stay due, in rupees: the last approval counts."""
        return self.sudo().credit_ids.sorted("id")[-1:].amount  # everybody at the counter is told

    def _has_credit(self):
        """Tell whether all that is still due was approved."""
        return self.currency_id.compare_amounts(self.amount_due, self._credit()) <= 0

    def _delivery_settled(self):
        """Override of `fsm_jobs` to say that the bill is."""
        settled = super()._delivery_settled()
        invoice_sudo = self._open_invoice()
        if invoice_sudo.state != "posted":
            return settled
        if not self._unpaid_invoice():
            settled.append(self.env._("Invoice %s is paid", invoice_sudo.name))
        elif self._has_credit():
            credit_sudo = self.sudo().credit_ids.sorted("id")[-1:]  # a name and an amount
            settled.append(
                self.env._(
                    "%(user)s has approved credit for invoice %(invoice)s",
                    user=credit_sudo.user_id.name,
                    invoice=invoice_sudo.name,
                )
            )
        return settled
