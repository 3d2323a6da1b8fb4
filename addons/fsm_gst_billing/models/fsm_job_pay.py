from odoo import models


class FsmJob(models.Model):
    """What is paid next at the counter."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _to_pay(self):
        """Return, in sudo, the invoice that is paid next; empty if nothing is to be paid.

        That is the oldest one that is not paid, or the draft that is about to be issued.
        """
        draft_sudo = self._open_invoice().filtered(lambda move: move.state == "draft")
        return self._unpaid_invoice() or draft_sudo

    def _amount_to_pay(self):
        """Return what `_to_pay` still asks for, in rupees: of a draft, what advances leave."""
        invoice_sudo = self._to_pay()
        if invoice_sudo.state != "draft":
            return invoice_sudo.amount_residual
        advances_sudo = self.env["fsm.gst.advance"]._open([("job_id", "=", self.id)])
        lines_sudo = self.env["account.payment"]._open_without_voucher(self)
        lines_sudo = invoice_sudo._usable(lines_sudo)
        # Of a payment that has a voucher for a part, all of it is used.
        lines_sudo |= advances_sudo.payment_id._receivable_lines()
        paid = -sum(lines_sudo.mapped("amount_residual"))
        left = invoice_sudo.amount_total - paid
        return max(invoice_sudo.currency_id.round(left), 0.0)
