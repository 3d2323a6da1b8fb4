from odoo import models


class ValidateAccountMove(models.TransientModel):
    _inherit = "validate.account.move"

    # === ACTION METHODS === #

    def validate_move(self):
        """Override of `account`: its dialog of days to come says it, too."""
        moves, told = self.move_ids._telling()
        result = super(ValidateAccountMove, self.with_env(moves.env)).validate_move()
        closes = result.get("type") == "ir.actions.act_window_close"
        return (closes and moves._notification(told)) or result
