from odoo import api, models

from .product_template import COST_GROUPS


class FsmCostMixin(models.AbstractModel):
    """A model of Odoo's that tells, under names of its own, what a part has cost us.

    Its valuation lets everybody read them, and is not there in every installation.
    """

    _name = "fsm.cost.mixin"
    _description = "Costs"

    _cost_fields = frozenset()

    # === CRUD METHODS === #

    def _has_field_access(self, field, operation):
        """Override to keep the cost, by whatever name, from whom it does not concern."""
        return super()._has_field_access(field, operation) and (
            field.name not in self._cost_fields
            or self.env.su
            or self.env.user.has_groups(COST_GROUPS)
        )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Override to leave the cost out of the views of whom it does not concern."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in arch.iter("field"):
            if node.get("name") in self._cost_fields:
                node.set("groups", COST_GROUPS)
        return arch, view
