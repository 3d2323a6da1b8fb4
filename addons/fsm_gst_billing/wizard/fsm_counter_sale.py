from odoo import api, fields, models

from ..models.account_journal import METHODS


class FsmCounterSale(models.TransientModel):
    """The till for what is sold without a job card: what it comes to, and how it is paid."""

    _name = "fsm.counter.sale"
    _description = "Counter Sale"

    branch_id = fields.Many2one(
        comodel_name="fsm.branch",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["fsm.branch"]._of_caller(),
    )
    currency_id = fields.Many2one(related="branch_id.company_id.currency_id")
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", help="Empty for somebody who gives no name."
    )
    wants_invoice = fields.Boolean(help="The customer asks for an invoice of his own.")
    line_ids = fields.One2many(
        string="Lines", comodel_name="fsm.counter.sale.line", inverse_name="sale_id"
    )
    amount_total = fields.Monetary(string="To Be Paid", compute="_compute_amount_total")
    is_small = fields.Boolean(
        compute="_compute_amount_total", help="It stands on the invoice of the day."
    )
    method = fields.Selection(
        string="Paid By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        default="cash",
        required=True,
    )
    reference = fields.Char(help="UTR of a UPI payment, or the number on the card slip.")

    # === COMPUTE METHODS === #

    @api.depends(
        "branch_id",
        "partner_id",
        "wants_invoice",
        "line_ids.product_id",
        "line_ids.quantity",
        "line_ids.price_unit",
    )
    def _compute_amount_total(self):
        for wizard in self:
            branch = wizard.branch_id
            branch._check_may_sell()
            lines = wizard.line_ids._values()
            total, is_small = 0.0, False
            if branch and lines:
                customer = branch._customer_of_sale(wizard.partner_id._origin.id or 0)
                checked = branch._checked_sale_lines(lines)
                # Taxes are not for everybody to read; who may sell was asked above.
                branch_sudo, customer_sudo = branch.sudo(), customer.sudo()
                total, is_small = branch_sudo._price_of_sale(customer_sudo, checked)
            wizard.amount_total = total
            wizard.is_small = is_small and not wizard.wants_invoice

    # === ACTION METHODS === #

    def action_sell(self):
        """Sell, and open the invoice; of a small sale say that there will be one."""
        self.ensure_one()
        payment = {"method": self.method, "amount": self.amount_total}
        sold = self.branch_id.sell(
            lines=self.line_ids._values(),
            payments=[payment | {"reference": self.reference or ""}],
            customer_id=self.partner_id.id or 0,
            invoice=self.wants_invoice,
        )
        if sold["invoice_id"]:
            return self.env["account.move"].browse(sold["invoice_id"])._get_records_action()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s is sold and paid. It stands on the invoice of the day.", sold["name"]
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class FsmCounterSaleLine(models.TransientModel):
    """What is sold."""

    _name = "fsm.counter.sale.line"
    _description = "Line of a Counter Sale"

    sale_id = fields.Many2one(
        comodel_name="fsm.counter.sale", required=True, ondelete="cascade", index=True
    )
    product_id = fields.Many2one(
        comodel_name="product.product", required=True, domain=[("sale_ok", "=", True)]
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    price_unit = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
    )
    part_numbers = fields.Char(string="Serial or Lot Numbers")

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            product, company = line.product_id, line.sale_id.branch_id.company_id
            price = product.lst_price
            if product and not price:
                price = product._branch_prices(company)[product]
            line.price_unit = price

    # === GETTERS === #

    def _values(self):
        """Return these lines as `fsm.branch.sell` takes them."""
        return [
            {
                "product_id": line.product_id._origin.id,
                "quantity": line.quantity,
                "price_unit": line.price_unit,
                "lots": [name for name in (line.part_numbers or "").split(",") if name.strip()],
            }
            for line in self
            if line.product_id
        ]


class FsmSmallSaleCancel(models.TransientModel):
    """Why a small sale is cancelled, and how the money goes back."""

    _name = "fsm.small.sale.cancel"
    _description = "Cancel a Small Sale"

    sale_id = fields.Many2one(
        comodel_name="fsm.small.sale",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="What the auditor will read.")
    method = fields.Selection(
        string="Paid Back By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        default="cash",
        required=True,
    )
    reference = fields.Char(help="UTR of a UPI payment, or the number on the card slip.")

    def action_cancel(self):
        self.sale_id.cancel(reason=self.reason, method=self.method, reference=self.reference or "")
        return {"type": "ir.actions.act_window_close"}
