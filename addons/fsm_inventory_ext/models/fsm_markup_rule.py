from odoo import api, fields, models
from odoo.tools import float_round

MAX_PERCENT = 10_000  # a hundred times the cost: more is a slip of the finger


class FsmMarkupRule(models.Model):
    """By how much a part is sold above its cost, where the catalogue fixes no price.

    A branch's own rule goes before its organisation's; of those, the one of the nearest category.
    """

    _name = "fsm.markup.rule"
    _description = "Markup Rule"
    _order = "company_id, categ_id, id"
    _audit_kind = "config"

    company_id = fields.Many2one(
        string="Organisation or Branch",
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",  # the index below begins with it
        audit=True,
    )
    categ_id = fields.Many2one(
        string="Category of Parts",
        comodel_name="product.category",
        index="btree_not_null",
        ondelete="cascade",
        help="With those below it. Empty: every part.",
        audit=True,
    )
    percent = fields.Float(
        string="Markup", required=True, help="Percent of the cost, added to it.", audit=True
    )
    round_to = fields.Float(
        default=1.0,
        required=True,
        help="Rupees: 10 makes 1,240 of 1,243.",
        audit=True,
    )
    active = fields.Boolean(default=True, audit=True)

    _percent_range = models.Constraint(
        f"CHECK(percent BETWEEN 0 AND {MAX_PERCENT})",
        "A markup is between 0 and 10,000 percent.",
    )
    _round_to_positive = models.Constraint(
        "CHECK(round_to > 0 AND round_to <= 10000)", "Prices are rounded to 0.01 up to 10,000."
    )
    _category_uniq = models.UniqueIndex(
        "(company_id, COALESCE(categ_id, 0)) WHERE active",
        "This category already has a markup rule.",
    )

    # === COMPUTE METHODS === #

    @api.depends("categ_id")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.categ_id.display_name or self.env._("Every part")

    # === BUSINESS METHODS === #

    @api.model
    def _prices(self, products, company):
        """Return what each of `products` is sold for in a branch, where its price is not fixed.

        :param company: the company of the branch
        :return: ``{product: rupees}`` of those that have a cost and a rule
        :rtype: dict
        """
        # A technician is told the price; what it is made of he is not.
        rules_sudo = self.sudo().search([("company_id", "in", (company | company.root_id).ids)])
        products_sudo = products.sudo()  # as above: the cost stays here
        prices = {}
        for product, product_sudo in zip(products, products_sudo, strict=True):
            rule_sudo = rules_sudo._nearest(product_sudo.categ_id, company)
            cost = product_sudo._unit_cost(company)
            if rule_sudo and cost:
                prices[product] = rule_sudo._price(cost)
        return prices

    def _nearest(self, category, company):
        """Return the rule that holds for a category in a branch, or nothing."""
        path = [int(step) for step in (category.parent_path or "").split("/") if step]
        depth = {category_id: number for number, category_id in enumerate(path, 1)} | {False: 0}
        fitting = self.filtered(lambda rule: rule.categ_id.id in depth)
        return max(
            fitting,
            key=lambda rule: (rule.company_id == company, depth[rule.categ_id.id]),
            default=self.browse(),
        )

    def _price(self, cost):
        return float_round(cost * (1 + self.percent / 100), precision_rounding=self.round_to)
