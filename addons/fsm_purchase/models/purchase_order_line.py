from odoo import fields, models

# What Odoo writes on to the moves of a confirmed order.
MOVED_FIELDS = {"date_planned", "discount", "price_unit", "product_qty"}


class PurchaseOrderLine(models.Model):
    """A line knows who waits for it, and tells them when its day changes."""

    _inherit = "purchase.order.line"

    part_usage_ids = fields.One2many(
        string="Waiting Parts", comodel_name="fsm.part.usage", inverse_name="purchase_line_id"
    )

    _vendor_idx = models.Index("(company_id, partner_id)")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: a part that comes later puts off what was promised."""
        lines = self
        if vals.keys() <= MOVED_FIELDS:
            self.check_access("write")
            lines = self.sudo()  # the open receipt follows; accountants hold no rights on stock
        res = super(PurchaseOrderLine, lines).write(vals)
        if "date_planned" in vals:
            # Who writes the day of an order need not see the job cards that wait.
            self.sudo().part_usage_ids.job_id._promise_after_parts()
        return res

    # === BUSINESS METHODS === #

    def _create_or_update_picking(self):
        """Override: the receipt follows the order, whoever confirms it."""
        lines_sudo = self.sudo()  # accountants order, but hold no rights on stock
        return super(PurchaseOrderLine, lines_sudo)._create_or_update_picking()
