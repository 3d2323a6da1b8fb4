from odoo import fields, models


class StockMove(models.Model):
    """A move of what was sold over the counter, or of what came back of it."""

    _inherit = "stock.move"

    sale_number = fields.Char(
        string="Counter Sale",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The number of the invoice without a job card with which the part left.",
    )
