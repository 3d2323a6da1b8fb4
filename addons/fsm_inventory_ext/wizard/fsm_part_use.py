from odoo import api, fields, models


class FsmPartUse(models.TransientModel):
    """Which piece is built in, of a part with serial or lot numbers."""

    _name = "fsm.part.use"
    _inherit = ["fsm.stock.dialog"]
    _description = "Use Part"

    usage_id = fields.Many2one(string="Part", comodel_name="fsm.part.usage", required=True)
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    tracking = fields.Selection(related="usage_id.product_id.tracking")
    lot_ids = fields.Many2many(comodel_name="stock.lot", compute="_compute_lot_ids")
    lot_id = fields.Many2one(
        string="Serial or Lot Number",
        comodel_name="stock.lot",
        required=True,
        domain="[('id', 'in', lot_ids)]",
    )

    # === COMPUTE METHODS === #

    @api.depends("usage_id")
    def _compute_lot_ids(self):
        for dialog in self:
            dialog.lot_ids = dialog.usage_id._lots_at_hand() if dialog.usage_id else False

    # === ACTION METHODS === #

    def action_use(self):
        self.usage_id.use(quantity=self.quantity, lot_id=self.lot_id.id)
        return {"type": "ir.actions.act_window_close"}
