from odoo import api, models


class FsmWarranty(models.Model):
    """Who sold a part is who answers for it, whoever else sells it."""

    _inherit = "fsm.warranty"

    # === BUSINESS METHODS === #

    @api.model
    def _bought_from(self, usage_sudo):
        """Override of `fsm_inventory_ext`: the vendor of the order on which the part has come."""
        line = usage_sudo.purchase_line_id
        return line.partner_id if line.qty_received > 0 else super()._bought_from(usage_sudo)
