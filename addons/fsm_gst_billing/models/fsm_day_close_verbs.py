from datetime import timedelta

from odoo import models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.fsm_jobs.verbs import check_value, verb

from ..gst.words import indian_format
from .account_move_issued import may_manage
from .account_payment import QUIET
from .fsm_gst_once import GATE

BY_REFERENCE = ("upi", "card")  # ways of paying that somebody finds in a list of the bank's


class FsmBranch(models.Model):
    """How the day is closed at the till of a branch, and reopened."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def close_day(
        self, cash_counted: float, date: str = "", explanation: str = "", references: list = ()
    ):
        """Close a day at the till of a branch, with all since the last close.

        :param float cash_counted: what lies in the drawer, in rupees
        :param str date: today by default
        :param str explanation: needed where the cash differs from what was booked, or a UPI or card
            payment was not found
        :param list references: of the UPI and card payments that were found: the UTR, the number of
            the slip, or where there is none the number of the payment
        :return: ``{id, day, cash, upi, card, bank, cash_before, cash_other, cash_counted, difference,
            not_found}``, in rupees
        """
        self._check_may_close()
        day = self.env["account.payment"]._fsm_day(date)
        references = [
            check_value(self.env, reference, str, f"references[{number}]")
            for number, reference in enumerate(references)
        ]
        return [
            branch.sudo()._close_day(  # checked above
                cash_counted, day, explanation.strip(), references
            )
            for branch in self
        ]

    @verb
    def reopen_day(self, reason: str):
        """Reopen the day that was closed last, to correct what was booked until then.

        :param str reason: in 10 characters or more
        :raise AccessError: unless a manager does it
        :return: ``{id, day}`` of the close that counts no more
        """
        if not may_manage(self.env):
            raise AccessError(self.env._("Only a manager reopens a day."))
        self.check_access("read")
        answers = []
        for branch_sudo in self.sudo():  # a manager does not write closes; checked above
            branch_sudo._wait_for_payments()
            last = branch_sudo._last_close()
            if not last:
                raise UserError(self.env._("No day of %s is closed.", branch_sudo.name))
            answers.append(last._reopen(reason.strip()))
        return answers

    def _check_closed_last(self, close):
        """Refuse to reopen a day before the later ones: what they counted began with it."""
        last_sudo = self.sudo()._last_close()  # to compare with what the caller sees
        if last_sudo != close:
            raise UserError(
                self.env._(
                    "The day that was closed last is reopened first: %s.",
                    last_sudo.day.strftime("%d-%b-%Y") if last_sudo else self.env._("none"),
                )
            )

    # === BUSINESS METHODS - CLOSING === #

    def _check_may_close(self):
        if not self.env.su and not self.env.user.has_group("fsm_gst_billing.group_fsm_cashier"):
            raise AccessError(self.env._("Your role does not close the till."))
        self.check_access("read")

    def _close_day(self, counted, day, explanation, references=()):
        if counted < 0:
            raise UserError(self.env._("“cash_counted” cannot be less than zero."))
        self._wait_for_payments()
        last = self._last_close()
        if last and last.day >= day:
            raise UserError(
                self.env._(
                    "%(branch)s is closed up to %(day)s.",
                    branch=self.name,
                    day=last.day.strftime("%d-%b-%Y"),
                )
            )
        self._check_seen_all(day)
        self._consolidate(day)
        booked = self._figures_of_day(day)
        expected = booked.pop("cash_expected")
        missing = self._not_found(self._paid_by_reference(day), references)
        difference = self.company_id.currency_id.round(counted - expected)
        if not explanation and (differences := self._differences(counted, expected, missing)):
            raise UserError("\n".join(differences))
        figures = {
            **booked,
            "cash_counted": counted,
            "difference": difference,
            "not_found": self._sum(missing),
        }
        close = last.with_context(fsm_billing_gate=GATE).create(
            {
                **figures,
                "company_id": self.company_id.id,
                "day": day,
                "explanation": explanation or False,
                "not_found_ids": [Command.set(missing.ids)],
                "entry_id": self._book_difference(difference, day, explanation).id,
            }
        )
        return {"id": close.id, "day": str(day), **figures}

    def _differences(self, counted, expected, missing):
        """Return what has to be explained: sentences, none if all is as it was booked."""
        differences = []
        if self.company_id.currency_id.compare_amounts(counted, expected):
            differences.append(
                self.env._(
                    "₹%(counted)s were counted and ₹%(expected)s should be there: say why.",
                    counted=indian_format(counted),
                    expected=indian_format(expected),
                )
            )
        if missing:
            differences.append(
                self.env._(
                    "Not found: %s. Tick what the bank has, or say why it is missing.",
                    ", ".join(
                        f"{payment._till_reference()} (₹{indian_format(payment.amount)})"
                        for payment in missing
                    ),
                )
            )
        return differences

    def _not_found(self, payments, references):
        """Return of `payments` those that `references` do not name; each names one.

        :raise UserError: if one names nothing that was booked
        """
        left = payments
        for reference in references:
            key = "".join((reference or "").split()).upper()
            found = left.filtered(lambda payment, key=key: key in payment._till_keys())[:1]
            if not found:
                raise UserError(
                    self.env._(
                        "“%s” is no UPI or card payment since the last close: record it first, or "
                        "leave it out.",
                        reference,
                    )
                )
            left -= found
        return left

    def _book_difference(self, difference, day, explanation):
        """Book what was counted too much or too little, so that the books say what lies there.

        :return: the entry; empty if nothing differs
        """
        moves = self.env["account.move"].with_context(**QUIET)
        if not difference:
            return moves
        till = self._tills().get("cash")
        if not till:
            raise UserError(
                self.env._(
                    "%s has no journal for cash in which the difference could be booked: have it "
                    "restored from the archive of the journals first.",
                    self.name,
                )
            )
        account = till.profit_account_id if difference > 0 else till.loss_account_id
        if not account:
            raise UserError(
                self.env._("Journal %s has no account for cash differences.", till.display_name)
            )
        entry = moves.create(
            {
                "journal_id": till.id,
                "company_id": self.company_id.id,
                "date": day,
                "ref": explanation,
                "line_ids": [
                    Command.create({"account_id": of.id, "name": explanation, "balance": rupees})
                    for of, rupees in (
                        (till.default_account_id, difference),
                        (account, -difference),
                    )
                ],
            }
        )
        entry.action_post()
        return entry

    # === BUSINESS METHODS - ONE AFTER THE OTHER === #

    def _wait_for_payments(self):
        """Wait until all payments of the branch that are being booked are; new ones wait for us."""
        self.env.cr.execute(
            SQL("UPDATE fsm_branch SET write_uid = write_uid WHERE id IN %s", self._ids),
            log_exceptions=False,  # Odoo repeats a second close, which is no error
        )

    def _check_seen_all(self, day):
        """Have Odoo repeat the call if something was booked since it began: it would not see it.

        What was waited for is committed, but not in what this transaction sees (repeatable read).
        """
        first = self._first_open_day(day)
        self.env.flush_all()
        seen = self._booked_lines(self.env.cr, first, day, [])
        with self.env.registry.cursor() as cr:  # its own: it sees what others have committed
            now = self._booked_lines(cr, first, day, list(seen))
        if any(seen.get(line) != row for line, row in now.items()):
            raise ConcurrencyError(f"payments of branch {self.id} while its day is closed")

    def _booked_lines(self, cr, first, last, others):
        """Return ``{line: (date, state, balance)}`` of the tills' accounts in days, and of others."""
        cr.execute(
            SQL(
                """
                SELECT l.id, l.date, l.parent_state, l.balance
                  FROM account_move_line l
                 WHERE l.id = ANY(%(others)s)
                    OR l.company_id = %(company)s AND l.date BETWEEN %(first)s AND %(last)s
                   AND l.account_id IN (
                       SELECT default_account_id FROM account_journal
                        WHERE company_id = %(company)s AND fsm_method IS NOT NULL)
                """,
                others=others,
                company=self.company_id.id,
                first=first,
                last=last,
            )
        )
        return {line: row for line, *row in cr.fetchall()}

    # === GETTERS === #

    def _last_close(self):
        closes = self.env["fsm.day.close"]
        return closes.search(
            [("company_id", "=", self.company_id.id), ("reopened_at", "=", False)], limit=1
        )

    def _first_open_day(self, day):
        """Return the day after the last close; without one, `day` itself."""
        last = self._last_close()
        return last.day + timedelta(days=1) if last else day

    def _figures_of_day(self, day):
        """Return what was taken since the last close, and the cash that should lie in the drawer.

        :return: ``{cash, upi, card, bank, cash_before, cash_other, cash_expected}``, in rupees
        :rtype: dict
        """
        first = self._first_open_day(day)
        taken = self._taken(first, day)
        before = self._drawer_before(first)
        expected = self._drawer_before(day + timedelta(days=1))
        other = self.company_id.currency_id.round(expected - before - taken["cash"])
        return {**taken, "cash_before": before, "cash_other": other, "cash_expected": expected}

    def _drawer_before(self, day):
        """Return the cash that the books say lay in the drawer when `day` began, in rupees."""
        till = self._journal("fsm_method", "cash")  # the money lies there if it was archived, too
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id", "=", till.default_account_id.id),
                ("parent_state", "=", "posted"),
                ("date", "<", day),
            ],
            aggregates=["balance:sum"],
        )
        return self.company_id.currency_id.round(balance)

    def _taken(self, first, last):
        """Return what was taken less what was paid back, by way: ``{"cash": 4826.2, …}``."""
        taken = dict.fromkeys(self.env["account.journal"]._ways_of_paying(), 0.0)
        payments = self.env["account.payment"]
        booked = self._booked_payments(first, last)
        rupees = ["amount_company_currency_signed:sum"]
        return taken | dict(payments._read_group(booked, ["fsm_method"], rupees))

    def _paid_by_reference(self, day):
        """Return the UPI and card payments since the last close that count at the counter."""
        booked = self._booked_payments(self._first_open_day(day), day)
        by_reference = [("fsm_method", "in", BY_REFERENCE), ("partner_type", "=", "customer")]
        return self.env["account.payment"].search([*booked, *by_reference], order="date, id")

    def _booked_payments(self, first, last):
        return [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", first),
            ("date", "<=", last),
            ("fsm_method", "!=", False),
            ("state", "in", ("in_process", "paid")),
        ]

    def _sum(self, payments):
        """Return what payments come to, what was paid back taken off, in rupees."""
        return self.company_id.currency_id.round(
            sum(payments.mapped("amount_company_currency_signed"))
        )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # === GETTERS === #

    def _till_reference(self):
        """Return by what a payment is found in a list of the bank's: ``UPI 412345678901``."""
        labels = dict(self._fields["fsm_method"]._description_selection(self.env))
        return f"{labels[self.fsm_method]} {self.payment_reference or self.name}"

    def _till_keys(self):
        """Return what somebody types or scans who has found this payment."""
        keys = (self.payment_reference, self.name)
        return {"".join(key.split()).upper() for key in keys if key}
