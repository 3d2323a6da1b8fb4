from collections import defaultdict

from odoo import api, fields, models

# What this transaction knows of its guards; gone with the transaction, or a savepoint of it.
MEMORY = "fsm_inventory_ext.guards"


class FsmStockGuard(models.Model):
    """One row for a part in a location: whoever takes the part holds the row until he is done.

    Two takers of the last piece meet here. The second one waits for the first, is told by
    PostgreSQL that the row has changed, is repeated by Odoo and then sees the empty shelf. A lock
    on the quants would not do: Odoo skips a locked quant and makes a negative one beside it.
    """

    _name = "fsm.stock.guard"
    _description = "Stock Guard"
    _log_access = False

    product_id = fields.Many2one(comodel_name="product.product", required=True, ondelete="cascade")
    location_id = fields.Many2one(
        comodel_name="stock.location", required=True, index=True, ondelete="cascade"
    )
    taken = fields.Integer(required=True, default=1, help="How often. It only has to change.")

    _product_location_uniq = models.Constraint(
        "UNIQUE(product_id, location_id)", "A part has one guard in a location."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _hold(self, product, location):
        """Keep others from taking or reserving `product` in `location` until the commit."""
        held = self._memory()["held"]
        if (product.id, location.id) in held:
            return
        self.env.cr.execute(
            """
            INSERT INTO fsm_stock_guard (product_id, location_id, taken) VALUES (%s, %s, 1)
            ON CONFLICT (product_id, location_id)
              DO UPDATE SET taken = fsm_stock_guard.taken + 1
            """,
            (product.id, location.id),
            log_exceptions=False,  # a second taker is told to try again by Odoo, which is no error
        )
        held.add((product.id, location.id))

    @api.model
    def _start_tally(self):
        """Begin to count what is taken together, so that a refusal can say what there was."""
        self._memory()["tally"] = defaultdict(float)

    @api.model
    def _tally(self, product, location, quantity=0.0):
        """Add `quantity` to what was taken together so far, and return that without it."""
        tally, key = self._memory()["tally"], (product.id, location.id)
        before = tally[key]
        tally[key] += quantity
        return before

    def _memory(self):
        return self.env.cr.precommit.data.setdefault(
            MEMORY, {"held": set(), "tally": defaultdict(float)}
        )
