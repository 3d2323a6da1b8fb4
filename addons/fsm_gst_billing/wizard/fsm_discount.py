from odoo import fields, models


class FsmDiscount(models.TransientModel):
    """What a draft invoice is lowered by, as a whole."""

    _name = "fsm.discount"
    _description = "Discount on an Invoice"

    move_id = fields.Many2one(
        string="Invoice",
        comodel_name="account.move",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    amount = fields.Monetary(required=True, help="Before tax, unless the prices include it.")

    def action_give(self):
        self.move_id.fsm_discount(amount=self.amount)
        return {"type": "ir.actions.act_window_close"}
