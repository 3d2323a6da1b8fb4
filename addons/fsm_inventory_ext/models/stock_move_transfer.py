from odoo import fields, models
from odoo.exceptions import AccessError


class StockMove(models.Model):
    """A move that is half of a transfer between two branches."""

    _inherit = "stock.move"

    transfer_line_id = fields.Many2one(
        comodel_name="fsm.transfer.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === BUSINESS METHODS === #

    def _action_done(self, *args, **kwargs):
        """Override: what is between two branches is moved by its transfer only."""
        between = self.env["fsm.transfer.line"]._between()
        if not self.env.su and between in self._places():
            raise AccessError(
                self.env._("Parts go from branch to branch by a transfer, not by hand.")
            )
        return super()._action_done(*args, **kwargs)


class StockMoveLine(models.Model):
    """What arrives from another branch gets a number of the branch where it arrives."""

    _inherit = "stock.move.line"

    sent_lot_id = fields.Many2one(
        string="Lot at the Other Branch",
        comodel_name="stock.lot",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_system",
    )

    # === BUSINESS METHODS === #

    def _synchronize_quant(self, quantity, location, action="available", in_date=False, **values):
        """Override: what leaves the way between two branches has the number it was sent with."""
        line, sent_lot_sudo = self, self.sudo().sent_lot_id  # set by a transfer alone
        if sent_lot_sudo and action == "available" and location == self.location_id:
            # Odoo remembers the rows of the numbers on its lines alone.
            line, values = self.with_context(quants_cache=None), {**values, "lot": sent_lot_sudo}
        return super(StockMoveLine, line)._synchronize_quant(
            quantity, location, action=action, in_date=in_date, **values
        )
