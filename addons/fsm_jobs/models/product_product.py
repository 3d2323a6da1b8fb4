from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _branch_prices(self, company):
        """Return what each product is sold for in a branch. An addon that knows costs extends it.

        :param company: the company of the branch
        :return: ``{product: rupees}``, of one in its own unit
        :rtype: dict
        """
        return {product: product.lst_price for product in self}
