from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..gst.words import indian_format

# Half a paisa of the value and of each of two taxes, on each line that takes back a part: rupees.
ROUNDING = 0.02


class AccountMove(models.Model):
    """No more is credited than was invoiced, whoever writes the note: CGST Act, s.34(1).

    The verb, accounting's own dialog, RPC and an import all end in posting.
    """

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _credit_notes(self):
        """Return those of these documents that credit an invoice in India."""
        return self.filtered(
            lambda move: (
                move.country_code == "IN"
                and move.move_type == "out_refund"
                and move.reversed_entry_id
            )
        )

    def _lock_credited(self):
        """Let notes on the same invoice wait for each other, before they are posted.

        Its row is written as it is: who has waited for a lock alone would still see what was
        credited before he came; who has waited for a write is repeated by Odoo.
        """
        notes = self._credit_notes()
        if invoices := notes.reversed_entry_id:
            self.env.cr.execute(
                "UPDATE account_move SET write_date = write_date WHERE id = ANY(%s)",
                [sorted(invoices.ids)],
            )

    def _tie_credited(self):
        """Tie lines that were written by hand to what they can only mean: one line of the product."""
        for note in self._credit_notes():
            own = note.reversed_entry_id._credit_lines()
            for line in note._credit_lines():
                if line.credited_line_id or not line.product_id:
                    continue
                twins = own.filtered(line._is_same_supply)
                line.credited_line_id = twins if len(twins) == 1 else False

    def _check_credited(self):
        """Refuse a note, just posted, on what its invoice does not have, or no longer has.

        :raise UserError: naming the line and what is left of it
        """
        notes = self.sudo()._credit_notes()  # what others have credited counts as well
        if not notes:
            return
        every = notes.search(
            [
                ("reversed_entry_id", "in", notes.reversed_entry_id.ids),
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
            ]
        )
        credits_of = every._credit_lines().grouped("credited_line_id")
        for note in notes:
            note._check_invoice_of_note()
            for line in note._lines_of_invoice():
                line._check_takes_back(credits_of[line.credited_line_id])
        for invoice, of_it in every.grouped("reversed_entry_id").items():
            invoice._check_value_left(of_it)

    def _check_invoice_of_note(self):
        invoice = self.reversed_entry_id
        same_customer = (
            self.partner_id == invoice.partner_id
            or self.commercial_partner_id == invoice.commercial_partner_id
        )
        if (
            invoice.move_type != "out_invoice"
            or invoice.state != "posted"
            or invoice.company_id != self.company_id
            or invoice.currency_id != self.currency_id
            or not same_customer
        ):
            raise UserError(
                self.env._(
                    "%(invoice)s cannot be credited here: a credit note is for the customer of an "
                    "invoice of this branch that is not cancelled. Pick its original invoice.",
                    invoice=invoice.name or self.env._("The draft"),
                )
            )

    def _lines_of_invoice(self):
        """Return the lines that take something of the invoice back.

        :raise UserError: naming a line that the invoice does not have
        """
        invoice, lines = self.reversed_entry_id, self._credit_lines()
        if self.fsm_financial:  # its thirds of a rupee take no line back
            lines = lines.filtered(lambda line: line.product_id or line.credited_line_id)
        for line in lines:
            origin = line.credited_line_id
            if origin.move_id != invoice or not line._is_same_supply(origin):
                raise UserError(
                    self.env._(
                        "“%(line)s” is no line of %(invoice)s: begin the credit note with “Credit "
                        "Note” on the invoice, and credit what stands there.",
                        line=line.product_id.display_name or line.name or "",
                        invoice=invoice.name,
                    )
                )
        return lines

    def _check_value_left(self, notes):
        """Refuse to have credited more than the whole invoice, lines of old notes included."""
        lines = notes._credit_lines()
        credited = sum(lines.mapped("price_total"))
        total = sum(self._credit_lines().mapped("price_total"))
        if credited > total + ROUNDING * len(lines):
            raise UserError(
                self.env._(
                    "%(invoice)s would be credited with more than the customer owed for it: see "
                    "its other credit notes.",
                    invoice=self.name,
                )
            )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_same_supply(self, origin):
        return (self.product_id, self.product_uom_id) == (origin.product_id, origin.product_uom_id)

    def _check_takes_back(self, lines):
        """Refuse more of a line of an invoice than is left of it.

        :param lines: all that take something of it back, this one included
        :raise UserError: with what is left
        """
        origin = self.credited_line_id
        sign = -1 if origin.quantity < 0 else 1
        left = sign * (origin.quantity - sum((lines - self).mapped("quantity")))
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        back = sign * self.quantity
        if back < 0 or float_compare(back, left, precision_digits=digits) > 0:
            raise UserError(
                self.env._(
                    "Only %(left)g of “%(name)s” on %(invoice)s can still be credited.",
                    left=max(left, 0.0),
                    name=origin.name,
                    invoice=origin.move_id.name,
                )
            )
        self._check_value_back(lines, origin)

    def _check_value_back(self, lines, origin):
        credited = sum(lines.mapped("price_total"))
        turned = self.price_total * origin.price_total < 0
        if turned or abs(credited) > abs(origin.price_total) + ROUNDING * len(lines):
            raise UserError(
                self.env._(
                    "“%(name)s” was ₹%(total)s on %(invoice)s, tax included: no more of it is "
                    "credited.",
                    name=origin.name,
                    total=indian_format(abs(origin.price_total)),
                    invoice=origin.move_id.name,
                )
            )
