from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gst.words import indian_format


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    payment_date = fields.Date(default=lambda self: self.env.company._today_here())
    fsm_method = fields.Selection(related="journal_id.fsm_method")
    fsm_reference = fields.Char(
        string="UPI Reference (UTR)", help="The 12 digits that the customer's app shows."
    )

    @api.model
    def _get_batch_journal(self, batch_result):
        """Override of `account`: what a customer pays a branch goes, unless told, to its bank."""
        journal = super()._get_batch_journal(batch_result)
        if journal.fsm_method or batch_result["payment_values"]["partner_type"] != "customer":
            return journal
        company = batch_result["lines"].company_id
        own = [("company_id", "in", company.ids), ("fsm_method", "=", "bank")]
        return journal.search(own, limit=1) or journal

    def _create_payments(self):
        """Override of `account` to take no more than is due on the invoices of a branch."""
        self.ensure_one()
        # That it is a branch is a fact, whoever may read branches.
        invoices = self.line_ids.move_id.filtered(
            lambda move: (
                move.is_sale_document() and move.company_id.sudo().fsm_branch_ids
            )  # whether
        )
        if invoices:
            company = self.company_id
            amount = self.currency_id._convert(
                self.amount, company.currency_id, company, self.payment_date
            )
            due = abs(sum(self.line_ids.mapped("amount_residual")))
            if company.currency_id.compare_amounts(amount, due) > 0:
                raise UserError(
                    self.env._(
                        "₹%(amount)s is more than the ₹%(due)s that are still due on %(invoices)s.",
                        amount=indian_format(amount),
                        due=indian_format(due),
                        invoices=", ".join(move.name or "" for move in invoices),
                    )
                )
        return super()._create_payments()

    def _create_payment_vals_from_wizard(self, batch_result):
        """Override of `account` to keep the reference of a UPI payment."""
        values = super()._create_payment_vals_from_wizard(batch_result)
        if self.fsm_method == "upi" and self.fsm_reference:
            payments = self.env["account.payment"]
            reference = payments._upi_reference(self.fsm_reference)
            payments._check_new_reference(self.company_id, reference)
            values["payment_reference"] = reference
        return values
