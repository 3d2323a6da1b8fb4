from odoo import models


class StockLot(models.Model):
    """A piece with a number: who works on a job card finds it, and not what it has cost."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "fsm.cost.mixin"]

    _cost_fields = frozenset({"standard_price", "avg_cost", "total_value"})
