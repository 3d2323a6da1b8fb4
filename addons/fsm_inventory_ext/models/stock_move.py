from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools.misc import clean_context

# An object no caller can send: what carries it in the context is stock moving by Odoo's own steps.
GATE = object()

# What a move is for; whoever makes it says so, nobody else.
LINK_FIELDS = ("part_usage_id", "sale_number", "transfer_line_id")

# What a done move says. It is corrected by a move back, never by writing over it.
DONE_FIELDS = {
    "company_id",
    "date",
    "inventory_name",
    "is_inventory",
    "location_dest_id",
    "location_final_id",
    "location_id",
    "lot_ids",
    "move_line_ids",
    "on_hand_after",
    "on_hand_before",
    "origin",
    "origin_returned_move_id",
    "picked",
    "picking_id",
    "price_unit",
    "product_id",
    "product_uom",
    "product_uom_qty",
    "quantity",
    "reference",
    "scrap_id",
    "value",
}

# What is to come and go. Odoo lets whoever writes invoices plan it.
PLANNED_FIELDS = {
    "location_dest_id",
    "location_id",
    "move_line_ids",
    "picking_id",
    "product_id",
    "product_uom",
    "product_uom_qty",
    "quantity",
}


class StockMove(models.Model):
    _inherit = "stock.move"
    _audit_kind = "stock"

    state = fields.Selection(audit=True)
    product_id = fields.Many2one(audit=True)
    location_id = fields.Many2one(audit=True)
    location_dest_id = fields.Many2one(audit=True)
    quantity = fields.Float(audit=True)
    part_usage_id = fields.Many2one(
        comodel_name="fsm.part.usage", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: no move is born done, and what it is for, that says itself."""
        if not self._is_gated():
            self.env["stock.move.line"]._check_stock_user()
            if any(vals.get(name) for vals in vals_list for name in LINK_FIELDS):
                self._check_not_by_hand()
            self._check_not_born_done(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Override: Odoo lets stock users write the state, and all of a move that is done."""
        links = vals.keys() & set(LINK_FIELDS)
        if links or ("state" in vals and not self._is_less_reserved(vals)):
            self._check_not_by_hand()
        if vals.keys() & DONE_FIELDS:
            self._check_not_done()
        if vals.keys() & PLANNED_FIELDS and not self._is_gated():
            self.env["stock.move.line"]._check_stock_user()
        return super().write(vals)

    def _update_orderpoints(self):
        """Override of `stock`, without calling it: what is to order is computed where it is shown."""
        self.env["stock.warehouse.orderpoint"].invalidate_model(
            ["qty_forecast", "qty_to_order", "qty_to_order_computed"], flush=False
        )

    def _is_less_reserved(self, vals):
        """Tell whether `vals` is how Odoo itself notes that more is asked for than reserved."""
        return vals == {"state": "partially_available"} and not any(
            move.state != "assigned" for move in self
        )

    @api.model
    def _check_not_by_hand(self):
        if not self._is_gated():
            raise AccessError(
                self.env._("The state of a stock move and its job card are not written by hand.")
            )

    @api.model
    def _check_not_born_done(self, vals_list):
        """Refuse moves that would be done at once: nobody would look whether the part is there."""
        states = {vals.get("state") for vals in vals_list}
        states.add(self.env.context.get("default_state"))
        picking_ids = {vals.get("picking_id") for vals in vals_list}
        picking_ids.add(self.env.context.get("default_picking_id"))
        pickings = self.env["stock.picking"].browse(filter(None, picking_ids))
        if "done" in states | set(pickings.mapped("state")):
            raise AccessError(
                self.env._("A stock move is planned first, then done: add nothing to what is done.")
            )

    def _check_not_done(self):
        if not self._is_gated() and "done" in self.mapped("state"):
            raise AccessError(
                self.env._("A stock move that is done stays as it is: make a move back.")
            )

    def _check_may_write_off(self):
        """Refuse what leaves to nowhere, or comes from there, without a manager and his reason.

        A scrap, a count and a picking to the loss all pass here.
        """
        if self.env.su:
            return
        for move in self.filtered(lambda move: move.state not in ("done", "cancel")):
            if "inventory" in move._places().mapped("usage"):
                self.env["stock.quant"]._check_may_adjust(move._write_off_reason())

    def _places(self):
        """Return whence and whither; Odoo moves the parts as the lines say, not as the move does."""
        lines = self.move_line_ids
        return self.location_id | self.location_dest_id | lines.location_id | lines.location_dest_id

    def _write_off_reason(self):
        """Return the words of whoever takes the parts of this move off the books."""
        if self.scrap_id:
            return self.scrap_id.reason
        return self.inventory_name or self.picking_id.origin

    # === BUSINESS METHODS === #

    @api.model
    def _is_gated(self):
        return self.env.su or self.env.context.get("fsm_stock_gate") is GATE

    def _gated(self):
        """Return the moves so that Odoo's own steps may write what nobody writes by hand."""
        return self.with_context(fsm_stock_gate=GATE)

    def _action_confirm(self, *args, **kwargs):
        """Override: write the states."""
        return super(StockMove, self._gated())._action_confirm(*args, **kwargs).with_env(self.env)

    def _action_assign(self, *args, **kwargs):
        """Override: write the states."""
        return super(StockMove, self._gated())._action_assign(*args, **kwargs)

    def _action_cancel(self):
        """Override: write the states."""
        return super(StockMove, self._gated())._action_cancel()

    def _action_done(self, *args, **kwargs):
        """Override: write the states, dates and values, and ask why parts are written off."""
        self._check_may_write_off()
        return super(StockMove, self._gated())._action_done(*args, **kwargs).with_env(self.env)

    def _merge_moves(self, *args, **kwargs):
        """Override: write the states."""
        return super(StockMove, self._gated())._merge_moves(*args, **kwargs).with_env(self.env)

    def _recompute_state(self):
        """Override: write the states."""
        return super(StockMove, self._gated())._recompute_state()

    def _set_value(self, *args, **kwargs):
        """Override: write the values."""
        return super(StockMove, self._gated())._set_value(*args, **kwargs)

    @api.model
    def _plan_taking(self, product, quantity, source, lot=None):
        """Say from which shelves of `source` to take `quantity` of `product`.

        :return: ``[(location, lot, quantity)]``; in all less than asked if there is not enough
        :rtype: list[tuple]
        """
        if not product.is_storable:
            return [(source, lot or self.env["stock.lot"], quantity)]
        quants = self.env["stock.quant"]._get_reserve_quantity(
            product, source, quantity, lot_id=lot
        )
        return [(quant.location_id, quant.lot_id, taken) for quant, taken in quants]

    @api.model
    def _create_planned(self, product, plan, destination, **values):
        """Create a confirmed move of what `plan` says, reserved, to be done by `_complete`.

        Without a picking, as Odoo does for scrap and adjustments.

        :param list plan: as `_plan_taking` returns it; not empty
        :param values: of the move, e.g. `company_id` and `origin`
        """
        # Not the defaults a caller may have put into the context.
        moves = self.with_env(self.env(context=clean_context(self.env.context)))
        return moves.create(self._planned_values(product, plan, destination, **values))

    @api.model
    def _planned_values(self, product, plan, destination, **values):
        """Return the values of a move as `_create_planned` makes it."""
        shared = {"product_id": product.id, "location_dest_id": destination.id}
        return {
            **shared,
            "product_uom": product.uom_id.id,
            "product_uom_qty": sum(quantity for _location, _lot, quantity in plan),
            "location_id": plan[0][0].id,
            "state": "confirmed",
            "move_line_ids": [
                Command.create(
                    {
                        **shared,
                        "product_uom_id": product.uom_id.id,
                        "location_id": location.id,
                        "lot_id": lot.id,
                        "quantity": quantity,
                    }
                )
                for location, lot, quantity in plan
            ],
            **values,
        }

    def _complete(self):
        """Do the moves as they were planned."""
        self.picked = True
        return self._action_done()
