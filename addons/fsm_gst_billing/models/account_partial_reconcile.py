from odoo import api, models
from odoo.exceptions import AccessError

from .account_move_issued import may_manage
from .fsm_gst_once import GATE


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_issued(self):
        """Refuse to take what a customer paid off his invoice, unless a manager does it."""
        if self.env.context.get("fsm_billing_gate") is GATE or may_manage(self.env):
            return
        moves = (self.debit_move_id | self.credit_move_id).move_id
        for move in moves.filtered(lambda move: move._has_gst_number()):
            raise AccessError(self.env._("Only a manager takes a payment off %s.", move.name))
