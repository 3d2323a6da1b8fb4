from odoo import models
from odoo.exceptions import UserError

from .account_move_issued import differs
from .account_payment import BOOKED_FIELDS


class AccountPayment(models.Model):
    """A payment for which a payment voucher was issued is what the voucher says: Rule 52."""

    _inherit = "account.payment"

    def _check_may_change(self, vals):
        super()._check_may_change(vals)
        if not BOOKED_FIELDS & vals.keys():
            return
        changed = self.filtered(lambda payment: differs(payment, vals, BOOKED_FIELDS))
        if not changed.move_id:
            return
        vouchers_sudo = self.env["fsm.gst.payment.voucher"].sudo()  # a fact, whoever sees vouchers
        found_sudo = vouchers_sudo.search([("entry_id", "in", changed.move_id.ids)])
        for voucher_sudo in found_sudo.filtered(lambda row: not row.is_cancelled):
            raise UserError(
                self.env._(
                    "Payment voucher %(voucher)s was issued for this payment: take it off %(bill)s "
                    "first.",
                    voucher=voucher_sudo.name,
                    bill=voucher_sudo.bill_id.name,
                )
            )
