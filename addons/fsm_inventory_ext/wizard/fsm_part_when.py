from odoo import fields, models


class FsmPartWhen(models.TransientModel):
    """The store says when a part will be there."""

    _name = "fsm.part.when"
    _inherit = ["fsm.stock.dialog"]
    _description = "When a Part Is Expected"

    usage_id = fields.Many2one(comodel_name="fsm.part.usage", required=True)
    expected_on = fields.Date(required=True)

    # === ACTION METHODS === #

    def action_apply(self):
        self.usage_id.say_when(expected_on=fields.Date.to_string(self.expected_on))
        return {"type": "ir.actions.act_window_close"}
