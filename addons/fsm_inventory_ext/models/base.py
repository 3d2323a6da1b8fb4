from odoo import api, models
from odoo.exceptions import AccessError


class Base(models.AbstractModel):
    _inherit = "base"

    # === BUSINESS METHODS === #

    @api.model
    def _check_field_access(self, field, operation):
        """Override of `base` to refuse with a sentence also where a group is of an absent addon.

        `COST_GROUPS` names the buyers of `purchase`, for its views are theirs; core names the
        groups in its refusal and stumbles over one that is not there.
        """
        try:
            super()._check_field_access(field, operation)
        except ValueError as error:
            raise AccessError(
                self.env._(
                    "You may not see “%(field)s” of %(model)s.",
                    field=field._description_string(self.env),
                    model=self.env["ir.model"]._get(self._name).name,
                )
            ) from error
