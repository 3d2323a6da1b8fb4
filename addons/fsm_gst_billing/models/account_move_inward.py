from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import dates, numbers, periods
from .fsm_gst_return_purchases import REVERSE

# Of those sections of Odoo that we owe the tax of, what comes from who has no GSTIN.
UNREGISTERED = {"purchase_b2c_rcm", "purchase_imp_services"}

# Where money is.
MONEY = ("asset_cash", "liability_credit_card")


class AccountMove(models.Model):
    """A purchase whose tax we owe ourselves: CGST Act s.9(3), (4), s.31(3)(f), IGST Act s.5(3), (4).

    Who has no GSTIN cannot issue a tax invoice: the branch issues it in his place, the self-invoice,
    with the bill and under a number of its own series. It locks the bill as any number locks its
    document, and is cancelled with it. See docs/adr/0044.
    """

    _inherit = "account.move"

    self_invoice_number = fields.Char(
        string="Self-Invoice",
        compute="_compute_self_invoice_number",
        compute_sudo=True,
        help="The invoice that the branch issued to itself, because the supplier has no GSTIN: "
        "CGST Act s.31(3)(f).",
    )
    lacks_self_invoice = fields.Boolean(compute="_compute_self_invoice_number", compute_sudo=True)
    payment_voucher_ids = fields.One2many(
        string="Payment Vouchers",
        comodel_name="fsm.gst.payment.voucher",
        inverse_name="bill_id",
        readonly=True,
    )
    has_payment_vouchers = fields.Boolean(
        compute="_compute_has_payment_vouchers", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("gst_number_ids.number", "move_type", "state")
    def _compute_self_invoice_number(self):
        for move in self:
            bill = move.move_type == "in_invoice"
            move.self_invoice_number = bill and move.gst_number_ids.number
            move.lacks_self_invoice = not move.self_invoice_number and move._needs_self_invoice()

    @api.depends("payment_voucher_ids")
    def _compute_has_payment_vouchers(self):
        for move in self:
            bill = move.move_type == "in_invoice"
            move.has_payment_vouchers = bill and bool(move.payment_voucher_ids)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: a payment that is undone has no voucher any more, and a bill keeps its own."""
        if vals.get("state") in ("draft", "cancel"):
            self.filtered(lambda move: move.state == "posted")._undo_vouchers()
        return super().write(vals)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_issue_self_invoice(self):
        """Issue the self-invoice of a posted bill that has none, as those from before have not.

        :return: ``{id, name, number}``; the number it has, if there is one
        :raise UserError: if the bill needs none
        """
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not issue self-invoices."))
        self.check_access("write")
        for move in self.filtered(lambda move: not move._is_self_invoiced()):
            if not move._needs_self_invoice():
                raise UserError(
                    self.env._(
                        "%s needs no self-invoice: that is for a posted bill of a supplier without "
                        "a GSTIN, with tax under reverse charge.",
                        move.name or self.env._("The draft"),
                    )
                )
            move._issue_self_invoices()
        return [
            {"id": move.id, "name": move.name, "number": move.self_invoice_number} for move in self
        ]

    # === ACTION METHODS === #

    def action_fsm_self_invoice(self):
        """Issue the self-invoice if there is none yet, and print it."""
        if not self._is_self_invoiced():
            self.fsm_issue_self_invoice()
        return self.env.ref("fsm_gst_billing.action_report_self_invoice").report_action(self)

    def action_fsm_payment_vouchers(self):
        return self.payment_voucher_ids._print_action()

    # === BUSINESS METHODS === #

    def _is_self_invoiced(self):
        number_sudo = self.move_type == "in_invoice" and self.sudo().gst_number_ids  # a fact
        return bool(number_sudo)

    def _needs_self_invoice(self):
        """Tell whether this is a posted bill of who has no GSTIN, whose tax the branch owes."""
        return self._owes_reverse_charge(UNREGISTERED)

    def _owes_reverse_charge(self, sections=REVERSE):
        """Tell whether a registered branch owes the tax of a posted bill, as Table 3.1(d) has it.

        :param sections: in which Odoo puts one of its lines
        """
        return (
            self.move_type == "in_invoice"
            and self.country_code == "IN"
            and self.state == "posted"
            and bool(self.company_id.vat and self.company_id.sudo().fsm_branch_ids)  # a fact
            and any(line.l10n_in_gstr_section in sections for line in self.invoice_line_ids)
        )

    def _pays_out(self):
        """Tell whether this entry is money that left: no credit note, no tax that was withheld."""
        return (
            self.state == "posted"
            and not self.is_invoice(include_receipts=True)
            and bool(
                self.origin_payment_id
                or self.statement_line_id
                or any(line.account_id.account_type in MONEY for line in self.line_ids)
            )
        )

    def _live_vouchers(self):
        """Return, in sudo, the payment vouchers of a bill that are not cancelled."""
        vouchers_sudo = self.sudo().payment_voucher_ids  # a fact, whoever sees vouchers
        return vouchers_sudo.filtered(lambda voucher: not voucher.is_cancelled)

    def _issue_due_vouchers(self):
        """Issue the vouchers of what was matched while it was a draft: that is paid now."""
        lines = self.filtered(lambda move: move._may_pay_a_supplier()).line_ids
        (lines.matched_debit_ids | lines.matched_credit_ids)._issue_payment_vouchers()

    def _may_pay_a_supplier(self):
        if self.move_type != "entry":
            return self.move_type == "in_invoice"
        payment = self.origin_payment_id
        return payment.payment_type == "outbound" if payment else bool(self.statement_line_id)

    def _undo_vouchers(self):
        """Cancel the vouchers of payments that are undone, and keep bills whose vouchers stand.

        :raise UserError: if one of these is a bill that was paid with a voucher
        """
        vouchers_sudo = self.env["fsm.gst.payment.voucher"].sudo()  # a fact, whoever sees vouchers
        found_sudo = vouchers_sudo.search(
            ["|", ("bill_id", "in", self.ids), ("entry_id", "in", self.ids)]
        ).filtered(lambda voucher: not voucher.is_cancelled)
        if kept_sudo := found_sudo.filtered(lambda voucher: voucher.bill_id in self):
            raise UserError(
                self.env._(
                    "%(bill)s was paid with payment voucher %(voucher)s: take the payment off first.",
                    bill=kept_sudo[0].bill_id.name,
                    voucher=kept_sudo[0].name,
                )
            )
        found_sudo.with_env(self.env)._undo()

    def _issue_self_invoices(self):
        """Issue the self-invoices of those of these bills that need one."""
        bills = self.filtered(lambda move: move._needs_self_invoice())
        if bills:
            bills._keep_parties()
            self.env["fsm.gst.number"]._issue(bills)

    @api.model
    def _inward_day(self, company, day):
        """Return the day of a paper that a branch issues itself: `day`, if that is still open.

        In a month that is declared, a financial year that is over or a day to come it is today.
        """
        today = dates.document_date(fields.Datetime.now())
        if day > today or dates.financial_year(day) != dates.financial_year(today):
            return today
        months = [(company.vat, periods.period_of(day))]
        return today if self._locked_months(company.root_id, months) else day

    def _gst_day(self):
        """Override: the day of a bill is that of its self-invoice."""
        if self.move_type != "in_invoice":
            return super()._gst_day()
        number_sudo = self.sudo().gst_number_ids  # a fact
        return number_sudo.day or self.date

    def _gst_kind(self):
        return "self_invoice" if self.move_type == "in_invoice" else super()._gst_kind()

    def _gst_number_values(self):
        """Override to draw the number of a self-invoice: the bill has another one."""
        if self.move_type != "in_invoice":
            return super()._gst_number_values()
        day = self._inward_day(self.company_id, self.date)
        branch_sudo = self.company_id.sudo().fsm_branch_ids  # who posts, issues
        number = branch_sudo._next_number("self_invoice", day)
        return {
            "move_id": self.id,
            "day": day,
            "kind": self._gst_kind(),
            "number": number,
            "series": number[: -numbers.COUNTER_DIGITS],
            "counter": int(number[-numbers.COUNTER_DIGITS :]),
        }
