from odoo import fields, models


class FsmPartReturn(models.TransientModel):
    """A used part comes back out of the device, or is written off: how many, and why."""

    _name = "fsm.part.return"
    _inherit = ["fsm.stock.dialog"]
    _description = "Return Part"

    usage_id = fields.Many2one(string="Part", comodel_name="fsm.part.usage", required=True)
    quantity = fields.Float(digits="Product Unit", help="All of them if you leave this empty.")
    reason = fields.Char(required=True)
    is_scrap = fields.Boolean(readonly=True)

    # === ACTION METHODS === #

    def action_return(self):
        self.usage_id.return_part(quantity=self.quantity, reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_scrap(self):
        self.usage_id.scrap_part(quantity=self.quantity, reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
