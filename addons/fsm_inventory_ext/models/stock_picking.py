from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .stock_move import GATE


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: Odoo takes every move that is put into a done picking for done."""
        self._check_stock_user()
        self._check_not_said_done(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Override: a picking is done when its moves are."""
        self._check_stock_user()
        self._check_not_said_done([vals])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A receipt or delivery has a number and is kept: cancel it."))

    @api.model
    def _check_stock_user(self):
        """Refuse whoever writes invoices: Odoo lets them plan what comes and goes."""
        if not self.env["stock.move"]._is_gated():
            self.env["stock.move.line"]._check_stock_user()

    @api.model
    def _check_not_said_done(self, vals_list):
        states = {vals.get("state") for vals in vals_list} | {self.env.context.get("default_state")}
        if "done" in states and not self.env["stock.move"]._is_gated():
            raise AccessError(self.env._("A picking is done by validating it, not by hand."))

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override: write the date of what is done to its moves, which nobody does by hand."""
        return super(StockPicking, self.with_context(fsm_stock_gate=GATE))._action_done()
