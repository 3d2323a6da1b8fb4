from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..gst import dates
from .account_payment import QUIET
from .fsm_gst_once import GATE


class FsmBranch(models.Model):
    """What a branch supplies to one with another GSTIN.

    They are distinct persons: a supply without consideration, CGST Act s.25(4), Schedule I para 2.
    The declared value counts where the recipient has full credit: Rule 28, second proviso.
    """

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _supply_to(self, branch, lines, origin):
        """Override of `fsm_jobs` to issue a tax invoice, and to book the bill of the other branch."""
        super()._supply_to(branch, lines, origin)
        if not lines or self.company_id.vat == branch.company_id.vat:
            return ""
        self._check_supply_has_value(lines)
        invoice = self._supply_invoice(branch, lines, origin)
        branch._supply_bill(invoice)
        return invoice.name

    def _credit_supply(self, number, missing, reason):
        """Override of `fsm_jobs` to draft the credit note here, and the refund of the bill there.

        CGST Act s.34(1): the goods are found deficient, and the recipient takes his credit back. Their
        accountants look and confirm. After the last day of s.34(2) tax is not reduced any more.
        """
        super()._credit_supply(number, missing, reason)
        moves = self.env["account.move"]
        organization = self.organization_id.id
        supply = [("state", "=", "posted"), ("company_id", "child_of", organization)]
        invoice = moves.search(
            [
                *supply,
                ("name", "=", number),
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
            ],
            limit=1,
        )
        today = dates.document_date(fields.Datetime.now())
        if not invoice or today > dates.credit_note_deadline(invoice.invoice_date):
            return
        bill = moves.search(
            [
                *supply,
                ("ref", "=", number),
                ("partner_id", "=", self.company_id.partner_id.id),
                ("move_type", "=", "in_invoice"),
            ],
            limit=1,
        )
        for move in invoice | bill:
            move._draft_credit_of(missing, reason, today)

    def _check_supply_has_value(self, lines):
        """Refuse parts that are worth nothing: a supply between distinct persons has a value, Rule 28."""
        worthless = [line["product_id"] for line in lines if not line["price_unit"]]
        if worthless:
            parts = self.env["product.product"].browse(worthless)
            raise UserError(
                self.env._(
                    "%(parts)s: give the part a cost or a price first. Between two GSTINs parts are "
                    "supplied at a value (CGST Rule 28).",
                    parts=", ".join(parts.mapped("display_name")),
                )
            )

    def _supply_invoice(self, branch, lines, origin):
        """Return the posted tax invoice to another branch."""
        # The transfer moves its parts itself.
        context = {**QUIET, "fsm_transfer_gate": GATE}
        moves = self.env["account.move"].with_company(self.company_id).with_context(**context)
        invoice = moves.create(
            {
                "move_type": "out_invoice",
                "company_id": self.company_id.id,
                "journal_id": self.sale_journal_id.id,
                "currency_id": self.company_id.currency_id.id,
                **self._supply_partner(branch),
                # Goods are supplied where their way ends: IGST Act s.10(1)(a).
                "l10n_in_state_id": branch.company_id.state_id.id,
                "invoice_cash_rounding_id": False,  # nobody pays it: the bill has the same total
                "invoice_origin": origin,
                "ref": origin,
                "invoice_line_ids": [
                    Command.create({**line, "price_includes_gst": False}) for line in lines
                ],
            }
        )
        invoice.action_post()
        return invoice.with_env(self.env)

    def _supply_bill(self, invoice):
        """Return the posted bill for the invoice of another branch: the credit is this branch's.

        Under composition, and without a GSTIN, there is none: as on any bill the tax is cost.
        """
        moves = self.env["account.move"].with_company(self.company_id).with_context(**QUIET)
        bill = moves.create(
            {
                "move_type": "in_invoice",
                "company_id": self.company_id.id,
                "currency_id": self.company_id.currency_id.id,
                **self._supply_partner(invoice.company_id.fsm_branch_ids),
                "l10n_in_state_id": self.company_id.state_id.id,
                "invoice_date": invoice.invoice_date,
                "date": dates.document_date(invoice.create_date),
                "ref": invoice.name,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "name": line.name,
                            "quantity": line.quantity,
                            "price_unit": line.price_unit,
                            "l10n_in_hsn_code": line.l10n_in_hsn_code,
                            "tax_ids": [Command.set(self._input_taxes(line.tax_ids).ids)],
                        }
                    )
                    for line in invoice.invoice_line_ids
                ],
            }
        )
        if bill.currency_id.compare_amounts(bill.amount_total, invoice.amount_total):
            raise UserError(
                self.env._(
                    "The bill of %(branch)s for %(invoice)s would differ from it: correct the "
                    "taxes of purchases.",
                    branch=self.name,
                    invoice=invoice.name,
                )
            )
        bill.action_post()
        return bill

    def _supply_partner(self, branch):
        """Return what a document says of the other branch, with its GSTIN or without."""
        partner = branch.company_id.partner_id
        treatment = "regular" if branch.company_id._charges_gst() else "composition"
        return {
            "partner_id": partner.id,
            "partner_shipping_id": partner.id,
            "l10n_in_gst_treatment": treatment if branch.company_id.vat else "unregistered",
        }

    def _input_taxes(self, taxes):
        """Return the taxes of purchases that stand for these taxes of a sale."""
        found = self.env["account.tax"]
        for tax in taxes:
            found |= found.search(
                [
                    ("company_id", "parent_of", self.company_id.id),
                    ("type_tax_use", "=", "purchase"),
                    ("amount_type", "=", tax.amount_type),
                    ("amount", "=", tax.amount),
                    ("tax_group_id", "=", tax.tax_group_id.id),
                    ("l10n_in_reverse_charge", "=", False),
                ],
                limit=1,
            )
        return found


class AccountMove(models.Model):
    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _draft_credit_of(self, missing, reason, day):
        """Return the draft that takes goods on this invoice or bill back; empty if none are left.

        :param dict missing: ``{product: quantity}`` in their units
        """
        quantities, rest = {}, dict(missing)
        for line, left in self._quantities_left().items():
            uom, product = line.product_uom_id, line.product_id
            wanted = product.uom_id._compute_quantity(rest.get(product, 0.0), uom)
            taken = min(left, wanted)
            if uom.compare(taken, 0.0) > 0:
                quantities[line] = taken
                rest[product] -= uom._compute_quantity(taken, product.uom_id)
        if not quantities:
            return self.browse()
        values = {"invoice_date": day, "date": day, "ref": reason}
        note = self.with_company(self.company_id).with_context(**QUIET)._reverse_moves([values])
        if note.returned_parts:
            note.returned_parts = "kept"  # the transfer has moved them
        note._keep_lines(quantities, {})
        return note.with_env(self.env)
