from odoo import models

from .stock_move import GATE


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override: write the date of what is done to its moves, which nobody does by hand."""
        return super(StockPicking, self.with_context(fsm_stock_gate=GATE))._action_done()
