from odoo import api, models


class StockPicking(models.Model):
    """A receipt: what an order has brought."""

    _inherit = "stock.picking"

    # === ACTION METHODS === #

    def action_receive_some(self):
        """Ask how many of the order have come, and which pieces."""
        return self.purchase_id.action_receive_some()

    # === BUSINESS METHODS === #

    @api.model
    def get_empty_list_help(self, help_message):
        """Override of `stock` to say on our screen what stands on it, not what could be bought."""
        if self.env.context.get("fsm_receipts"):
            return help_message
        return super().get_empty_list_help(help_message)
