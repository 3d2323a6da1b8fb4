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
        branches = bought_sudo.env["fsm.branch"].search(
            [("company_id", "in", bought_sudo.company_id.ids)]
        )
        branches = branches.grouped("company_id")
        # One part on two lines is one receipt of it: nothing lies there yet of either.
        for (company, product), moves in bought_sudo.grouped(
            lambda move: (move.company_id, move.product_id)
        ).items():
            branch = branches.get(company)
            product = product.with_company(company)
            # Where Odoo keeps the cost, it looks at the order, and at the bill, itself.
            if branch and not product._is_valued_by_moves():
                moves._take_bought_into_average(branch, product)
        return super()._action_done(*args, **kwargs)

    def _take_bought_into_average(self, branch, product):
        """Make the cost of a part of all that comes of it now the branch's average."""
        quantity = value = 0.0
        for move in self:
            price = move.purchase_line_id._get_stock_move_price_unit()
            if price:  # a line without one says nothing of what the part costs
                came = move.product_uom._compute_quantity(move.quantity, product.uom_id)
                quantity, value = quantity + came, value + came * price
        if quantity:
            product._take_into_average(branch, quantity, value / quantity)
