from odoo import models


class StockMove(models.Model):
    """What comes by an order has cost what the order says."""

    _inherit = "stock.move"

    # === BUSINESS METHODS === #

    def _action_done(self, *args, **kwargs):
        """Override: take what comes into the average cost, as every receipt of a branch does."""
        bought_sudo = self.sudo().filtered(  # whoever brings parts need not know what they cost
            lambda move: (
                move.purchase_line_id
                and move.picked
                and move.state not in ("done", "cancel")
                and move.location_id.usage == "supplier"
            )
        )
        for move in bought_sudo:
            product = move.product_id.with_company(move.company_id)
            branch = move.env["fsm.branch"].search([("company_id", "=", move.company_id.id)])
            # Where Odoo's own valuation averages, it does so itself.
            if branch and product.cost_method == "standard":
                price = move.purchase_line_id._get_stock_move_price_unit()
                product._take_into_average(branch, move.quantity, price)
        return super()._action_done(*args, **kwargs)
