from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What one branch supplies to another of the same organisation: both keep their books of it."""

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _check_is_of_a_branch(self):
        """Refuse a sale by an organisation whose branches sell: it would be in no GST return.

        A credit note on what the organisation invoiced before it had branches is its own.
        """
        for company, moves in self.grouped("company_id").items():
            sales = moves.filtered(
                lambda move: (
                    move.is_sale_document(include_receipts=True) and not move.reversed_entry_id
                )
            )
            if not sales or company._is_fsm_branch():
                continue
            branches_sudo = self.env["fsm.branch"].sudo()  # that there is one, no more
            if branches_sudo.search_count([("organization_id", "=", company.root_id.id)], limit=1):
                raise UserError(
                    self.env._(
                        "%(company)s sells through its branches: each has its series and its GST "
                        "return. Choose the branch above on the right, and make the document there.",
                        company=company.name,
                    )
                )

    def _supplied_branch(self):
        """Return the branch of the same organisation that is the customer, as superuser."""
        companies_sudo = self.commercial_partner_id.sudo().ref_company_ids  # whose card it is
        return companies_sudo.filtered(
            lambda company: company.root_id == self.company_id.root_id
        ).fsm_branch_ids

    def _check_bill_of_branch(self):
        """Refuse to cancel what another branch has booked with its credit: CGST Act s.16(2)(a)."""
        for move in self.filtered(lambda move: move._supplied_branch()):
            branch_sudo = move._supplied_branch()  # the caller's branch has supplied it
            bill_sudo = self.env["account.move"].sudo()  # as above
            bill_sudo = bill_sudo.search(
                [
                    ("company_id", "=", branch_sudo.company_id.id),
                    ("move_type", "in", ("in_invoice", "in_refund")),
                    ("partner_id", "=", move.company_id.partner_id.id),
                    ("ref", "=", move.name),
                    ("state", "=", "posted"),
                ],
                limit=1,
            )
            if bill_sudo:
                raise UserError(
                    self.env._(
                        "%(document)s was supplied to %(branch)s, which has it in its books with the "
                        "credit of its tax: issue a credit note for what comes back.",
                        document=move.name,
                        branch=branch_sudo.name,
                    )
                )

    def _cancel_issued(self, reason):
        """Override to look at the other side of a supply between branches."""
        self._check_bill_of_branch()
        return super()._cancel_issued(reason)
