from odoo import fields, models


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"
    _audit_kind = "stock"

    product_id = fields.Many2one(audit=True)
    product_min_qty = fields.Float(audit=True)
    product_max_qty = fields.Float(audit=True)
