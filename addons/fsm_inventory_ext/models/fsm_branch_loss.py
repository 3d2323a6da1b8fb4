from odoo import models


class FsmBranch(models.Model):
    """What left the shelves for nothing, as the stock moves tell it."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _lost_parts(self, begin, end):
        """Override of `fsm_jobs`: what was scrapped or counted away, less what was found again.

        What is found later in the same time is not lost; what was there before nobody missed it, a
        stock that is counted for the first time, offsets nothing.
        """
        lost = {}
        for move in self._moves_of_loss(begin, end):
            broken = bool(move.scrap_id or move.part_usage_id or move.sale_number)
            reason = move.inventory_name or move.origin or ""
            key = (move.product_id, move.part_usage_id.job_id, reason, broken)
            quantity = move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            if move.location_dest_id.usage == "inventory":
                lost[key] = lost.get(key, 0.0) + quantity
            else:
                self._find_again(lost, move.product_id, quantity)
        rows = [
            {"product": product, "job": job, "reason": reason, "quantity": quantity}
            for (product, job, reason, _broken), quantity in lost.items()
            if product.uom_id.compare(quantity, 0) > 0
        ]
        return super()._lost_parts(begin, end) + rows

    def _moves_of_loss(self, begin, end):
        """Return the moves onto and off the loss of this branch.

        What it sent with a tax invoice and nobody received was supplied: it is no loss of its
        sender's (docs/adr/0039).
        """
        return self.env["stock.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("date", ">=", begin),
                ("date", "<", end),
                # What came out of a customer's device was never ours, and no tax on it was credited.
                ("location_id.is_old_parts", "=", False),
                ("transfer_line_id", "not any", [("transfer_id.document_kind", "=", "invoice")]),
                "|",
                "&",
                ("location_dest_id.usage", "=", "inventory"),
                ("location_id.usage", "!=", "inventory"),
                "&",
                ("location_id.usage", "=", "inventory"),
                ("location_dest_id.usage", "=", "internal"),
            ],
            order="date, id",
        )

    def _find_again(self, lost, product, quantity):
        """Take what a count has found off what earlier counts missed; what broke stays broken."""
        for key in [key for key in lost if key[0] == product and not key[-1]]:
            found = min(lost[key], quantity)
            lost[key] -= found
            quantity -= found
