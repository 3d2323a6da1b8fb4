from odoo import api, fields, models
from odoo.exceptions import UserError


class PurchaseOrder(models.Model):
    """What a branch orders: Odoo's own order, with the job cards that wait for it."""

    _inherit = "purchase.order"
    _audit_kind = "stock"

    state = fields.Selection(audit=True)
    partner_id = fields.Many2one(audit=True)
    fsm_job_ids = fields.Many2many(
        string="For Job Cards", comodel_name="fsm.job", compute="_compute_fsm_job_ids"
    )

    # === COMPUTE METHODS === #

    def _compute_fsm_job_ids(self):
        for order in self:
            order.fsm_job_ids = order.order_line.part_usage_ids.job_id

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("An order has a number and is kept: cancel it."))

    # === ACTION METHODS === #

    def button_cancel(self):
        """Override: the open receipt is cancelled with its order."""
        self.check_access("write")
        orders_sudo = self.sudo()  # accountants order, but hold no rights on stock
        return super(PurchaseOrder, orders_sudo).button_cancel()

    # === BUSINESS METHODS === #

    def _create_picking(self):
        """Override: a confirmed order has its receipt, whoever confirms it."""
        orders_sudo = self.sudo()  # accountants order, but hold no rights on stock
        return super(PurchaseOrder, orders_sudo)._create_picking()

    @api.model
    def _order_parts(self, branch, wanted, vendor=None):
        """Put parts onto the requests for quotation of a branch, one a vendor.

        Called in sudo, in the branch's company.

        :param dict wanted: ``{product: quantity}`` in the products' units
        :param vendor: whom to ask; by default the best in each part's price list
        :return: ``{product: purchase.order.line}``
        :rtype: dict
        """
        by_vendor = {}
        for product, quantity in wanted.items():
            seller = vendor or product._vendor(quantity, branch)
            by_vendor.setdefault(seller, {})[product] = quantity
        lines = {}
        for seller, quantities in by_vendor.items():
            lines |= self._open_request(branch, seller)._add_parts(quantities)
        return lines

    @api.model
    def _open_request(self, branch, vendor):
        """Return the request for quotation to `vendor` that is not sent yet, old or new."""
        receipts = branch.warehouse_id.in_type_id
        same = [
            ("company_id", "=", branch.company_id.id),
            ("partner_id", "=", vendor.id),
            ("picking_type_id", "=", receipts.id),
            ("state", "=", "draft"),
        ]
        return self.search(same, order="id desc", limit=1) or self.create(
            {
                "company_id": branch.company_id.id,
                "partner_id": vendor.id,
                "picking_type_id": receipts.id,
            }
        )

    def _add_parts(self, quantities):
        """Add parts to this request, to the line of the part if it has one.

        :param dict quantities: ``{product: quantity}``
        :return: ``{product: purchase.order.line}``
        """
        lines = {line.product_id: line for line in self.order_line if not line.display_type}
        for product, quantity in quantities.items():
            if product in lines:
                lines[product]._want(quantity)
            else:
                lines[product] = self._new_line(product, quantity)
        return {product: lines[product] for product in quantities}

    def _new_line(self, product, quantity):
        """Ask the vendor for a part, in the unit in which he sells it."""
        seller = product.with_company(self.company_id)._seller(quantity, self.partner_id)
        unit = seller.product_uom_id or product.uom_id
        lines = self.order_line
        asked = lines._whole(product, quantity, unit)
        values = lines._prepare_purchase_order_line(
            product, asked, unit, self.company_id, self.partner_id, self
        )
        return lines.create(values | {"wanted_quantity": quantity})

    def _mention(self, jobs):
        """Have the order name the job cards it is for."""
        known = [name for name in (self.origin or "").split(", ") if name]
        self.origin = ", ".join(dict.fromkeys(known + jobs.mapped("name")))
