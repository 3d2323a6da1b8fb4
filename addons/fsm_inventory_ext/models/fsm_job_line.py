from odoo import api, fields, models

STOCK_LEVELS = [("free", "In Stock"), ("short", "Not Enough"), ("out", "Out of Stock")]


class FsmJobLine(models.Model):
    """An estimate line tells whether its part is there, before anybody is promised a day."""

    _inherit = "fsm.job.line"

    stock_level = fields.Selection(STOCK_LEVELS, string="Stock", compute="_compute_stock_level")

    # === COMPUTE METHODS === #

    @api.depends("product_id", "quantity", "job_id")
    def _compute_stock_level(self):
        self.stock_level = False
        parts = self.filtered("product_id.is_storable")
        for branch, lines in parts.grouped(lambda line: line.job_id.branch_id).items():
            stock = branch._stock(lines.product_id) if branch else {}
            for line in lines:
                free = stock.get(line.product_id, (0.0, 0.0))[1]
                line.stock_level = line._level(free)

    def _level(self, free):
        if free <= 0:
            return "out"
        return "free" if free >= self.quantity else "short"
