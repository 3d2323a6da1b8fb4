from odoo import fields, models


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    part_warranty_months = fields.Integer(
        string="Warranty in Months",
        default=0,
        help="For how long this vendor answers to us for the part, from the day we received it.",
    )

    _part_warranty_months_range = models.Constraint(
        "CHECK(part_warranty_months BETWEEN 0 AND 600)",
        "A warranty lasts from 0 to 600 months.",
    )
