from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_inventory_ext.models.fsm_part_usage import WORKING_STATES


class FsmLowStock(models.Model):
    """What runs short is ordered from the list that tells it, with what job cards wait for."""

    _inherit = "fsm.low.stock"

    coming = fields.Float(
        string="On Order",
        digits="Product Unit",
        compute="_compute_coming",
        compute_sudo=True,
        help="Ordered for the branch, and not here yet: “Order” leaves it out.",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id", "company_id")
    def _compute_coming(self):
        for company, rows in self.grouped("company_id").items():
            coming = rows.product_id._on_order(company)
            for row in rows:
                row.coming = coming.get(row.product_id, 0.0)

    # === ACTION METHODS === #

    def action_order(self):
        """Put what is missing onto requests for quotation, and show these."""
        self.env["product.product"]._check_stock_role("accountant")
        self.check_access("read")
        orders_sudo = self.env["purchase.order"].sudo()  # the caller keeps the parts of the branch
        for branch, rows in self.sudo().grouped("branch_id").items():  # as above
            orders_sudo |= rows.with_company(branch.company_id)._order_missing(branch)
        if not orders_sudo:
            raise UserError(self.env._("All of it is ordered already."))
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_purchase.purchase_order_action")
        return action | {"domain": [("id", "in", orders_sudo.ids)], "context": {}}

    # === BUSINESS METHODS === #

    def _order_missing(self, branch):
        """Order what is missing in one branch, and return the requests; in sudo, in its company.

        The shelves are filled, and who waits is served, by all that comes: what is on orders
        counts, whoever they are for.
        """
        waiting, coming = self._waiting(), self.product_id._on_order(branch.company_id)
        by_vendor = {}
        for product, rows in self.grouped("product_id").items():
            asked_for = sum(usage.quantity for usage in waiting.get(product, ()))
            missing = sum(rows.mapped("suggestion")) + asked_for - coming.get(product, 0.0)
            if product.uom_id.compare(missing, 0) > 0:
                vendor = rows.orderpoint_id.supplier_id.partner_id[:1]
                by_vendor.setdefault(vendor, {})[product] = rows._in_multiples(missing)
        orders = self.env["purchase.order"]
        for vendor, wanted in by_vendor.items():
            lines = orders._order_parts(branch, wanted, vendor)
            for product, line in lines.items():
                orders |= line.order_id
                line._promise(waiting.get(product), wanted[product])
        return orders

    def _waiting(self):
        """Return ``{product: parts}`` that job cards wait for, but not from another branch."""
        usages = self.env["fsm.part.usage"].search(
            [
                ("state", "=", "requested"),
                ("product_id", "in", self.product_id.ids),
                ("company_id", "=", self.env.company.id),
                ("job_id.state", "in", list(WORKING_STATES)),
            ]
        )
        return usages.filtered(lambda usage: not usage._is_asked_for()).grouped("product_id")

    def _in_multiples(self, quantity):
        """Return a quantity to order, rounded up to the multiple that the reorder rule names."""
        rule = self.orderpoint_id.filtered("replenishment_uom_id")[:1]
        return rule._get_multiple_rounded_qty(quantity) if rule else quantity
