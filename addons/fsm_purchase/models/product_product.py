from odoo import models
from odoo.exceptions import UserError

from .fsm_part_usage import OPEN_ORDERS


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _vendor(self, quantity, branch):
        """Return who sells this part to a branch: the best price for such a quantity."""
        seller = self.with_company(branch.company_id)._seller(quantity)
        if not seller:
            raise self._no_vendor_error(self)
        return seller.partner_id

    def _seller(self, quantity, vendor=False):
        """Return the best price for such a quantity, of anybody or of one vendor; may be none."""
        asked = {"partner_id": vendor, "uom_id": self.uom_id}
        # Less than he likes to sell is still better ordered from him than from nobody.
        return self._select_seller(quantity=quantity, **asked) or self._select_seller(
            quantity=None, **asked
        )

    def _on_order(self, company):
        """Return how much of these parts is ordered for a branch and has not come; in sudo.

        Of a confirmed order that is what its receipts still expect: what was received short and is
        not sent again comes no more.

        :return: ``{product: quantity}`` in the products' units
        :rtype: dict
        """
        lines = self.env["purchase.order.line"].search(
            [
                ("product_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("order_id.state", "in", OPEN_ORDERS),
            ]
        )
        coming = {}
        for line in lines:
            quantity = line._still_to_come()
            coming[line.product_id] = coming.get(line.product_id, 0.0) + quantity
        return coming

    def _no_vendor_error(self, product):
        return UserError(
            self.env._("Nobody sells %s: enter a vendor and his price.", product.display_name)
        )
