from odoo import fields, models
from odoo.exceptions import UserError


class FsmJob(models.Model):
    _inherit = "fsm.job"

    has_parts_to_order = fields.Boolean(compute="_compute_has_parts_to_order")

    # === COMPUTE METHODS === #

    def _compute_has_parts_to_order(self):
        for job in self:
            job.has_parts_to_order = bool(job._parts_to_order())

    # === ACTION METHODS === #

    def action_order_parts(self):
        """Order what these job cards wait for."""
        missing = self._parts_to_order()
        if not missing:
            raise UserError(self.env._("No part is missing that is not ordered already."))
        missing.order()

    # === BUSINESS METHODS === #

    def _parts_to_order(self):
        return self.part_usage_ids.filtered(
            lambda usage: usage.state == "requested" and not usage.is_ordered
        )
