from odoo import api, fields, models

from .product_template import COST_GROUPS


class FsmPartUsage(models.Model):
    """What is left of a used part for us."""

    _inherit = "fsm.part.usage"

    margin = fields.Monetary(
        compute="_compute_margin",
        compute_sudo=True,
        groups=COST_GROUPS,
        help="Of what was used, at its own price, before tax. What is under warranty is billed at 0.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "quantity", "price_unit", "cost")
    def _compute_margin(self):
        for usage in self:
            used = usage.state == "used"
            earned = usage.quantity * (usage.price_unit - usage.cost)
            usage.margin = earned if used else 0.0
