from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.fsm_jobs.verbs import verb


class ProductProduct(models.Model):
    """Whether another branch has a part: yes or no. How many it has is its own business."""

    _inherit = "product.product"

    # === BUSINESS METHODS - VERBS === #

    @api.readonly
    @verb
    def fsm_elsewhere(self, branch_id: int = 0):
        """Say of each part which other branches of the organisation have a free piece of it.

        :return: for each part ``[{branch_id, branch, available}]``
        """
        if not self.env.su and not self.env["fsm.job"]._has_role({"technician", "accountant"}):
            raise AccessError(self.env._("Your role does not handle parts."))
        self.check_access("read")
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        others_sudo = branch._other_branches()
        having = others_sudo._having(self)
        return [
            [
                {
                    "branch_id": other.id,
                    "branch": other.name,
                    "available": (other.id, product.id) in having,
                }
                for other in others_sudo
            ]
            for product in self
        ]
