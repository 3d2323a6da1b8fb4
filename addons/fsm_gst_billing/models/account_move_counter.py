from odoo import models

from .fsm_gst_once import GATE


class AccountMove(models.Model):
    """What is sold over the counter, without a job card, leaves the shelves with the invoice.

    A credit note and a cancelled invoice bring nothing back: whether a part is as good as new is
    for who sees it, who then adds it to the stock.
    """

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _hand_over_parts(self):
        """Have the branches hand over what these moves, just posted, have sold over the counter."""
        for move in self.filtered(lambda move: move._is_counter_sale()):
            lines = move._sold_parts()
            branch_sudo = lines and move.company_id.sudo().fsm_branch_ids  # who sells, hands over
            if branch_sudo:
                branch_sudo._sell_parts(lines, move.name)

    def _is_counter_sale(self):
        """Tell whether the parts of this document still lie on the shelves.

        Those of a job card were used on it, and those of a transfer have left with it.
        """
        return (
            self.move_type == "out_invoice"
            and not (self.job_id or self.claim_job_id or self.debit_origin_id)
            and self.env.context.get("fsm_transfer_gate") is not GATE
        )

    def _sold_parts(self):
        """Return ``[(product, quantity)]`` of the goods on this invoice, in their own units."""
        sold = {}
        for line in self.invoice_line_ids.filtered(lambda line: line.product_id.type == "consu"):
            unit = line.product_id.uom_id
            quantity = line.product_uom_id._compute_quantity(line.quantity, unit)
            sold[line.product_id] = sold.get(line.product_id, 0.0) + quantity
        return [item for item in sold.items() if item[0].uom_id.compare(item[1], 0.0) > 0]
