from odoo import api, fields, models


class FsmStockChange(models.TransientModel):
    """Parts come in, go out, or were counted."""

    _name = "fsm.stock.change"
    _inherit = ["fsm.stock.dialog"]
    _description = "Change Stock"

    kind = fields.Selection(
        [("add", "Receive"), ("deduct", "Take Out"), ("adjust", "Count")],
        default="add",
        required=True,
    )
    branch_id = fields.Many2one(
        comodel_name="fsm.branch",
        required=True,
        default=lambda self: self.env["fsm.branch"]._current(),
    )
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        domain="[('is_storable', '=', True)]",
    )
    tracking = fields.Selection(related="product_id.tracking")
    lots = fields.Text(
        string="Serial or Lot Numbers", help="One a line; each may be scanned into the field."
    )
    on_hand = fields.Float(digits="Product Unit", compute="_compute_on_hand", compute_sudo=False)
    quantity = fields.Float(digits="Product Unit", required=True)
    currency_id = fields.Many2one(related="branch_id.company_id.currency_id")
    unit_cost = fields.Float(string="Cost of One", digits="Product Price")
    reason = fields.Char(required=True)

    # === COMPUTE METHODS === #

    @api.depends("branch_id", "product_id")
    def _compute_on_hand(self):
        for change in self:
            known = change.branch_id and change.product_id
            change.on_hand = change.branch_id._on_hand(change.product_id) if known else 0.0

    # === ACTION METHODS === #

    def action_apply(self):
        product, shared = self.product_id, {"branch_id": self.branch_id.id, "reason": self.reason}
        # A scanner ends each number with a line of its own.
        numbers = [name.strip() for name in (self.lots or "").split("\n")]
        shared["lots"] = [name for name in numbers if name]
        if self.kind == "add":
            product.fsm_add_stock(quantity=self.quantity, unit_cost=self.unit_cost, **shared)
        elif self.kind == "deduct":
            product.fsm_deduct_stock(quantity=self.quantity, **shared)
        else:
            product.fsm_adjust_stock(counted_quantity=self.quantity, **shared)
        return {"type": "ir.actions.act_window_close"}
