from odoo import fields, models


class FsmBagChange(models.TransientModel):
    """A technician takes parts along, or brings them back."""

    _name = "fsm.bag.change"
    _inherit = ["fsm.stock.dialog"]
    _description = "Bag of a Technician"

    technician_id = fields.Many2one(comodel_name="fsm.technician", required=True)
    company_id = fields.Many2one(related="technician_id.company_id")
    kind = fields.Selection([("fill", "Fill"), ("empty", "Empty")], default="fill", required=True)
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        domain="[('is_storable', '=', True)]",
    )
    tracking = fields.Selection(related="product_id.tracking")
    lot_id = fields.Many2one(
        string="Serial or Lot Number",
        comodel_name="stock.lot",
        domain="[('product_id', '=', product_id), ('company_id', 'in', [False, company_id])]",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)

    # === ACTION METHODS === #

    def action_apply(self):
        change = {"fill": self.technician_id.fill_bag, "empty": self.technician_id.empty_bag}
        change[self.kind](
            product_id=self.product_id.id, quantity=self.quantity, lot_id=self.lot_id.id or 0
        )
        return {"type": "ir.actions.act_window_close"}
