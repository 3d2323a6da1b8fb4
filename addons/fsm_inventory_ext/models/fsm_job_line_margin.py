from odoo import api, fields, models

from .product_template import COST_GROUPS


class FsmJobLine(models.Model):
    """What a line of the estimate is sold for, and what is left of it for us."""

    _inherit = "fsm.job.line"

    unit_cost = fields.Monetary(
        string="Cost of One", compute="_compute_margin", compute_sudo=True, groups=COST_GROUPS
    )
    margin = fields.Monetary(
        compute="_compute_margin",
        compute_sudo=True,
        groups=COST_GROUPS,
        help="What is left of the amount after the cost, before tax.",
    )
    margin_percent = fields.Float(
        string="Margin %",
        compute="_compute_margin",
        compute_sudo=True,
        digits=(6, 1),
        groups=COST_GROUPS,
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_price_unit(self):
        """Override: a part whose price nobody has fixed costs what it has cost, and the markup."""
        super()._compute_price_unit()
        unpriced = self.filtered(lambda line: line.product_id and not line.price_unit)
        for company, lines in unpriced.grouped(lambda line: line.job_id.company_id).items():
            prices = lines.product_id._branch_prices(company or self.env.company)
            for line in lines:
                line.price_unit = prices[line.product_id]

    @api.depends("product_id", "quantity", "amount")
    def _compute_margin(self):
        for line in self:
            cost = line.product_id._unit_cost(line.company_id) if line.product_id else 0.0
            line.unit_cost = cost
            line.margin = line.amount - line.quantity * cost
            line.margin_percent = 100 * line.margin / line.amount if line.amount else 0.0
