from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    price_includes_gst = fields.Boolean(
        string="Price Includes GST",
        help="The tag on the shelf: the tax is taken out of the price, which stays as it is to the "
        "paisa. CGST Rules, Rule 35.",
    )
