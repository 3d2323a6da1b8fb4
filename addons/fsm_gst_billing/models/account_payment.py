from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import check_keys, check_value

from ..gst import dates
from ..gst.words import indian_format, rupees
from .account_journal import METHODS
from .account_move_issued import differs, may_manage
from .fsm_gst_once import GATE

# The chatter would add twenty queries to a payment and nothing new: the payment is the record.
QUIET = {"mail_create_nolog": True, "mail_create_nosubscribe": True, "mail_notrack": True}

PAYMENT_KEYS = {"method": str, "amount": float, "reference": str}

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
    date = fields.Date(default=lambda self: self.env.company._today_here(), audit=True)
    partner_id = fields.Many2one(audit=True)
    journal_id = fields.Many2one(audit=True)
    payment_type = fields.Selection(audit=True)

    fsm_method = fields.Selection(related="journal_id.fsm_method", store=True)

    job_id = fields.Many2one(
        string="Job Card",
        comodel_name="fsm.job",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

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
        if "name" in vals:
            self.filtered(lambda payment: differs(payment, vals, {"name"}))._check_name()
        undone = vals.get("state") in UNDONE
        if not (undone or BOOKED_FIELDS & vals.keys()):
            return
        self._check_has_no_voucher(vals, undone)
        self.filtered(
            lambda payment: undone or differs(payment, vals, BOOKED_FIELDS)
        )._check_is_manager()

    def _check_is_manager(self):
        """Refuse to change those of these payments that are booked, unless a manager does it."""
        if may_manage(self.env):
            return
        for payment in self.filtered(lambda payment: payment._is_booked()):
            raise AccessError(
                self.env._("Only a manager changes or undoes %s: it is booked.", payment.name)
            )

    def _is_booked(self):
        """Tell whether this is money of a customer that a branch has in its books."""
        return (
            self.state in ("in_process", "paid")
            and self.partner_type == "customer"
            and bool(self.company_id.sudo().fsm_branch_ids)  # a fact, whoever may read branches
        )

    def _check_entry_kept(self):
        """Refuse to change the entries of booked payments, as the payments themselves.

        :raise UserError: if a voucher was issued for one of them
        :raise AccessError: unless a manager does it
        """
        self._check_has_no_voucher({}, True)
        self._check_is_manager()

    def _check_name(self):
        """Refuse to rename what is booked: nobody would find it again under another name."""
        for payment in self.filtered(lambda payment: payment._is_booked()):
            raise UserError(self.env._("%s is booked under this number: it stays.", payment.name))

    def _check_has_no_voucher(self, vals, undone):
        """Refuse to change or undo a payment for which a voucher was issued: Rules 50 and 51.

        :raise UserError: naming the voucher
        """
        changed = self.filtered(lambda payment: undone or differs(payment, vals, BOOKED_FIELDS))
        if not changed:
            return
        advances_sudo = self.env["fsm.gst.advance"].sudo()  # holds for who sees no advances as well
        if voucher_sudo := advances_sudo.search([("payment_id", "in", changed.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Voucher %s was issued for this payment: it stays. Pay the advance back if the "
                    "customer gets the money back.",
                    voucher_sudo.number,
                )
            )

    # === BUSINESS METHODS - CHECKS === #

    @api.model
    def _fsm_day(self, text, earliest=None):
        """Return the day on which money came: today in India unless `text` says another one."""
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
        if earliest and day < earliest:
            raise UserError(
                self.env._(
                    "“date” cannot be before the invoice of %s.", earliest.strftime("%d-%b-%Y")
                )
            )
        return day

    @api.model
    def _fsm_checked_lines(self, lines, company):
        """Return the lines of a payment, or say what is wrong with them.

        :raise UserError: with the number of the line
        """
        checked = [
            self._fsm_checked_line(line, f"lines[{number}]") for number, line in enumerate(lines)
        ]
        if not checked:
            raise UserError(self.env._("Say how it was paid: “lines” is empty."))
        references = [line["reference"] for line in checked if line["method"] == "upi"]
        if len(set(references)) < len(references):
            raise UserError(self.env._("The same UPI reference is given twice."))
        for reference in references:
            self._check_new_reference(company, reference)
        return checked

    @api.model
    def _fsm_checked_line(self, line, where):
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
        if line["method"] == "upi":
            reference = self._upi_reference(reference, f"{where}.reference")
        return {**line, "amount": amount, "reference": reference or False}

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_settle(self, invoices, lines, date, **values):
        """Book what a customer paid for `invoices`: a payment a line, posted and reconciled.

        What they no longer ask for, because they are paid or cancelled by now, stays open on the
        payment.

        :param invoices: `account.move`s of one customer in one branch
        :param list lines: ``[{method, amount, reference}]``, checked by the caller
        :param datetime.date date: when the money came
        :param dict values: of each payment, besides
        :return: the payments, in the order of the lines
        """
        invoices = invoices.with_context(**QUIET)
        receivable = invoices.filtered(lambda move: move.state == "posted").line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        partner = invoices.commercial_partner_id.with_company(invoices.company_id)
        account = receivable[:1].account_id or partner.property_account_receivable_id
        common = {
            "partner_id": partner.id,
            "memo": ", ".join(filter(None, invoices.mapped("name"))),
            "job_id": invoices.job_id.id if len(invoices.job_id) == 1 else False,
            "destination_account_id": account.id,
            **values,
        }
        payments = self._fsm_take(invoices.company_id, lines, date, common)
        paid = payments.move_id.line_ids.filtered(
            lambda line: line.account_id in receivable.account_id
        )
        (receivable | paid).reconcile()
        return payments

    @api.model
    def _fsm_take(self, company, lines, date, common):
        """Return posted payments of a customer in the tills of a branch: one a line.

        :param list lines: ``[{method, amount, reference}]``, checked by the caller
        :param dict common: values of each payment, the customer and his account among them
        """
        tills = company.fsm_branch_ids._tills()
        payments = self.with_context(**QUIET).create(
            [
                {**self._fsm_values(company, line, tills, "inbound"), "date": date, **common}
                for line in lines
            ]
        )
        payments.action_post()
        return payments

    @api.model
    def _fsm_pay_back(self, advance, method, amount, reference, date):
        """Return the posted payment that gives an advance back to the customer."""
        [line] = self._fsm_checked_lines(
            [{"method": method, "amount": amount, "reference": reference}], advance.company_id
        )
        tills = advance.company_id.fsm_branch_ids._tills()
        receivable = advance.payment_id.move_id.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )
        payment = self.with_context(**QUIET).create(
            {
                **self._fsm_values(advance.company_id, line, tills, "outbound"),
                "date": date,
                "partner_id": advance.partner_id.id,
                "memo": advance.number,
                "destination_account_id": receivable.account_id.id,
            }
        )
        payment.action_post()
        paid = payment.move_id.line_ids.filtered(
            lambda item: item.account_id == receivable.account_id
        )
        gated = (receivable | paid).with_context(fsm_billing_gate=GATE)  # the caller settles it
        gated.filtered(lambda item: not item.reconciled).reconcile()
        return payment

    @api.model
    def _fsm_values(self, company, line, tills, payment_type):
        """Return the values of one payment, all that `account` would search for included."""
        journal = tills.get(line["method"])
        if not journal:
            raise UserError(
                self.env._(
                    "%(branch)s has no journal for payments by %(method)s.",
                    branch=company.name,
                    method=line["method"],
                )
            )
        method_line = journal[f"{payment_type}_payment_method_line_ids"][:1]
        return {
            "payment_type": payment_type,
            "partner_type": "customer",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "amount": line["amount"],
            "payment_reference": line.get("reference"),
            "journal_id": journal.id,
            "payment_method_line_id": method_line.id,
            "outstanding_account_id": method_line.payment_account_id.id,
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
