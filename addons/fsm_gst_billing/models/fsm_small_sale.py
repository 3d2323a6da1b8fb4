from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import dates
from .account_move_issued import may_manage
from .account_move_rounding import Rest
from .account_payment import QUIET
from .fsm_gst_once import GATE

# What rounding adds to a document or takes from it, in rupees: half of one for CGST, for SGST (ADR
# 0045) and for the total.
ROUNDED_BY = 1.5


class FsmSmallSale(models.Model):
    """What was sold over the counter for less than ₹200 to somebody who wants no invoice.

    CGST Act s.31(3)(b) and Rule 46, fourth proviso: it is paid and handed over at once, and stands on
    one invoice with all others of its branch and day. Written once; it is cancelled until then, and
    credited from then on. See docs/adr/0046.
    """

    _name = "fsm.small.sale"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Small Sale"
    _order = "id desc"
    _changes_behind_gate = True  # it comes on its invoice, or is cancelled
    _audit_class = "books"
    _audit_kind = "payment"

    name = fields.Char(string="Number", required=True, readonly=True)
    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True, help="In India.")
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        help="Who bought it, if he gave his name. The invoice of the day is made out to nobody.",
    )
    line_ids = fields.One2many(
        string="Lines",
        comodel_name="fsm.small.sale.line",
        inverse_name="sale_id",
        readonly=True,
    )
    rounding = fields.Monetary(readonly=True, help="What rounding the total and its taxes added.")
    amount_total = fields.Monetary(
        string="Total", readonly=True, audit=True, help="Tax and rounding included: what was paid."
    )
    payment_ids = fields.One2many(
        string="Payments",
        comodel_name="account.payment",
        inverse_name="small_sale_id",
        readonly=True,
    )
    invoice_id = fields.Many2one(
        string="Invoice of the Day",
        comodel_name="account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        audit=True,
    )

    # Why it does not count any more
    cancelled_at = fields.Datetime(string="Cancelled On", readonly=True, audit=True)
    cancelled_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    cancel_reason = fields.Char(string="Cancelled Because", readonly=True, audit=True)

    _name_uniq = models.UniqueIndex("(company_id, name)", "Another sale has this number.")
    _pending_idx = models.Index(
        "(company_id, day) WHERE invoice_id IS NULL AND cancelled_at IS NULL"
    )

    # === CRUD METHODS === #

    def _said_of_a_hand(self):
        return self.env._("Something is sold with “Counter Sale”, not by hand.")

    def _said_of_a_change(self):
        return self.env._(
            "A sale stays as it was. Until the evening a manager cancels it; then the invoice of "
            "the day is credited."
        )

    # === BUSINESS METHODS - VERBS === #

    @verb
    def cancel(self, reason: str, method: str = "cash", reference: str = ""):
        """Cancel a sale of today that is on no invoice yet: the money and the parts come back.

        :param str reason: what the auditor will read
        :param str method: how the money is paid back, with its `reference`
        :raise AccessError: unless a manager does it
        :return: ``{id, name, payment_id}``
        """
        if not may_manage(self.env):
            raise AccessError(self.env._("Only a manager cancels what was sold to a customer."))
        self.check_access("read")
        if not reason.strip():
            raise UserError(self.env._("Say why it is cancelled."))
        paid = {"method": method, "reference": reference}
        return [sale.sudo()._cancel(reason.strip(), paid) for sale in self]  # checked above

    # === BUSINESS METHODS === #

    def _issue_invoice(self):
        """Return the posted invoice of these sales, of one branch and day; called in sudo.

        What each customer paid is its total: what the sales were rounded by, each by itself, and what
        the taxes of the document are rounded by, all go into its one line of rounding.
        """
        invoice = self._draft_invoice()
        self.with_context(fsm_billing_gate=GATE).write({"invoice_id": invoice.id})
        invoice.action_post()
        invoice._pay_with(self.payment_ids._receivable_lines())
        return invoice

    def _draft_invoice(self):
        branch, day = self.company_id.fsm_branch_ids, self[:1].day
        customer = branch._walk_in()
        rounding = self.env.ref("l10n_in.cash_rounding_in_half_up")  # it has a line if need be
        moves = self.env["account.move"].with_company(self.company_id)
        invoice = moves.with_context(**QUIET, fsm_rest=self._rest()).create(
            {
                "move_type": "out_invoice",
                "company_id": self.company_id.id,
                "journal_id": branch.sale_journal_id.id,
                "currency_id": self.currency_id.id,
                "partner_id": customer.id,
                "partner_shipping_id": customer.id,
                "l10n_in_gst_treatment": "consumer",
                "l10n_in_state_id": self.company_id.state_id.id,
                "invoice_date": day,
                "date": day,
                "invoice_payment_term_id": False,
                "invoice_cash_rounding_id": rounding.id,
                "invoice_line_ids": [
                    Command.create(line._invoice_values()) for line in self.line_ids.sorted("id")
                ],
            }
        )
        return invoice.with_env(self.env)

    def _rest(self):
        """Return what the document has to come to, as its rounding asks: credit is below zero."""
        return Rest(-sum(self.mapped("amount_total")), True, self._rounded_by_at_most())

    def _rounded_by_at_most(self):
        """Return what the sales and their document can differ by, in rupees; nothing without sales."""
        return ROUNDED_BY * (len(self) + 1) if self else 0.0

    # === BUSINESS METHODS - CANCELLING === #

    def _cancel(self, reason, paid):
        branch = self.company_id.fsm_branch_ids
        branch._wait_for_payments()  # the day may be closed by somebody else
        self._check_may_cancel()
        self.with_context(fsm_billing_gate=GATE).write(
            {
                "cancelled_at": fields.Datetime.now(),
                "cancelled_by_id": self.env.uid,
                "cancel_reason": reason,
            }
        )
        payment = self._pay_back(paid)
        sold = branch._parts_sold(self.name)
        lines = [(product, quantity, []) for product, quantity in sold.items()]
        branch._take_back_parts(lines, self.name, self.name)
        return {"id": self.id, "name": self.name, "payment_id": payment.id}

    def _pay_back(self, paid):
        """Return the payment that gives all of it back; what came in and went out is settled."""
        company, money = self.company_id, self.env["account.payment"]
        [line] = money._fsm_checked_lines([paid | {"amount": self.amount_total}], company)
        tills = company.fsm_branch_ids._tills()
        received = self.payment_ids._receivable_lines()
        payment = money.with_context(**QUIET).create(
            {
                **money._fsm_values(company, line, tills, "outbound"),
                "date": dates.document_date(fields.Datetime.now()),
                "partner_id": received.partner_id.id,
                "memo": self.name,
                "small_sale_id": self.id,
                "destination_account_id": received.account_id.id,
            }
        )
        payment.action_post()
        (received | payment._receivable_lines()).reconcile()
        return payment

    def _check_may_cancel(self):
        if self.cancelled_at:
            raise UserError(self.env._("%s is cancelled already.", self.name))
        if self.invoice_id or self.day != dates.document_date(fields.Datetime.now()):
            raise UserError(
                self.env._(
                    "%s is of a day that is over: credit its lines on the invoice of the day.",
                    self.name,
                )
            )


class FsmSmallSaleLine(models.Model):
    """What was sold, with the tax it bore: the invoice of the day has it line by line."""

    _name = "fsm.small.sale.line"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Line of a Small Sale"
    _order = "id"

    sale_id = fields.Many2one(
        comodel_name="fsm.small.sale", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="sale_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="sale_id.currency_id")
    product_id = fields.Many2one(comodel_name="product.product", required=True, readonly=True)
    name = fields.Char(string="Description", readonly=True)
    part_numbers = fields.Char(string="Serial or Lot Numbers", readonly=True)
    hsn_code = fields.Char(string="HSN/SAC", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    product_uom_id = fields.Many2one(string="Unit", comodel_name="uom.uom", readonly=True)
    price_unit = fields.Float(string="Price", digits="Product Price", readonly=True)
    price_includes_gst = fields.Boolean(string="Price Includes GST", readonly=True)
    tax_ids = fields.Many2many(string="Taxes", comodel_name="account.tax", readonly=True)
    price_total = fields.Monetary(string="Amount", readonly=True, help="Tax included.")

    # === BUSINESS METHODS === #

    def _invoice_values(self):
        """Return the values of this line on the invoice of the day."""
        return {
            "product_id": self.product_id.id,
            "name": f"{self.sale_id.name}: {self.name}",
            "part_numbers": self.part_numbers,
            "l10n_in_hsn_code": self.hsn_code,
            "quantity": self.quantity,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": self.price_unit,
            "price_includes_gst": self.price_includes_gst,
            "tax_ids": [Command.set(self.tax_ids.ids)],
        }
