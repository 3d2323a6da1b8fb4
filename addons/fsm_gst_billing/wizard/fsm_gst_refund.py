from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.account_journal import METHODS


class FsmGstRefund(models.TransientModel):
    """How what is left of an advance is paid back."""

    _name = "fsm.gst.refund"
    _description = "Pay an Advance Back"

    advance_id = fields.Many2one(
        comodel_name="fsm.gst.advance",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    currency_id = fields.Many2one(related="advance_id.currency_id", related_sudo=False)
    amount_left = fields.Monetary(related="advance_id.amount_left", related_sudo=False)
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, precompute=True, required=True
    )
    method = fields.Selection(
        string="Paid By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        default="cash",
        required=True,
    )
    reference = fields.Char(help="UTR of a UPI payment, or the number of the transfer.")

    # === COMPUTE METHODS === #

    @api.depends("advance_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.amount_left

    # === ACTION METHODS === #

    def action_pay_back(self):
        """Pay back, and print the refund voucher."""
        if self.amount <= 0:
            raise UserError(self.env._("Say how much is paid back."))
        answer = self.advance_id.refund(
            method=self.method, reference=self.reference or "", amount=self.amount
        )
        voucher = self.env["fsm.gst.advance"].browse(answer["id"])
        return voucher._print_action()
