from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import issued
from ..gst import law, numbers, periods
from ..gst.tax import paise
from .account_move_issued import may_manage
from .fsm_gst_once import GATE

# The heads of tax, in the order of the printed columns.
HEADS = ("igst", "cgst", "sgst", "cess")


class FsmGstPaymentVoucher(models.Model):
    """What is issued to a supplier when he is paid and the branch owes the tax: s.31(3)(g), Rule 52.

    One immutable row for each payment of a bill under reverse charge, with what is printed on it and
    its number in the ledger. When the payment is taken off the bill, it is cancelled, and its number
    is used up. See docs/adr/0044.
    """

    _name = "fsm.gst.payment.voucher"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Payment Voucher"
    _order = "id desc"
    _check_company_auto = True
    _audit_class = "books"
    _audit_kind = "payment"

    # The document
    name = fields.Char(string="Number", required=True, readonly=True)
    day = fields.Date(string="Date", required=True, readonly=True)
    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    gst_number_ids = fields.One2many(
        string="Number in the Ledger", comodel_name="fsm.gst.number", inverse_name="voucher_id"
    )
    is_cancelled = fields.Boolean(
        string="Cancelled", compute="_compute_is_cancelled", compute_sudo=True
    )

    # What was paid
    bill_id = fields.Many2one(
        comodel_name="account.move",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    entry_id = fields.Many2one(
        string="Payment",
        comodel_name="account.move",
        readonly=True,
        required=True,
        ondelete="restrict",
        index=True,
        help="The entry of the payment in the books.",
    )
    partner_id = fields.Many2one(
        string="Supplier", comodel_name="res.partner", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Paid", readonly=True, audit=True)
    state_id = fields.Many2one(
        string="Place of Supply", comodel_name="res.country.state", readonly=True
    )

    # The tax on it, which we owe
    igst = fields.Monetary(string="IGST", readonly=True)
    cgst = fields.Monetary(string="CGST", readonly=True)
    sgst = fields.Monetary(string="SGST/UTGST", readonly=True)
    cess = fields.Monetary(readonly=True)
    printed = fields.Json(
        string="As It Was Printed", readonly=True, help="Who paid whom, and for what."
    )

    # === COMPUTE METHODS === #

    @api.depends("gst_number_ids.cancellation_ids")
    def _compute_is_cancelled(self):
        for voucher in self:
            voucher.is_cancelled = bool(voucher.gst_number_ids.cancellation_ids)

    # === CRUD METHODS === #

    def init(self):
        super().init()
        issued.lock(self.env.cr)

    def _said_of_a_hand(self):
        return self.env._("A payment voucher is issued with the payment of a bill, not by hand.")

    def _said_of_a_change(self):
        return self.env._("A payment voucher that was issued stays as it is.")

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, bill, entry, amount):
        """Issue the voucher of what was paid of a bill, under the next number of the branch.

        :param bill: the `account.move`, under reverse charge
        :param entry: the `account.move` of the payment
        :param float amount: in rupees
        """
        branch_sudo = bill.company_id.sudo().fsm_branch_ids  # who books the payment, issues
        day = bill._inward_day(bill.company_id, max(entry.date, bill.date))
        vouchers_sudo = self.with_context(fsm_billing_gate=GATE).sudo()  # as above
        voucher_sudo = vouchers_sudo.create(
            {
                "name": branch_sudo._next_number("payment_voucher", day),
                "day": day,
                **self._figures(bill.sudo(), amount),  # as above
                "entry_id": entry.id,
            }
        )
        self.env["fsm.gst.number"]._issue(voucher_sudo.with_context(fsm_billing_gate=None))
        return voucher_sudo

    @api.model
    def _figures(self, bill_sudo, amount):
        """Return what a voucher says of its bill and of the tax on `amount` rupees of it."""
        live_sudo = bill_sudo.payment_voucher_ids.filtered(lambda row: not row.is_cancelled)
        before = sum(paise(row.amount) for row in live_sudo)
        rows = bill_sudo._voucher_rows(before, paise(amount))
        taxes = {
            head: sum(row["taxes"].get(head, [0, 0])[1] for row in rows) / law.RUPEE
            for head in HEADS
        }
        parties = bill_sudo._parties()
        return {
            "company_id": bill_sudo.company_id.id,
            "bill_id": bill_sudo.id,
            "partner_id": bill_sudo.commercial_partner_id.id,
            "amount": amount,
            "state_id": bill_sudo.l10n_in_state_id.id,
            **taxes,
            "printed": {
                "supplier": parties["supplier"],
                "recipient": parties["recipient"],
                "rows": rows,
            },
        }

    def _gst_number_values(self):
        """Return what the ledger of numbers says of this voucher alone."""
        return {
            "voucher_id": self.id,
            "day": self.day,
            "kind": "payment_voucher",
            "series": self.name[: -numbers.COUNTER_DIGITS],
            "counter": int(self.name[-numbers.COUNTER_DIGITS :]),
        }

    def _undo(self):
        """Cancel vouchers whose payment is taken off the bill: the numbers stay, used up.

        :raise AccessError: unless a manager does it
        :raise UserError: in a month whose return is locked
        """
        for voucher_sudo in self.sudo():  # who undoes a payment may not read what it cancels
            if not may_manage(self.env):
                raise AccessError(
                    self.env._(
                        "Payment voucher %(voucher)s was issued to the supplier: only a manager "
                        "takes the payment off %(bill)s.",
                        voucher=voucher_sudo.name,
                        bill=voucher_sudo.bill_id.name,
                    )
                )
            voucher_sudo._check_month_open()
            reason = self.env._(
                "Payment %(payment)s was taken off %(bill)s.",
                payment=voucher_sudo.entry_id.name,
                bill=voucher_sudo.bill_id.name,
            )
            self.env["fsm.gst.cancellation"]._record(voucher_sudo, reason)

    def _check_month_open(self):
        months = [(self.gst_number_ids.registration, periods.period_of(self.day))]
        locked = self.env["account.move"]._locked_months(self.company_id.root_id, months)
        for _gstin, _period, name in locked:
            raise UserError(
                self.env._(
                    "Payment voucher %(voucher)s of %(day)s belongs to the GST return %(name)s, "
                    "which is locked: the payment stays on %(bill)s.",
                    voucher=self.name,
                    day=self.day.strftime("%d-%b-%Y"),
                    name=name,
                    bill=self.bill_id.name,
                )
            )
