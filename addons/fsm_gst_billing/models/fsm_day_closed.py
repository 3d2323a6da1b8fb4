from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .account_cash import BOOKED
from .account_journal import METHODS
from .account_move_issued import differs

# The ways of paying that a day close counts for good. What is paid online comes by itself, at any hour.
COUNTED = [method for method, *_rest in METHODS]

# What a close has counted or found of a payment, and of a line of an entry.
COUNTED_FIELDS = {
    "state",
    "amount",
    "currency_id",
    "date",
    "journal_id",
    "payment_type",
    "partner_type",
    "payment_reference",
    "company_id",
}
COUNTED_LINE_FIELDS = {"account_id", "balance", "debit", "credit", "amount_currency", "move_id"}


class FsmBranch(models.Model):
    """What a day close has counted stays as it is, whatever the door. See docs/adr/0041."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    @api.model
    def _check_days_open(self, days):
        """Refuse what would change a day that was closed; a close waits until we are through.

        The lock is shared: payments of a branch do not wait for each other.

        :param dict days: ``{company: [datetime.date]}``
        :raise UserError: with the day up to which the branch is closed
        """
        if not days:
            return
        self.env["fsm.day.close"].flush_model(["company_id", "day", "reopened_at"])
        self.env.cr.execute(
            SQL(
                """
                SELECT b.id, (SELECT max(c.day) FROM fsm_day_close c
                               WHERE c.company_id = b.company_id AND c.reopened_at IS NULL)
                  FROM fsm_branch b WHERE b.company_id IN %s FOR SHARE OF b
                """,
                tuple(company.id for company in days),
            ),
            log_exceptions=False,  # who waited for a close is repeated by Odoo, which is no error
        )
        for branch_id, last in self.env.cr.fetchall():
            branch_sudo = self.sudo().browse(branch_id)  # a name, whoever may read branches
            if last and min(days[branch_sudo.company_id]) <= last:
                raise UserError(
                    self.env._(
                        "%(branch)s is closed up to %(day)s: date it after that, or ask a manager to "
                        "reopen the day and say why.",
                        branch=branch_sudo.name,
                        day=last.strftime("%d-%b-%Y"),
                    )
                )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments.filtered(lambda payment: payment.state in BOOKED)._check_day_open()
        return payments

    def write(self, vals):
        """Override of `account` to keep what was counted; its entry looks when it is posted."""
        if not COUNTED_FIELDS & vals.keys():
            return super().write(vals)
        booked = self.filtered(
            lambda payment: payment.state in BOOKED and differs(payment, vals, COUNTED_FIELDS)
        )
        booked._check_day_open()
        result = super().write(vals)
        moved = booked if COUNTED_FIELDS - {"state"} & vals.keys() else self.browse()
        (moved | self.filtered(lambda payment: not payment.move_id)).filtered(
            lambda payment: payment.state in BOOKED
        )._check_day_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        self.filtered(lambda payment: payment.state in BOOKED)._check_day_open()

    # === BUSINESS METHODS === #

    def _check_day_open(self):
        days = {}
        for payment in self.filtered(lambda payment: payment._is_counted()):
            days.setdefault(payment.company_id, []).append(payment.date)
        self.env["fsm.branch"]._check_days_open(days)

    def _is_counted(self):
        """Tell whether a customer's money passed the counter, or cash left its drawer."""
        return self.fsm_method == "cash" or (
            self.fsm_method in COUNTED and self.partner_type == "customer"
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _check_fiscal_lock_dates(self):
        """Override of `account`, which asks where an entry is posted, undone, dated or changed.

        It answers nothing where it has not looked: a customer becomes part of another one, and his
        name on the entries follows, in locked periods too.
        """
        looked = super()._check_fiscal_lock_dates()
        if looked:
            self._check_day_open()
        return looked

    def _check_day_open(self):
        days = {}
        counted = self.filtered(lambda move: move.origin_payment_id._is_counted())
        for move in counted | self._of_drawer():
            days.setdefault(move.company_id, []).append(move.date)
        self.env["fsm.branch"]._check_days_open(days)

    def _of_drawer(self):
        """Return the entries that bring cash into the drawer of their branch, or take some out."""
        lines = self.line_ids.filtered(lambda line: line.account_id.account_type == "asset_cash")
        if not lines:
            return self.browse()
        tills_sudo = self.env["account.journal"].sudo()  # a fact, whoever may read journals
        cash = [("company_id", "in", lines.company_id.ids), ("fsm_method", "=", "cash")]
        drawers = {  # an archived till was counted as well
            (till.company_id, till.default_account_id)
            for till in tills_sudo.with_context(active_test=False).search(cash)
        }
        return lines.filtered(lambda line: (line.company_id, line.account_id) in drawers).move_id


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_day_open()
        return lines

    def write(self, vals):
        """Override of `account`, which looks before: the line may come into the drawer by this."""
        result = super().write(vals)
        if COUNTED_LINE_FIELDS & vals.keys():
            self._check_day_open()
        return result

    def _check_day_open(self):
        self.filtered(
            lambda line: line.parent_state == "posted" and line.account_type == "asset_cash"
        ).move_id._check_day_open()
