from odoo import api, fields, models
from odoo.exceptions import UserError

# Who may see what a part has cost us. Stock users are Odoo's own storekeepers: its valuation
# reads the cost in their name. A group of an addon that is not there has nobody in it.
COST_GROUPS = (
    "fsm_jobs.group_fsm_accountant,stock.group_stock_user,purchase.group_purchase_user,"
    "base.group_system"
)

# Whether, and how, the stock of a part is counted.
COUNTING_FIELDS = {"is_storable", "tracking", "type"}


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

    fsm_price = fields.Monetary(
        string="Sold For",
        compute="_compute_fsm_price",
        help="By the markup on what it costs the branch, before tax, where no sales price is fixed.",
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

    @api.depends("fsm_markup", "standard_price", "product_variant_ids.lst_price")
    @api.depends_context("company")
    def _compute_fsm_price(self):
        prices = self.product_variant_ids._branch_prices(self.env.company)
        for template in self:
            template.fsm_price = prices.get(template.product_variant_ids[:1], template.list_price)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: a part whose stock is not counted for a while is sold past zero."""
        if counted := vals.keys() & COUNTING_FIELDS:
            changed = self.filtered(
                lambda part: part.is_storable and any(vals[name] != part[name] for name in counted)
            )
            changed._check_never_moved()
        return super().write(vals)

    def _check_never_moved(self):
        moves_sudo = self.env["stock.move"].sudo()  # of any branch, whoever asks
        variants = self.with_context(active_test=False).product_variant_ids
        domain = [("product_id", "in", variants.ids), ("state", "not in", ("draft", "cancel"))]
        if variants and moves_sudo.search_count(domain, limit=1):
            raise UserError(
                self.env._("Stock of this part has moved: how it is counted cannot change.")
            )

    # === BUSINESS METHODS === #

    def _print_labels(self):
        """Return the stickers of the variants."""
        return self.product_variant_ids._print_labels()
