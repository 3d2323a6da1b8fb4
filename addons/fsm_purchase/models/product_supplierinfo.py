from odoo import models


class ProductSupplierinfo(models.Model):
    """A vendor's price that the organisation has agreed on holds in each of its branches."""

    _inherit = "product.supplierinfo"

    # === BUSINESS METHODS === #

    def _get_filtered_supplier(self, company_id, product_id, params=False):
        """Override: Odoo knows prices of one company, and of all."""
        sellers = super()._get_filtered_supplier(company_id, product_id, params)
        # Odoo looks up the prices of the company of the order, whichever is asked for.
        params = dict(params or {})
        order = params.pop("order_id", None)
        company_id = (order and order.company_id) or company_id
        organization = company_id.sudo().root_id  # where a branch belongs is no secret to it
        if organization != company_id:
            sellers |= super()._get_filtered_supplier(organization, product_id, params)
        return sellers
