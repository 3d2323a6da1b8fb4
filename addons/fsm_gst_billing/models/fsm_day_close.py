from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..gst.words import indian_format
from .fsm_gst_once import GATE


class FsmDayClose(models.Model):
    """The evening at the till: what was taken by each way, and the cash that was counted.

    Written once. From then on no cash is booked on that day.
    """

    _name = "fsm.day.close"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Day Close"
    _order = "day desc, id desc"
    _rec_name = "day"
    _audit_class = "books"
    _audit_kind = "payment"

    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    cash = fields.Monetary(readonly=True, help="Taken less paid back, as booked.")
    upi = fields.Monetary(string="UPI", readonly=True)
    card = fields.Monetary(readonly=True)
    bank = fields.Monetary(string="Bank Transfer", readonly=True)
    cash_before = fields.Monetary(
        string="Cash from Before", readonly=True, help="What was counted at the last close."
    )
    cash_counted = fields.Monetary(readonly=True, audit=True)
    difference = fields.Monetary(
        readonly=True, audit=True, help="Counted, less what was there before and came since."
    )
    explanation = fields.Char(readonly=True, audit=True)

    _day_uniq = models.Constraint(
        "UNIQUE(company_id, day)", "This day of the branch is closed already."
    )

    # === CRUD METHODS === #

    def _said_of_a_hand(self):
        return self.env._("A day is closed by its branch, not by hand.")

    def _said_of_a_change(self):
        return self.env._("A day that is closed stays closed.")


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    @verb
    def close_day(self, cash_counted: float, date: str = "", explanation: str = ""):
        """Close a day at the till of a branch.

        :param float cash_counted: what lies in the drawer, in rupees
        :param str date: today by default
        :param str explanation: needed where the cash differs from what was booked
        :return: ``{id, day, cash, upi, card, bank, cash_before, cash_counted, difference}``
        """
        self._check_may_close()
        day = self.env["account.payment"]._fsm_day(date)
        return [
            branch.sudo()._close_day(cash_counted, day, explanation.strip())  # checked above
            for branch in self
        ]

    def _check_may_close(self):
        if not self.env.su and not self.env.user.has_group("fsm_gst_billing.group_fsm_cashier"):
            raise AccessError(self.env._("Your role does not close the till."))
        self.check_access("read")

    def _close_day(self, counted, day, explanation):
        company, last = self.company_id, self._last_close()
        if counted < 0:
            raise UserError(self.env._("“cash_counted” cannot be less than zero."))
        if last and last.day >= day:
            raise UserError(
                self.env._(
                    "%(branch)s is closed up to %(day)s.",
                    branch=self.name,
                    day=last.day.strftime("%d-%b-%Y"),
                )
            )
        booked = self._figures_of_day(day)
        expected = booked.pop("cash_expected")
        difference = company.currency_id.round(counted - expected)
        if difference and not explanation:
            raise UserError(
                self.env._(
                    "₹%(counted)s were counted and ₹%(expected)s should be there: say why.",
                    counted=indian_format(counted),
                    expected=indian_format(expected),
                )
            )
        figures = {**booked, "cash_counted": counted, "difference": difference}
        close = last.with_context(fsm_billing_gate=GATE).create(
            {
                **figures,
                "company_id": company.id,
                "day": day,
                "explanation": explanation or False,
            }
        )
        return {"id": close.id, "day": str(day), **figures}

    def _last_close(self):
        closes = self.env["fsm.day.close"]
        return closes.search([("company_id", "=", self.company_id.id)], limit=1)

    def _figures_of_day(self, day):
        """Return what was taken on `day` by each way, and the cash that should lie in the drawer.

        :return: ``{cash, upi, card, bank, cash_before, cash_expected}``, in rupees
        :rtype: dict
        """
        last = self._last_close()
        taken = self._taken(("date", "=", day))
        since = self._taken(("date", ">", last.day), ("date", "<=", day)) if last else taken
        before = last.cash_counted
        return {**taken, "cash_before": before, "cash_expected": before + since["cash"]}

    def _taken(self, *days):
        """Return what was taken less what was paid back, by way: ``{"cash": 4826.2, …}``."""
        groups = self.env["account.payment"]._read_group(
            [
                *days,
                ("company_id", "=", self.company_id.id),
                ("fsm_method", "!=", False),
                ("state", "in", ("in_process", "paid")),
            ],
            ["fsm_method", "payment_type"],
            ["amount:sum"],
        )
        taken = dict.fromkeys(self.env["account.journal"]._ways_of_paying(), 0.0)
        for method, payment_type, amount in groups:
            taken[method] += amount if payment_type == "inbound" else -amount
        return taken


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        """Override of `account` to book no cash on a day that was counted."""
        cash = self.filtered(lambda payment: payment.fsm_method == "cash")
        closes_sudo = self.env["fsm.day.close"].sudo()  # holds for who sees no closes as well
        for company, payments in cash.grouped("company_id").items():
            last = closes_sudo.search([("company_id", "=", company.id)], limit=1)
            if last and any(payment.date <= last.day for payment in payments):
                raise UserError(
                    self.env._(
                        "The till is closed up to %s: date the cash later.",
                        last.day.strftime("%d-%b-%Y"),
                    )
                )
        return super().action_post()
