from odoo import models
from odoo.exceptions import AccessError

from .account_move_issued import may_manage
from .fsm_gst_once import GATE


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Override of `account`: what a customer paid is not taken off his invoice by anybody."""
        if self.env.context.get("fsm_billing_gate") is not GATE and not may_manage(self.env):
            moves = (self.debit_move_id | self.credit_move_id).move_id
            for move in moves.filtered(lambda move: move._has_gst_number()):
                raise AccessError(self.env._("Only a manager takes a payment off %s.", move.name))
        return super().unlink()
