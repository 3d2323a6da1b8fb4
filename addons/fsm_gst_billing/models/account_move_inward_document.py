from odoo import models

from ..gst import tax
from ..gst.words import amount_in_words, indian_format
from .account_move_document import TAX_KINDS


class AccountMove(models.Model):
    """What a self-invoice says, as text: Rule 46, with the branch as recipient and issuer.

    The supplier is paid the value alone; the taxes stand below what he gets. All is in rupees,
    whatever he billed in.
    """

    _inherit = "account.move"

    def _get_name_invoice_report(self):
        """Override to print a bill that has a self-invoice as that."""
        if self._is_self_invoiced():
            return "fsm_gst_billing.report_tax_document"
        return super()._get_name_invoice_report()

    def _tax_document(self):
        document = super()._tax_document()
        if self.move_type != "in_invoice":
            return document
        total = abs(self.amount_total_signed)
        return document | {
            "signatory": document["recipient"]["name"],
            "recipient_label": self.env._("Recipient"),
            "total": total,
            "words": amount_in_words(total),
            "apart": [],  # `_document_payments` says what we owe
        }

    def _parties_now(self):
        """Override: what is bought comes from the supplier, and goes to the branch."""
        if self.move_type != "in_invoice":
            return super()._parties_now()
        branch, vendor = super()._document_supplier(), super()._document_recipient()
        state = self.partner_id.state_id or self.partner_id.commercial_partner_id.state_id
        return {
            "supplier": {
                **vendor,
                "branch": vendor["attention"],
                "contact": vendor["phone"],
                "gstin": self._gstin_of_supplier(),
                "state": self._state_text(state),
            },
            "recipient": {**branch, "attention": branch["branch"], "phone": ""},
            "delivery": [],
            "not_e_invoiced": "",
            "place": "",
        }

    def _gstin_of_supplier(self):
        """Return the GSTIN of who is registered; the tax number of another country is none."""
        registered = self.l10n_in_gst_treatment not in ("unregistered", "consumer", "overseas")
        return (registered and self.commercial_partner_id.vat) or ""

    def _document_title(self):
        if self.move_type != "in_invoice":
            return super()._document_title()
        title = self.env._("Self-Invoice")
        cancelled = self.env._("Cancelled") if self.state == "cancel" else ""
        return " – ".join(filter(None, (cancelled, title)))

    def _document_declaration(self, kinds):
        if self.move_type != "in_invoice":
            return super()._document_declaration(kinds)
        return (
            "Invoice under CGST Act s.31(3)(f): the supplier is not registered, "
            "the recipient pays the tax under reverse charge"
        )

    def _document_facts(self):
        if self.move_type != "in_invoice":
            return super()._document_facts()
        number_sudo = self.sudo().gst_number_ids  # who may read the bill
        facts = [
            (self.env._("Self-Invoice No."), number_sudo.number),
            (self.env._("Date"), self._date_text(number_sudo.day)),
            (self.env._("Supplier’s Bill"), self.ref),
            (self.env._("Bill Date"), self._date_text(self.invoice_date)),
            (self.env._("Our Bill No."), self.name),
            (self.env._("Place of Supply"), self._state_text(self.l10n_in_state_id)),
            (self.env._("Reverse Charge"), self.env._("Yes")),
        ]
        return [(label, text) for label, text in facts if text]

    def _document_row(self, line, base_line):
        """Override to say in rupees what we owe on a line; its total is what the supplier gets."""
        row = super()._document_row(line, base_line)
        if self.move_type != "in_invoice":
            return row
        taxable, taxes = self._inward_figures(base_line)
        share = line.quantity * (1 - line.discount / 100)
        price = taxable / share if share else 0.0
        row |= {"taxable": taxable, "taxes": taxes, "price": indian_format(price)}
        row["apart"] = {}
        return row | {"total": taxable}

    def _inward_figures(self, base_line):
        """Return the value of a line and ``{"cgst": (rate, amount)}``, in rupees."""
        details, taxes = base_line["tax_details"], {}
        for data in details["taxes_data"]:
            kind = data["tax"].l10n_in_gst_tax_type
            if kind and not data["is_reverse_charge"]:
                rate, amount = taxes.get(kind, (0.0, 0.0))
                taxes[kind] = (rate + data["tax"].amount, amount + data["tax_amount"])
        return details["total_excluded"] + details["delta_total_excluded"], taxes

    def _document_totals(self, rows, kinds):
        if self.move_type != "in_invoice":
            return super()._document_totals(rows, kinds)
        return [(self.env._("Taxable Value"), sum(row.get("taxable", 0.0) for row in rows))]

    def _document_payments(self):
        """Override to say below the total what the branch owes in its return."""
        if self.move_type != "in_invoice":
            return super()._document_payments()
        rows = self._document_rows()
        owed = {
            kind: sum(row["taxes"].get(kind, (0, 0.0))[1] for row in rows) for kind in TAX_KINDS
        }
        taxes = [(self._tax_label(kind), amount) for kind, amount in owed.items() if amount]
        label = self.env._("Tax Payable by Recipient")
        return [*taxes, (label, sum(amount for _label, amount in taxes))]

    def _document_upi(self):
        return {} if self.move_type == "in_invoice" else super()._document_upi()

    # === PAYMENT VOUCHER === #

    def _voucher_rows(self, before, amount):
        """Return what a payment of this bill is for, with the part of the tax that falls on it.

        All payments of the bill together have its tax to the paisa.

        :param int before: paise of the payments that have a voucher
        :param int amount: paise of this one
        :return: ``[{name, hsn, taxable, taxes: {kind: [rate, amount]}}]``, amounts in paise
        """
        total = tax.paise(abs(self.amount_total_signed)) or amount

        def part(rupees):
            whole = tax.paise(rupees)
            return tax.share(whole, before + amount, total) - tax.share(whole, before, total)

        return [
            {
                "name": row["name"],
                "hsn": row["hsn"],
                "taxable": part(row["taxable"]),
                "taxes": {kind: [rate, part(tax_)] for kind, (rate, tax_) in row["taxes"].items()},
            }
            for row in self._document_rows()
            if "number" in row
        ]
