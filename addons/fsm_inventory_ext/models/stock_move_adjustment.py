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
            key = (move_sudo.company_id, move_sudo.product_id)
            move_sudo.write({"on_hand_before": before[key], "on_hand_after": after[key]})
        return moves

    def _counts(self):
        """Return ``{(company, product): quantity}``, what lies on the shelves of the branches."""
        counts = {}
        for company, moves in self.sudo().grouped("company_id").items():  # who moves it may count
            branch = moves.env["fsm.branch"].search([("company_id", "=", company.id)])
            stock = branch._stock(moves.product_id) if branch else {}
            for product in moves.product_id:
                counts[company, product] = stock.get(product, (0.0, 0.0))[0]
        return counts

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
