from odoo import models
from odoo.exceptions import UserError


class FsmLowStock(models.Model):
    """What runs short is ordered from the list that tells it."""

    _inherit = "fsm.low.stock"

    # === ACTION METHODS === #

    def action_order(self):
        """Put the suggested quantities onto requests for quotation, and show these."""
        self.env["product.product"]._check_stock_role("accountant")
        self.check_access("read")
        orders_sudo = self.env["purchase.order"].sudo()  # the caller keeps the parts of the branch
        for branch, rows in self.grouped("branch_id").items():
            wanted = {row.product_id: row.suggestion - row._on_order() for row in rows}
            wanted = {product: quantity for product, quantity in wanted.items() if quantity > 0}
            orders = orders_sudo.with_company(branch.company_id)
            for line in orders._order_parts(branch.sudo(), wanted).values():
                orders_sudo |= line.order_id
        if not orders_sudo:
            raise UserError(self.env._("All of it is ordered already."))
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_purchase.purchase_order_action")
        return action | {"domain": [("id", "in", orders_sudo.ids)], "context": {}}

    def _on_order(self):
        """Return how much of this part comes anyway, in its unit."""
        lines_sudo = self.env["purchase.order.line"].sudo()  # of the caller's branch
        [(ordered, received)] = lines_sudo._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("company_id", "=", self.company_id.id),
                ("order_id.state", "in", ("draft", "sent", "to approve", "purchase")),
            ],
            [],
            ["product_uom_qty:sum", "qty_received:sum"],
        )
        return (ordered or 0.0) - (received or 0.0)
