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
    def _hold(self, places):
        """Keep others from moving or reserving parts in places of branches until the commit.

        In one order whoever asks, so that of two takers of two parts neither waits for the other.

        :param places: pairs of a product and a location; what is no place of a branch is free
        """
        held = self._memory()["held"]
        wanted = {
            (product.id, location.id)
            for product, location in places
            if (product.id, location.id) not in held
            and product.is_storable
            and location._never_below_zero()
        }
        if not wanted:
            return
        product_ids, location_ids = zip(*sorted(wanted), strict=True)
        self.env.cr.execute(
            """
            INSERT INTO fsm_stock_guard (product_id, location_id, taken)
                 SELECT product_id, location_id, 1
                   FROM unnest(%s, %s) AS place (product_id, location_id)
            ON CONFLICT (product_id, location_id)
              DO UPDATE SET taken = fsm_stock_guard.taken + 1
            """,
            (list(product_ids), list(location_ids)),
            log_exceptions=False,  # a second taker is told to try again by Odoo, which is no error
        )
        held |= wanted

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
