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
