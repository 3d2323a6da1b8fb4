from odoo import api, models


class FsmWarranty(models.Model):
    """Who sold a part is who answers for it, whoever else sells it."""

    _inherit = "fsm.warranty"

    # === BUSINESS METHODS === #

    @api.model
    def _bought_from(self, usage_sudo):
        """Override of `fsm_inventory_ext`: the vendor of the order on which the part has come.

        A piece with a number says it itself; else what was ordered for the job card is taken.
        """
        if vendor := self._brought(usage_sudo.lot_id):
            return vendor
        line = usage_sudo.purchase_line_id
        return line.partner_id if line.qty_received > 0 else super()._bought_from(usage_sudo)

    @api.model
    def _brought(self, lot_sudo):
        """Return the vendor of the last order on which a numbered piece has come, if any; in sudo."""
        receipts = lot_sudo.env["stock.move.line"]
        if not lot_sudo:
            return receipts.move_id.purchase_line_id.partner_id
        receipt = receipts.search(
            [
                ("lot_id", "in", lot_sudo._everywhere().ids),
                ("product_id", "=", lot_sudo.product_id.id),
                ("state", "=", "done"),
                ("location_id.usage", "=", "supplier"),
                ("move_id.purchase_line_id", "!=", False),
            ],
            order="date DESC, id DESC",
            limit=1,
        )
        return receipt.move_id.purchase_line_id.partner_id
