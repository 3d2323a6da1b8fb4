from odoo import api, fields, models

from .fsm_part_usage import SETTLED_STATES
from .product_template import COST_GROUPS

# The states in which no part of the estimate is going to be used any more.
WORK_IS_DONE = SETTLED_STATES | {"qc"}


class FsmJob(models.Model):
    """What is left of a job card for us: what is billed less what its parts have cost."""

    _inherit = "fsm.job"

    margin = fields.Monetary(
        compute="_compute_margin",
        compute_sudo=True,
        groups=COST_GROUPS,
        help="What is billed, or was estimated so far, less the cost of parts and services, "
        "before tax.",
    )
    margin_percent = fields.Float(
        string="Margin %",
        compute="_compute_margin",
        compute_sudo=True,
        digits=(6, 1),
        groups=COST_GROUPS,
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "line_ids.margin", "part_usage_ids.state", "part_usage_ids.cost")
    def _compute_margin(self):
        for job in self:
            revenue = sum(line["quantity"] * line["price_unit"] for line in job._margin_lines())
            job.margin = job.currency_id.round(revenue - job._cost())
            job.margin_percent = 100 * job.margin / revenue if revenue else 0.0

    # === BUSINESS METHODS === #

    def _margin_lines(self):
        """Return what is billed; until the work is done, with what was estimated and not used yet."""
        lines = self._billable_lines()
        if self.state in WORK_IS_DONE:
            return lines
        billed_ids = {line["product_id"] for line in lines}
        return lines + [
            line for line in self._estimate_lines() if line["product_id"] not in billed_ids
        ]

    def _cost(self):
        """Return what used and broken parts have cost, and the rest of the estimate would. In sudo."""
        used = self.part_usage_ids.filtered(lambda usage: usage.state in ("used", "scrapped"))
        rest = self.line_ids.filtered(
            lambda line: (
                line.product_id not in used.product_id
                and not (line.product_id.is_storable and self.state in WORK_IS_DONE)
            )
        )
        return sum(usage.quantity * usage.cost for usage in used) + sum(
            line.quantity * line.unit_cost for line in rest
        )
