from odoo import models


class ProductProduct(models.Model):
    """What a part has cost, and what it is sold for."""

    _inherit = "product.product"

    def _unit_cost(self, company):
        """Return what one piece has cost a branch, in rupees.

        Until the branch has received the part itself, it costs what the organisation says. In sudo.
        """
        here, above = self.with_company(company), self.with_company(company.root_id)
        return here.standard_price or above.standard_price

    def _branch_prices(self, company):
        """Override of `fsm_jobs`: a part without a fixed price costs its cost and the markup."""
        prices = super()._branch_prices(company)
        free = self.filtered(lambda product: not product.lst_price and product.type == "consu")
        return prices | (self.env["fsm.markup.rule"]._prices(free, company) if free else {})
