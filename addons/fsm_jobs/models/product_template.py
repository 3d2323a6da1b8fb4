from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"
    _audit_files = False  # pictures in its description, data sheets in the shop

    list_price = fields.Float(audit=True)
    active = fields.Boolean(audit=True)
