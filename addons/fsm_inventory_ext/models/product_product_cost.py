from odoo import models


class ProductProduct(models.Model):
    """What the parts of a branch have cost it.

    Odoo's valuation, which comes with accounting (`stock_account`), keeps the cost where the category
    says average or first in, first out: it follows from what the moves are worth, and is not written.
    Where it says standard, as it does by default, or without accounting, the cost is a figure that
    somebody sets: then the branch's is the average of what it has and what comes in.
    """

    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _is_valued_by_moves(self):
        """Tell whether Odoo keeps the cost of this part; in the branch's company."""
        return "cost_method" in self._fields and self.cost_method in ("average", "fifo")

    def _take_into_average(self, branch, quantity, unit_cost):
        """Make the cost of the branch the average of what it has and what comes in now.

        :param float unit_cost: in rupees; 0.0 where nobody knows it
        """
        if unit_cost and not self._is_valued_by_moves():
            stock = branch._stock(self, branch._everywhere())  # what is in a bag has cost as much
            on_hand = max(stock.get(self, (0.0, 0.0))[0], 0.0)
            value = on_hand * self.standard_price + quantity * unit_cost
            self.standard_price = value / (on_hand + quantity)


class StockMove(models.Model):
    """A move that brings parts of which it is known what one has cost."""

    _inherit = "stock.move"

    # === BUSINESS METHODS === #

    def _complete_at(self, unit_cost):
        """Do these moves; what they bring is worth `unit_cost` a piece. Called in sudo.

        Without an order or a bill Odoo takes what comes for worth what the part has cost until now.

        :param float unit_cost: in rupees; 0.0 where nobody knows it
        :return: the moves
        """
        moves = self._complete()
        for move in moves if unit_cost else ():
            if move.product_id.with_company(move.company_id)._is_valued_by_moves():
                self.env["product.value"].create(
                    {
                        "move_id": move.id,
                        "value": unit_cost * move.product_qty,
                        "company_id": move.company_id.id,
                        "description": move.inventory_name or move.origin,
                    }
                )
        return moves

    def _cost_of_one(self):
        """Return what one piece of these done moves of one part has cost, in rupees; in sudo."""
        product, company = self.product_id, self.company_id
        if product.with_company(company)._is_valued_by_moves():
            quantity, value = sum(self.mapped("product_qty")), sum(self.mapped("value"))
            if value:
                return value / quantity
        return product._unit_cost(company)
