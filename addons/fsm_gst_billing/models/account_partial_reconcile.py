from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .account_move_issued import differs, may_manage
from .fsm_gst_once import GATE

# What is matched with what, and how much of it.
MATCHED_FIELDS = {
    "debit_move_id",
    "credit_move_id",
    "amount",
    "debit_amount_currency",
    "credit_amount_currency",
}


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: whatever uses an advance settles the tax on it as well.

        Accounting's list of open credits, its dialogs, a bank statement and RPC all end here.
        """
        partials = super().create(vals_list)
        partials._check_matches()
        if not partials._passes_gate():
            partials._settle_advances()
        partials._issue_payment_vouchers()
        return partials

    def write(self, vals):
        """Override of `account`: another amount is another match, which settles advances as well."""
        if MATCHED_FIELDS & vals.keys():
            changed = self.filtered(lambda partial: differs(partial, vals, MATCHED_FIELDS))
            changed._check_stays()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_issued(self):
        """Refuse to take what a customer paid off his invoice, unless a manager does it."""
        if self._passes_gate():
            return
        self._check_keeps_advances()
        if may_manage(self.env):
            return
        moves = (self.debit_move_id | self.credit_move_id).move_id
        for move in moves.filtered(lambda move: move._is_gst_document() and move._has_gst_number()):
            raise AccessError(self.env._("Only a manager takes a payment off %s.", move.name))

    # === BUSINESS METHODS - CHECKS === #

    def _check_stays(self):
        for move in self._issued_sales():
            raise UserError(
                self.env._(
                    "What was paid on %s is taken off and matched anew, not changed.", move.name
                )
            )

    def _issued_sales(self):
        """Return the invoices and credit notes that were issued, of those that are matched here."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        return moves.filtered(lambda move: move.is_sale_document() and move._has_gst_number())

    def _check_matches(self):
        """Refuse to settle an invoice with what is nothing its customer paid, or more than that.

        Accounting's own matching looks before; who makes the row itself comes here alone.

        :raise UserError: naming the document
        """
        for partial in self:
            issued = partial._issued_sales()
            if issued and not partial._is_a_match():
                raise UserError(
                    self.env._(
                        "%s is settled by a payment, a credit note or an entry of its customer, up to "
                        "its amount: use “Register Payment”.",
                        issued[0].name,
                    )
                )

    def _is_a_match(self):
        """Tell whether what one side owes is what the other has paid, on one account."""
        debit, credit = self.debit_move_id, self.credit_move_id
        return (
            debit.account_id == credit.account_id
            and debit.account_id.reconcile
            and debit.balance > 0 > credit.balance
            and {debit.parent_state, credit.parent_state} == {"posted"}
            and self.amount >= 0
            and debit._is_not_overpaid()
            and credit._is_not_overpaid()
        )

    # === BUSINESS METHODS === #

    def _passes_gate(self):
        return self.env.context.get("fsm_billing_gate") is GATE

    def _paid_lines(self):
        """Return the lines of customers' payments that are used here."""
        lines = self.credit_move_id.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return lines.filtered("move_id.origin_payment_id")

    def _settle_advances(self):
        """Move the tax on the advances that were used here to their invoices.

        A payment that no voucher covers in full gives the rest first: as long as the money of an
        advance is there, its tax is owed on the advance.
        """
        payments = self._paid_lines().move_id.origin_payment_id
        if not payments:
            return
        open_sudo = self.env["fsm.gst.advance"]._open([("payment_id", "in", payments.ids)])
        for payment_sudo, advances_sudo in open_sudo.grouped("payment_id").items():
            used = self.filtered(
                lambda row, payment=payment_sudo: (
                    row.credit_move_id.move_id.origin_payment_id == payment
                )
            )
            open_amount = payment_sudo._open_amount() + sum(used.mapped("amount"))
            for partial in used.sorted("id"):
                open_amount -= partial.amount
                advances_sudo._use_beyond(open_amount, partial.debit_move_id.move_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_cancels_payment_vouchers(self):
        """Cancel the vouchers of payments that are taken off their bills: Rule 52."""
        for entry, bill in self._paid_bills():
            live_sudo = bill._live_vouchers()
            of_entry_sudo = live_sudo.filtered(lambda row, entry=entry: row.entry_id == entry)
            of_entry_sudo.with_env(self.env)._undo()

    def _issue_payment_vouchers(self):
        """Issue the voucher that is due when a bill under reverse charge is paid: s.31(3)(g)."""
        for (entry, bill), partials in self._paid_bills().items():
            if bill._owes_reverse_charge() and entry._pays_out():
                if entry not in bill._live_vouchers().entry_id:
                    amount = sum(partials.mapped("amount"))
                    self.env["fsm.gst.payment.voucher"]._issue(bill, entry, amount)

    def _paid_bills(self):
        """Return ``{(entry, bill): partials}`` of those that have to do with a bill."""
        bills = self.filtered(lambda row: row.credit_move_id.move_id.move_type == "in_invoice")
        return bills.grouped(lambda row: (row.debit_move_id.move_id, row.credit_move_id.move_id))

    def _check_keeps_advances(self):
        """Refuse to take an advance off what it was used for: its tax went along, with a voucher.

        :raise UserError: naming the advance, the document and what to do
        """
        payments = self._paid_lines().move_id.origin_payment_id
        if not payments:
            return
        rows_sudo = (
            self.env["fsm.gst.advance"]
            .sudo()
            .search(  # a fact, whoever sees advances
                [
                    ("receipt_id.payment_id", "in", payments.ids),
                    "|",
                    ("invoice_id", "in", self.debit_move_id.move_id.ids),
                    ("payment_id.move_id", "in", self.debit_move_id.move_id.ids),
                ],
                limit=1,
            )
        )
        if rows_sudo:
            raise UserError(
                self.env._(
                    "Advance %(advance)s was used for %(document)s, and so was its tax: it stays "
                    "there. Issue a credit note if the customer gets the money back.",
                    advance=rows_sudo.receipt_id.number,
                    document=rows_sudo.invoice_id.name or rows_sudo.number,
                )
            )
