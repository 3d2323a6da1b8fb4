from odoo import api, models
from odoo.exceptions import UserError

from ..gst import upi


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        """Override of `account`: UPI money of a customer is booked by its reference, through every door."""
        for payment in self:
            if payment._is_upi_of_customer():
                payment.payment_reference = payment._upi_reference(payment.payment_reference)
        return super().action_post()

    def _is_upi_of_customer(self):
        return (
            self.fsm_method == "upi"
            and (self.payment_type, self.partner_type) == ("inbound", "customer")
            and bool(self.company_id.sudo().fsm_branch_ids)  # a fact, whoever may read branches
        )

    @api.model
    def _upi_reference(self, text, where=""):
        """Return the reference of a UPI payment as it is kept.

        :param str where: what to call it, for the caller of a verb
        :raise UserError: if `text` cannot be one
        """
        reference = "".join((text or "").split()).upper()
        where = where or self.env._("UPI Reference (UTR)")
        if not reference:
            raise UserError(self.env._("A UPI payment needs its reference (UTR): “%s”.", where))
        if not upi.is_reference(reference):
            raise UserError(
                self.env._(
                    "“%(reference)s” is not the reference of a UPI payment: the app shows 12 digits, as "
                    "“UPI Ref. No.” or “UTR” (“%(where)s”).",
                    reference=reference,
                    where=where,
                )
            )
        return reference
