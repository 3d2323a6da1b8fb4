from odoo import models


class ProductProduct(models.Model):
    """What the parts of a branch are worth by Odoo's own valuation: average, and first in first out."""

    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _with_valuation_context(self):
        """Override of `stock_account`: a branch's parts are those in its own places, whoever moves them.

        Odoo counts what the mover may see, and whoever may see all counts other branches', too: a
        technician, who sees no stock, could take no part that is valued first in, first out.
        """
        valued_sudo = super()._with_valuation_context().sudo()  # as above; costs stay hidden
        places = valued_sudo.env["stock.location"].search(
            [("is_valued_internal", "=", True), ("company_id", "=", self.env.company.id)]
        )
        return valued_sudo.with_context(location=places.ids)
