from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..gst import law, tax
from ..gst.words import indian_format
from .account_move_issued import differs
from .fsm_gst_once import GATE

BOOKED = ("in_process", "paid")

# What decides about how much cash came from whom, and when.
CASH_FIELDS = {"state", "amount", "date", "partner_id", "journal_id", "payment_type", "job_id"}
STATEMENT_FIELDS = {"amount", "amount_currency", "foreign_currency_id", "date", "partner_id"}


class ResCompany(models.Model):
    """How much cash an organisation takes: Income-tax Act 2025, s.186 (before: 1961, s.269ST).

    Below two lakh from one person in a day, for one transaction (an invoice, all of a job card) and
    on one occasion, whatever the door: the till, accounting's payments and dialogs, an entry or a
    statement in a journal of cash.
    """

    _inherit = "res.company"

    # === BUSINESS METHODS === #

    def _refuse_cash(self, total, amount, day):
        """Refuse cash of which there would be too much.

        :param float total: with what was taken before, in rupees
        :param float amount: what is taken now
        :raise UserError: with the section, and what to do instead
        """
        taken = tax.paise(total) - tax.paise(amount)
        if law.may_take_cash(taken, tax.paise(amount), day):
            return
        row = law.CASH_LIMIT.row(day)
        raise UserError(
            self.env._(
                "₹%(amount)s in cash, after ₹%(taken)s: %(section)s forbids ₹%(limit)s or more from "
                "one person in a day, or for one job card or invoice. Take UPI, card or bank.",
                amount=indian_format(amount),
                taken=indian_format(taken / law.RUPEE),
                section=row.source,
                limit=indian_format(row.value / law.RUPEE),
            )
        )

    def _cash_taken(self, person, day, job, payments=()):
        """Return the cash that all branches have taken, in rupees, as it is stored.

        :param person: a `res.partner`; his offices and people count as he does
        :param job: an `fsm.job`, may be empty
        :param list payments: ids of those that are being booked: they count as well
        :return: ``(from the person on the day, for the job card)``
        """
        payer = person.commercial_partner_id
        self.env.flush_all()
        # Two tills at once: the second waits, fails, and Odoo repeats it; a lock alone would leave
        # it with what it saw before (repeatable read).
        self.env.cr.execute(
            SQL("UPDATE res_partner SET write_uid = write_uid WHERE id = %s", payer.id or 0),
            log_exceptions=False,  # Odoo repeats the second, which is no error
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT coalesce(sum(cash.amount) FILTER (WHERE cash.is_his), 0),
                       coalesce(sum(cash.amount) FILTER (WHERE cash.job_id = %(job)s), 0)
                  FROM (
                       SELECT p.job_id, abs(p.amount_company_currency_signed) AS amount,
                              p.date = %(day)s AND p.partner_id IN %(people)s AS is_his
                         FROM account_payment p
                         JOIN account_journal j ON j.id = p.journal_id AND j.type = 'cash'
                        WHERE p.company_id IN %(companies)s AND p.payment_type = 'inbound'
                          AND (p.state = ANY(%(booked)s) OR p.id = ANY(%(payments)s))
                          AND (p.job_id = %(job)s
                               OR p.date = %(day)s AND p.partner_id IN %(people)s)
                    UNION ALL
                       SELECT NULL, greatest(
                              sum(l.credit) FILTER (WHERE l.account_id <> j.default_account_id),
                              sum(l.debit) FILTER (WHERE l.account_id = j.default_account_id)), TRUE
                         FROM account_move_line l
                         JOIN account_move m ON m.id = l.move_id AND m.origin_payment_id IS NULL
                         JOIN account_journal j ON j.id = l.journal_id AND j.type = 'cash'
                        WHERE l.partner_id IN %(people)s AND l.date = %(day)s
                          AND l.parent_state = 'posted' AND l.company_id IN %(companies)s
                     GROUP BY m.id
                       ) cash
                """,
                job=job.id or 0,
                day=day,
                people=SQL(
                    "(SELECT id FROM res_partner WHERE commercial_partner_id = %s)",
                    payer.id or 0,
                ),
                companies=SQL(
                    "(SELECT id FROM res_company WHERE parent_path LIKE %s)",
                    f"{self.root_id.id}/%",
                ),
                booked=list(BOOKED),
                payments=list(payments),
            )
        )
        return self.env.cr.fetchone()


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _fsm_cash_idx = models.Index("(partner_id, date) WHERE payment_type = 'inbound'")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments.filtered(lambda payment: payment.state in BOOKED)._check_cash()
        return payments

    def write(self, vals):
        if self.env.context.get("fsm_billing_cash") is GATE or not CASH_FIELDS & vals.keys():
            return super().write(vals)
        concerned = self.filtered(
            lambda payment: (
                differs(payment, vals, CASH_FIELDS)
                if payment.state in BOOKED
                else vals.get("state") in BOOKED
            )
        )
        result = super().write(vals)
        concerned._check_cash()
        return result

    def action_post(self):
        """Override of `account` to refuse cash that the law forbids, whoever records it."""
        self._check_cash()
        return super(AccountPayment, self.with_context(fsm_billing_cash=GATE)).action_post()

    # === BUSINESS METHODS === #

    def _check_cash(self):
        """Refuse cash of two lakh and more from a person on a day, or for one job card."""
        cash = self.filtered(
            lambda payment: payment.payment_type == "inbound" and payment.journal_id.type == "cash"
        )
        for payment in cash:
            amount = abs(payment.amount_company_currency_signed)
            totals = (0.0,)
            if not payment._is_of_a_stranger():
                totals = payment.company_id._cash_taken(
                    payment.partner_id, payment.date, payment.job_id, cash.ids
                )
            payment.company_id._refuse_cash(max(*totals, amount), amount, payment.date)

    def _is_of_a_stranger(self):
        """Tell whether this is of one of many who gave no name: each is somebody else."""
        branch_sudo = self.company_id.sudo().fsm_branch_ids  # a fact, whoever may read branches
        return bool(self.partner_id) and self.partner_id == branch_sudo.walk_in_id


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account` to refuse cash that the law forbids in entries and statements."""
        posted = super()._post(soft)
        posted.filtered(
            lambda move: move.journal_id.type == "cash" and not move.origin_payment_id
        )._check_cash()
        return posted

    def _check_cash(self):
        for move in self:
            amount = move._into_drawer()
            for person in move.line_ids.partner_id.commercial_partner_id if amount else ():
                company, no_job = move.company_id, self.env["fsm.job"]
                total, _of_job = company._cash_taken(person, move.date, no_job)
                # An entry may be of several people: no more of it than came from this one.
                company._refuse_cash(total, min(amount, total), move.date)

    def _into_drawer(self):
        """Return what an entry brings into the drawer, in rupees."""
        account = self.journal_id.default_account_id
        return sum(line.debit for line in self.line_ids if line.account_id == account)


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def write(self, vals):
        """Override of `account` to refuse cash that turns out to be of who may bring no more.

        A constraint would look before the entry follows its line.
        """
        result = super().write(vals)
        if STATEMENT_FIELDS & vals.keys():
            self._check_cash()
        return result

    def _check_cash(self):
        self.move_id.filtered(
            lambda move: move.journal_id.type == "cash" and move.state == "posted"
        )._check_cash()


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account` to refuse cash for one invoice, however many days it took."""
        partials = super().create(vals_list)
        for partial in partials:
            if partial.credit_move_id.journal_id.type == "cash":
                partial._check_cash_of_invoice()
        return partials

    def _check_cash_of_invoice(self):
        """Refuse two lakh and more in cash for an invoice, or for all of a job card."""
        invoice = self.debit_move_id.move_id
        day = self.credit_move_id.date
        limit = law.CASH_LIMIT.on(day) / law.RUPEE
        moves_sudo = invoice.sudo()  # the limit holds for what others took as well
        moves_sudo |= moves_sudo.job_id.account_move_ids
        if invoice.move_type != "out_invoice" or sum(moves_sudo.mapped("amount_total")) < limit:
            return
        if moves_sudo.small_sale_ids:  # of many people
            return
        partials_sudo = self.sudo()  # as above
        [(total,)] = partials_sudo._read_group(
            [
                ("debit_move_id.move_id", "in", moves_sudo.ids),
                ("credit_move_id.journal_id.type", "=", "cash"),
            ],
            aggregates=["amount:sum"],
        )
        invoice.company_id._refuse_cash(total, self.amount, day)
