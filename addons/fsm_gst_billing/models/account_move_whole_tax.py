from collections import defaultdict

from odoo import models

from ..gst import law, tax


class AccountMove(models.Model):
    """Each tax of a document in whole rupees: CGST Act s.170 read for each invoice, an option.

    Odoo computes the taxes of a document in one place, for the screen as for the books; there they
    are rounded. What falls on each line is kept with what was printed, and is what the returns
    read. See docs/adr/0045.
    """

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _get_rounded_base_and_tax_lines(self, round_from_tax_lines=True):
        """Override of `account` to round each tax of a draft, where the branch does so."""
        base_lines, tax_lines = super()._get_rounded_base_and_tax_lines(round_from_tax_lines)
        if self._has_whole_taxes():
            if self.state == "draft":
                self._round_taxes(base_lines)
            elif round_from_tax_lines:
                self._drop_taxes_that_are_nothing(base_lines)
        return base_lines, tax_lines

    def _has_whole_taxes(self):
        """Tell whether each tax of this document is in whole rupees.

        That of a credit note is as that of its invoice was; in another currency none is.
        """
        if (
            not self.is_sale_document()
            or self.country_code != "IN"
            or self.currency_id != self.company_id.currency_id
        ):
            return False
        if self.move_type == "out_refund" and self.reversed_entry_id:
            invoice_sudo = self.reversed_entry_id.sudo()  # a fact, whoever reads the invoice
            return bool((invoice_sudo.gst_parties or {}).get("taxes"))
        return self.company_id.sudo().fsm_branch_ids.rounds_tax  # a setting, no secret

    def _round_taxes(self, base_lines):
        """Spread over the lines what rounding adds to each tax, or takes from it."""
        for head, parts in self._taxes_by_head(base_lines).items():
            total = sum(tax.paise(data["tax_amount"]) for _details, data in parts)
            added = (self._whole_tax(head, total) - total) / law.RUPEE
            shares = self.env["account.tax"]._distribute_delta_amount_smoothly(
                2, added, [{"factor": data["tax_amount"]} for _details, data in parts]
            )
            for (details, data), share in zip(parts, shares, strict=True):
                for name in ("tax_amount", "tax_amount_currency"):
                    data[name] = self.currency_id.round(data[name] + share)
                for name in ("total_included", "total_included_currency"):
                    details[name] = self.currency_id.round(details[name] + share)

    def _drop_taxes_that_are_nothing(self, base_lines):
        """Take off the lines what was rounded to nothing: the books have no line of it to follow."""
        booked = self.line_ids.tax_line_id
        for parts in self._taxes_by_head(base_lines).values():
            for details, data in parts:
                if data["tax"] not in booked:
                    details["total_included"] -= data["tax_amount"]
                    details["total_included_currency"] -= data["tax_amount_currency"]
                    data["tax_amount"] = data["tax_amount_currency"] = 0.0

    def _taxes_by_head(self, base_lines):
        """Return ``{"cgst": [(tax details of a line, data of a tax)]}`` of what the customer pays.

        Under reverse charge, or a letter of undertaking, he pays none.
        """
        found = defaultdict(list)
        for details in (base_line["tax_details"] for base_line in base_lines):
            for data in details["taxes_data"]:
                head = data["tax"].l10n_in_gst_tax_type
                if head and not data["tax"].has_negative_factor:
                    found[head].append((details, data))
        return found

    def _whole_tax(self, head, amount):
        """Return what a tax of `amount` is here, in paise.

        Credit notes of one invoice are rounded together, so that they never drift from it, and the
        last of them gives back what is left.
        """
        invoice_sudo = self.reversed_entry_id.sudo()  # what others have credited counts as well
        if self.move_type != "out_refund" or not invoice_sudo:
            return tax.to_rupee(amount)
        notes_sudo = invoice_sudo.reversal_move_ids.filtered(
            lambda note: note.state == "posted" and note != self._origin
        )
        credited = sum(note._tax_in_books(head) for note in notes_sudo)
        if self._rest_of_invoice().is_last:
            return invoice_sudo._tax_in_books(head) - credited
        unrounded = sum(note._tax_unrounded(head) for note in notes_sudo)
        return tax.to_rupee(unrounded + amount) - credited

    def _tax_in_books(self, head):
        """Return the paise of a tax that were booked with this document."""
        lines = self.line_ids.filtered(lambda line: line.tax_line_id.l10n_in_gst_tax_type == head)
        return tax.paise(abs(sum(lines.mapped("balance"))))

    def _tax_unrounded(self, head):
        """Return the paise that a tax of this document, which is posted, had to the paisa."""
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines(round_from_tax_lines=False)
        parts = self._taxes_by_head(base_lines)[head]
        return sum(tax.paise(data["tax_amount"]) for _details, data in parts)

    def _settle_whole_taxes(self):
        """Round the taxes of drafts as they are about to be posted, whatever they were booked with.

        The option may have been set since, a tax typed by hand, another note posted.
        """
        for move in self.filtered(lambda move: move.state == "draft" and move._has_whole_taxes()):
            container = {"records": move, "self": move}
            with move._check_balanced(container), move._sync_dynamic_lines(container):
                move._book_whole_taxes()

    def _book_whole_taxes(self):
        taxes = self.env["account.tax"]
        base_lines, tax_lines = self._get_rounded_base_and_tax_lines()
        taxes._add_accounting_data_in_base_lines_tax_details(base_lines, self.company_id)
        results = taxes._prepare_tax_lines(base_lines, self.company_id, tax_lines=tax_lines)
        for tax_line, _key, values in results["tax_lines_to_update"]:
            line = tax_line["record"]
            changed = {name: values[name] for name in ("amount_currency", "balance")}
            if any(not self.currency_id.is_zero(line[name] - changed[name]) for name in changed):
                line.write(changed)

    # === WHAT IS KEPT === #

    def _parties_now(self):
        """Override to keep what of each tax falls on each line: rounding is not computed again."""
        kept = super()._parties_now()
        if self._has_whole_taxes():
            kept["taxes"] = self._taxes_of_lines()
        return kept

    def _taxes_of_lines(self):
        """Return ``{id of the line: {head: paise}}``, as text and as JSON has it."""
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        found = {}
        for base_line in base_lines:
            sums = defaultdict(int)
            for head, parts in self._taxes_by_head([base_line]).items():
                sums[head] += sum(tax.paise(data["tax_amount"]) for _details, data in parts)
            if sums:
                found[str(base_line["record"].id)] = dict(sums)
        return found
