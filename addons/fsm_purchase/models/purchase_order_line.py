from odoo import api, fields, models

# What Odoo writes on to the moves of a confirmed order.
MOVED_FIELDS = {"date_planned", "discount", "price_unit", "product_qty"}


class PurchaseOrderLine(models.Model):
    """A line knows who waits for it, and tells them when its day changes."""

    _inherit = "purchase.order.line"

    part_usage_ids = fields.One2many(
        string="Waiting Parts", comodel_name="fsm.part.usage", inverse_name="purchase_line_id"
    )

    # A vendor who sells by the box is asked for whole boxes; this is what is needed of them.
    wanted_quantity = fields.Float(
        string="Needed",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="In the part's unit.",
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

    @api.model
    def _whole(self, product, quantity, unit):
        """Return a quantity of a part in the unit of the line: of another than its own, whole ones.

        :param float quantity: in the part's unit
        """
        if unit == product.uom_id:
            return unit.round(quantity)
        exact = product.uom_id._compute_quantity(quantity, unit, round=False)
        return fields.Float.round(exact, precision_digits=0, rounding_method="UP")

    def _want(self, quantity):
        """Ask for more of this part, or for less, on a request that is not out yet.

        :param float quantity: in the part's unit
        """
        product, unit = self.product_id, self.product_uom_id
        needed = self.wanted_quantity
        if unit.compare(self._whole(product, needed, unit), self.product_qty):  # written by hand
            needed = self.product_uom_qty
        needed = product.uom_id.round(needed + quantity)
        if product.uom_id.compare(needed, 0) <= 0:
            self.unlink()
            return
        line = self.with_company(self.company_id)
        line.write({"wanted_quantity": needed, "product_qty": self._whole(product, needed, unit)})
        line.flush_recordset()  # the price is looked up now, in the price list of this company

    def _still_to_come(self):
        """Return how much of this line has not come, in the part's unit."""
        if self.order_id.state != "purchase":
            return self.product_uom_qty
        moves = self.move_ids.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move.location_id.usage == "supplier"
            )
        )
        return sum(moves.mapped("product_qty"))

    def _has_come(self):
        """Return how much of this line has come and was not sent back, in the part's unit.

        Four pieces of a box of twelve are 0.33 boxes: the moves know it to the piece.
        """
        unit = self.product_id.uom_id
        if self.product_uom_id == unit:
            return self.qty_received
        came = 0.0
        for move in self.move_ids.filtered(lambda move: move.state == "done"):
            sign = (move.location_id.usage == "supplier") - (
                move.location_dest_id.usage == "supplier"
            )
            came += sign * move.product_uom._compute_quantity(move.quantity, unit)
        return unit.round(came)

    def _promise(self, usages, quantity):
        """Have job cards wait for this line, as far as `quantity` reaches: first promised first."""
        usages = (usages or self.part_usage_ids.browse()).filtered(lambda part: not part.is_ordered)
        served = usages.browse()
        for usage in usages.sorted(lambda usage: usage._turn()):
            if self.product_id.uom_id.compare(usage.quantity, quantity) <= 0:
                quantity -= usage.quantity
                served |= usage
        served.purchase_line_id = self
        self.order_id._mention(served.job_id)
        served.job_id._promise_after_parts()

    def _create_or_update_picking(self):
        """Override: the receipt follows the order, whoever confirms it."""
        lines_sudo = self.sudo()  # accountants order, but hold no rights on stock
        return super(PurchaseOrderLine, lines_sudo)._create_or_update_picking()
