from odoo import models
from odoo.exceptions import UserError


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _vendor(self, quantity, branch):
        """Return who sells this part to a branch: the best price for such a quantity."""
        product = self.with_company(branch.company_id)
        seller = product._select_seller(quantity=quantity, uom_id=self.uom_id)
        # Less than he likes to sell is still better ordered from him than from nobody.
        seller = seller or product._select_seller(quantity=None, uom_id=self.uom_id)
        if not seller:
            raise self._no_vendor_error(self)
        return seller.partner_id

    def _no_vendor_error(self, product):
        return UserError(
            self.env._("Nobody sells %s: enter a vendor and his price.", product.display_name)
        )
