from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.lifecycle import REASON_MIN_LENGTH

from .stock_move import GATE

# What says how much of what is where. It follows from stock moves and from nothing else.
COUNTED_FIELDS = {
    "quantity",
    "reserved_quantity",
    "product_id",
    "location_id",
    "company_id",
    "lot_id",
    "owner_id",
    "package_id",
}
# How Odoo is told what was counted; it makes a stock move of the difference.
COUNT_FIELDS = {"inventory_quantity", "inventory_quantity_auto_apply"}
ADJUST_GROUPS = ("fsm_jobs.group_fsm_manager", "stock.group_stock_manager")


class StockQuant(models.Model):
    _inherit = "stock.quant"
    _audit_kind = "stock"

    product_id = fields.Many2one(audit=True)
    location_id = fields.Many2one(audit=True)
    lot_id = fields.Many2one(audit=True)
    quantity = fields.Float(audit=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to let people create what they count, never a quantity out of nothing."""
        if not self.env.su:
            for vals in vals_list:
                counts = self._is_inventory_mode() and vals.keys() & COUNT_FIELDS
                if not counts or vals.keys() & {"quantity", "reserved_quantity"}:
                    raise self._by_hand_error()
                if "inventory_quantity_auto_apply" in vals:  # Odoo applies it as superuser
                    self._check_may_adjust(self.env.context.get("inventory_name"))
        return super().create(vals_list)

    def write(self, vals):
        """Override to refuse people a quantity, or where it is: no move is behind it."""
        if not self.env.su and vals.keys() & COUNTED_FIELDS:
            raise self._by_hand_error()
        return super().write(vals)

    @api.model
    def _by_hand_error(self):
        return AccessError(
            self.env._(
                "Nobody writes stock by hand: receive it, use it, or adjust it with a reason."
            )
        )

    # === BUSINESS METHODS === #

    def _apply_inventory(self, date=None):
        """Override to ask for the right to adjust stock, and for the reason."""
        if not self.env.su:
            self._check_may_adjust(self.env.context.get("inventory_name"))
        # The day of the counting is written on the moves when they are done.
        gated = self.with_context(fsm_stock_gate=GATE)
        return super(StockQuant, gated)._apply_inventory(date)

    @api.model
    def _check_may_adjust(self, reason):
        if not any(self.env.user.has_group(group) for group in ADJUST_GROUPS):
            raise AccessError(self.env._("Only a manager adjusts stock."))
        self._check_reason(reason)

    @api.model
    def _check_reason(self, reason):
        if len((reason or "").strip()) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._(
                    "An adjustment of stock needs a reason of at least %s characters.",
                    REASON_MIN_LENGTH,
                )
            )

    @api.model
    def _update_available_quantity(
        self,
        product_id,
        location_id,
        quantity=False,
        reserved_quantity=False,
        lot_id=None,
        package_id=None,
        owner_id=None,
        in_date=None,
    ):
        """Override to keep a branch's shelves from going below zero.

        Every way out of a location passes here: job, delivery order, scrap, adjustment, and the
        correction of a move. What is reserved, given up or brought holds the guard as well: the
        last piece would be promised twice, and Odoo makes a negative row beside one that is locked.
        """
        # Nobody holds rights on guards; every mover of stock takes one.
        guard_sudo = self.env["fsm.stock.guard"].sudo()
        guard_sudo._hold([(product_id, location_id)])
        guarded = quantity < 0 and location_id._never_below_zero()
        available, in_date = super()._update_available_quantity(
            product_id,
            location_id,
            quantity=quantity,
            reserved_quantity=reserved_quantity,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            in_date=in_date,
        )
        if guarded:
            before = guard_sudo._tally(product_id, location_id, -quantity)
            # What is not free may still be there, reserved for others: then count what lies here.
            if product_id.uom_id.compare(available, 0) < 0:
                quants_sudo = self.sudo()._gather(  # the rule holds whoever moves the part
                    product_id, location_id, lot_id, package_id, owner_id, strict=True
                )
                left = sum(quants_sudo.mapped("quantity"))
                if product_id.uom_id.compare(left, 0) < 0:
                    raise self._shortage(product_id, before + left - quantity, location_id)
        return available, in_date

    @api.model
    def _shortage(self, product, quantity, location, lot=None):
        """Return the error that says how much there is to take.

        :param lot: of this number, or these, only
        """
        location_sudo = location.sudo()  # the name of the place, for whoever may take from it
        names = [product.display_name, ", ".join((lot or self.env["stock.lot"]).mapped("name"))]
        return UserError(
            self.env._(
                "Only %(quantity)s of %(product)s are in stock at %(place)s.",
                quantity=f"{max(product.uom_id.round(quantity), 0):g}",
                product=" ".join(filter(None, names)),
                place=location_sudo.warehouse_id.name or location_sudo.complete_name,
            )
        )
