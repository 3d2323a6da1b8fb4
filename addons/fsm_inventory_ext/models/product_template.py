from odoo import fields, models

# Who may see what a part has cost us. Stock users are Odoo's own storekeepers: its valuation
# reads the cost in their name.
COST_GROUPS = "fsm_jobs.group_fsm_accountant,stock.group_stock_user,base.group_system"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    standard_price = fields.Float(groups=COST_GROUPS)
    part_warranty_months = fields.Integer(
        string="Warranty in Months",
        default=0,
        help="For how long we answer for the part once it is built in.",
    )

    _part_warranty_months_range = models.Constraint(
        "CHECK(part_warranty_months BETWEEN 0 AND 600)",
        "A warranty lasts from 0 to 600 months.",
    )
