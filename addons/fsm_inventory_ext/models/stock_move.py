from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools.misc import clean_context


class StockMove(models.Model):
    _inherit = "stock.move"

    part_usage_id = fields.Many2one(
        comodel_name="fsm.part.usage", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    # === BUSINESS METHODS === #

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
        shared = {"product_id": product.id, "location_dest_id": destination.id}
        # Not the defaults a caller may have put into the context.
        moves = self.with_env(self.env(context=clean_context(self.env.context)))
        return moves.create(
            {
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
        )

    def _complete(self):
        """Do the moves as they were planned."""
        self.picked = True
        return self._action_done()
