from odoo import fields, models

# Where the other end of an adjustment is: what was bought without an order, and what was lost.
OUTSIDE_USAGES = ("inventory", "supplier")


class StockMove(models.Model):
    """A move that changes the stock of a branch with a reason: received, taken out, counted."""

    _inherit = "stock.move"

    on_hand_before = fields.Float(
        string="Before", digits="Product Unit", readonly=True, copy=False, audit=True
    )
    on_hand_after = fields.Float(
        string="After", digits="Product Unit", readonly=True, copy=False, audit=True
    )

    # === BUSINESS METHODS === #

    def _action_done(self, *args, **kwargs):
        """Override to write down how many there were, and how many there are."""
        adjustments = self.filtered("inventory_name")
        before = adjustments._counts()
        moves = super()._action_done(*args, **kwargs)
        after = adjustments._counts()
        for move_sudo in adjustments.sudo():  # nobody writes a move that is done, but this is it
            move_sudo.write(
                {"on_hand_before": before[move_sudo.id], "on_hand_after": after[move_sudo.id]}
            )
        return moves

    def _counts(self):
        """Return ``{move id: quantity}``, what lies on the shelves, or in the bag, of each move."""
        counts = dict.fromkeys(self.ids, 0.0)
        for company, moves in self.sudo().grouped("company_id").items():  # who moves it may count
            branch = moves.env["fsm.branch"].search([("company_id", "=", company.id)])
            shelves = branch.stock_location_id
            if not shelves:
                continue
            for bag, there in moves.grouped(lambda move, s=shelves: move._bag_beside(s)).items():
                stock = branch._stock(there.product_id, bag)
                counts |= {move.id: stock.get(move.product_id, (0.0, 0.0))[0] for move in there}
        return counts

    def _bag_beside(self, shelves):
        """Return the place beside the shelves that this move changes, be it a bag; else nothing."""
        return (self.location_id | self.location_dest_id).filtered(
            lambda place: place.usage == "internal" and not place._child_of(shelves)
        )[:1]

    def _adjustment_domain(self):
        return [("state", "=", "done"), ("inventory_name", "!=", False)]

    def _adjustment(self):
        """Return one adjustment as `fsm_adjustments` answers it."""
        leaves = self.location_dest_id.usage in OUTSIDE_USAGES
        return {
            "id": self.id,
            "at": fields.Datetime.to_string(self.date),
            "by": self.create_uid.name,
            "quantity": -self.quantity if leaves else self.quantity,
            "before": self.on_hand_before,
            "after": self.on_hand_after,
            "reason": self.inventory_name,
        }
