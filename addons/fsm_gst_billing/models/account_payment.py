from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..gst.words import indian_format
from .account_move_issued import differs, may_manage

# The chatter would add twenty queries to a payment and nothing new: the payment is the record.
QUIET = {"mail_create_nolog": True, "mail_create_nosubscribe": True, "mail_notrack": True}

# What a manager corrects in a payment that is booked, nobody else.
BOOKED_FIELDS = {
    "amount",
    "date",
    "partner_id",
    "journal_id",
    "currency_id",
    "payment_type",
    "partner_type",
}
UNDONE = ("draft", "canceled", "cancel", "rejected")


class AccountPayment(models.Model):
    _inherit = "account.payment"
    _audit_class = "books"
    _audit_kind = "payment"

    state = fields.Selection(audit=True)
    amount = fields.Monetary(audit=True)
    date = fields.Date(audit=True)
    partner_id = fields.Many2one(audit=True)
    journal_id = fields.Many2one(audit=True)
    payment_type = fields.Selection(audit=True)

    fsm_method = fields.Selection(related="journal_id.fsm_method", store=True)

    # A UPI transaction (UTR) pays once; `_check_new_reference` says it with a sentence.
    _fsm_reference_uniq = models.UniqueIndex(
        "(company_id, upper(payment_reference)) "
        "WHERE fsm_method = 'upi' AND payment_reference > '' "
        "AND state NOT IN ('canceled', 'rejected')",
        "This UPI reference was already used for another payment of the branch.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        self._check_may_change(vals)
        return super().write(vals)

    def _check_may_change(self, vals):
        """Refuse to change or undo what customers paid, unless a manager does it.

        :raise AccessError: if `vals` change a booked payment in a branch
        """
        undone = vals.get("state") in UNDONE
        if not (undone or BOOKED_FIELDS & vals.keys()) or may_manage(self.env):
            return
        for payment in self:
            if (
                payment.state in ("in_process", "paid")
                and payment.partner_type == "customer"
                and payment.company_id.sudo().fsm_branch_ids  # a fact, whoever may read branches
                and (undone or differs(payment, vals, BOOKED_FIELDS))
            ):
                raise AccessError(
                    self.env._("Only a manager changes or undoes %s: it is booked.", payment.name)
                )

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_settle(self, invoice, lines, date):
        """Book what a customer paid for `invoice`: a payment a line, posted and reconciled.

        :param invoice: a posted `account.move`
        :param list lines: ``[{method, amount, reference}]``, checked by the caller
        :param datetime.date date: when the money came
        :return: the payments, in the order of the lines
        """
        invoice = invoice.with_context(**QUIET)
        tills = invoice.company_id.fsm_branch_ids._tills()
        payments = self.with_context(**QUIET).create(
            [self._fsm_values(invoice, line, tills, date) for line in lines]
        )
        payments.action_post()
        receivable = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        paid = payments.move_id.line_ids.filtered(
            lambda line: line.account_id in receivable.account_id
        )
        (receivable | paid).reconcile()
        return payments

    @api.model
    def _fsm_values(self, invoice, line, tills, date):
        """Return the values of one payment, all that `account` would search for included."""
        journal = tills.get(line["method"])
        if not journal:
            raise UserError(
                self.env._(
                    "%(branch)s has no journal for payments by %(method)s.",
                    branch=invoice.company_id.name,
                    method=line["method"],
                )
            )
        method_line = journal.inbound_payment_method_line_ids[:1]
        receivable = invoice.line_ids.filtered(lambda item: item.display_type == "payment_term")
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "company_id": invoice.company_id.id,
            "currency_id": invoice.currency_id.id,
            "amount": line["amount"],
            "date": date,
            "memo": invoice.name,
            "payment_reference": line.get("reference"),
            "journal_id": journal.id,
            "payment_method_line_id": method_line.id,
            "outstanding_account_id": method_line.payment_account_id.id,
            "destination_account_id": receivable[:1].account_id.id,
        }

    def _generate_move_vals(self, write_off_line_vals=None, force_balance=None, line_ids=None):
        """Override of `account` to say that an entry has no tax, before it is searched for."""
        values = super()._generate_move_vals(write_off_line_vals, force_balance, line_ids)
        return values | {"fiscal_position_id": False, "l10n_in_state_id": False}

    @api.model
    def _check_new_reference(self, company, reference):
        """Refuse a UPI reference that already paid something in this branch."""
        used = self.search(
            [
                ("company_id", "=", company.id),
                ("fsm_method", "=", "upi"),
                ("payment_reference", "=", reference),
                ("state", "not in", ("canceled", "rejected")),
            ],
            limit=1,
        )
        if used:
            raise UserError(
                self.env._(
                    "UPI reference %(reference)s already paid ₹%(amount)s on %(date)s (%(memo)s).",
                    reference=reference,
                    amount=indian_format(used.amount),
                    date=used.date.strftime("%d-%b-%Y"),
                    memo=used.memo or used.name,
                )
            )
