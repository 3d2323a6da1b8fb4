from odoo import api, models
from odoo.exceptions import AccessError

# What a done move says. It is corrected by a move back, never by writing over it.
DONE_FIELDS = {
    "company_id",
    "date",
    "location_dest_id",
    "location_id",
    "lot_id",
    "lot_name",
    "move_id",
    "owner_id",
    "package_id",
    "picking_id",
    "product_id",
    "product_uom_id",
    "quantity",
    "result_package_id",
    "state",
}


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: Odoo lets every user create lines, and each one reserves stock."""
        self._check_stock_user()
        if not self.env["stock.move"]._is_gated():
            self._check_not_born_done(vals_list)
        self._hold_to_reserve(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Override: Odoo lets every user write lines, and stock users those of done moves."""
        self._check_stock_user()
        if vals.keys() & DONE_FIELDS:
            self._check_not_done()
        if not self.env["stock.move"]._is_gated():
            self._check_not_made_done(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_not_stock_user(self):
        self._check_stock_user()

    @api.model
    def _check_stock_user(self):
        if not self.env.su and not self.env.user.has_group("stock.group_stock_user"):
            raise AccessError(self.env._("Your role does not move stock."))

    @api.model
    def _check_not_born_done(self, vals_list):
        """Refuse lines that say they are done, or whose move is: Odoo would move stock at once."""
        context = self.env.context
        states = {vals.get("state") for vals in vals_list} | {context.get("default_state")}
        move_ids = {vals.get("move_id") for vals in vals_list} | {context.get("default_move_id")}
        self.env["stock.move"].browse(filter(None, move_ids))._check_not_done()
        if "done" in states:
            raise AccessError(
                self.env._("A stock move is planned first, then done: add nothing to what is done.")
            )

    @api.model
    def _check_not_made_done(self, vals):
        """Refuse to say of a line that it is done, or to hang it on a move that is."""
        if vals.get("move_id"):
            self.env["stock.move"].browse(vals["move_id"])._check_not_done()
        if vals.get("state") == "done":
            self.env["stock.move"]._check_not_by_hand()

    def _check_not_done(self):
        if not self.env["stock.move"]._is_gated() and "done" in self.mapped("state"):
            raise AccessError(
                self.env._("A stock move that is done stays as it is: make a move back.")
            )

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override: what one document takes is refused as a whole, so it is counted as a whole."""
        # Nobody holds rights on guards; every mover of stock takes one.
        guard_sudo = self.env["fsm.stock.guard"].sudo()
        guard_sudo._start_tally()
        guard_sudo._hold(
            (line.product_id, place)
            for line in self
            for place in (line.location_id, line.location_dest_id)
        )
        return super()._action_done()

    @api.model
    def _hold_to_reserve(self, vals_list):
        """Hold the guards of what lines that say what and where are going to reserve.

        And those of where it goes, with them: taken afterwards, two moves between the same shelves
        in opposite directions would wait for each other.
        """
        products, places = self.env["product.product"], self.env["stock.location"]
        # Nobody holds rights on guards; every mover of stock takes one.
        self.env["fsm.stock.guard"].sudo()._hold(
            (products.browse(vals["product_id"]), places.browse(vals[name]))
            for vals in vals_list
            for name in ("location_id", "location_dest_id")
            if vals.get("product_id") and vals.get(name) and vals.get("quantity")
        )
