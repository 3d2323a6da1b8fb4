from odoo import models


class FsmJob(models.Model):
    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _payable_online(self):
        """Return, in sudo, the invoice that the customer can pay online now; mostly empty."""
        invoice_sudo = self._unpaid_invoice()
        if not invoice_sudo or not invoice_sudo._has_to_be_paid():
            return invoice_sudo.browse()
        providers_sudo = self.env["payment.provider"].sudo()  # whether there is one, no more
        ways = providers_sudo._get_compatible_providers(
            invoice_sudo.company_id.id,
            invoice_sudo.partner_id.id,
            invoice_sudo.amount_residual,
            currency_id=invoice_sudo.currency_id.id,
        )
        return invoice_sudo if "razorpay" in ways.mapped("code") else invoice_sudo.browse()
