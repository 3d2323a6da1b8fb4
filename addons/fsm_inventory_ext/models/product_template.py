from odoo import api, fields, models

# Who may see what a part has cost us. Stock users are Odoo's own storekeepers: its valuation
# reads the cost in their name. A group of an addon that is not there has nobody in it.
COST_GROUPS = (
    "fsm_jobs.group_fsm_accountant,stock.group_stock_user,purchase.group_purchase_user,"
    "base.group_system"
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    standard_price = fields.Float(groups=COST_GROUPS)
    part_warranty_months = fields.Integer(
        string="Warranty in Months",
        default=0,
        help="For how long we answer for the part once it is built in.",
    )

    fsm_markup = fields.Float(
        string="Markup on Cost",
        compute="_compute_fsm_markup",
        help="Percent, by the rule of its category; only where no sales price is fixed.",
        groups=COST_GROUPS,
    )

    _part_warranty_months_range = models.Constraint(
        "CHECK(part_warranty_months BETWEEN 0 AND 600)",
        "A warranty lasts from 0 to 600 months.",
    )

    # === COMPUTE METHODS === #

    @api.depends("categ_id", "list_price")
    @api.depends_context("company")
    def _compute_fsm_markup(self):
        company = self.env.company
        # As `_prices`; the field itself is for those who may see costs.
        rules_sudo = self.env["fsm.markup.rule"].sudo()
        rules_sudo = rules_sudo.search([("company_id", "in", (company | company.root_id).ids)])
        for template in self:
            template.fsm_markup = rules_sudo._nearest(template.categ_id, company).percent

    # === BUSINESS METHODS === #

    def _print_labels(self):
        """Return the stickers of the variants."""
        return self.product_variant_ids._print_labels()
