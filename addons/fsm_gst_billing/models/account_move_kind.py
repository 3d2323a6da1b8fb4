from odoo import fields, models
from odoo.exceptions import UserError

from ..gst import dates, law
from .fsm_branch_turnover import NOT_E_INVOICED

# Rule 48: who gets which copy. Goods travel, so their second copy does, too.
COPIES_OF_GOODS, COPIES_OF_SERVICES = (
    ("recipient", "transporter", "supplier"),
    ("recipient", "both"),
)


class AccountMove(models.Model):
    """Which document of GST a sale is printed as, what the law has it declare, and its copies."""

    _inherit = "account.move"

    # === KIND === #

    def _document_kind(self):
        """Return which of `_document_titles` this is.

        CGST Act s.31(3)(c) and Rule 49: who may not tax, or taxes nothing, issues a bill of supply.
        Rule 46A: one paper for taxed and exempt supplies to somebody without a registration.
        """
        if self.fsm_financial:
            return "financial_note"
        if self.move_type == "out_refund":
            return "credit_note"
        if self.debit_origin_id:
            return "debit_note"
        if not self._gst_registration():
            return "invoice"
        if self._under_composition():
            return "bill_of_supply"
        labels = {
            "Bill of Supply": "bill_of_supply",
            "Invoice-cum-Bill of Supply": "invoice_cum_bill_of_supply",
        }
        return labels.get(self._get_l10n_in_invoice_label(), "tax_invoice")

    def _under_composition(self):
        return self.company_id.partner_id.l10n_in_gst_treatment == "composition"

    def _document_titles(self):
        return {
            "invoice": self.env._("Invoice"),
            "tax_invoice": self.env._("Tax Invoice"),
            "bill_of_supply": self.env._("Bill of Supply"),
            "invoice_cum_bill_of_supply": self.env._("Invoice-cum-Bill of Supply"),
            "credit_note": self.env._("Credit Note"),
            "debit_note": self.env._("Debit Note"),
            "financial_note": self.env._("Credit Note without GST"),
        }

    def _document_title(self):
        title = self._document_titles()[self._document_kind()]
        states = {"draft": self.env._("Draft"), "cancel": self.env._("Cancelled")}
        return " – ".join(filter(None, (states.get(self.state), title)))

    # === DECLARATIONS === #

    def _document_declaration(self, kinds):
        """Return the sentence that the law puts at the head of some documents, or nothing.

        They stay in English, as the rules have them.

        :param list kinds: the taxes that are charged, of `TAX_KINDS`
        """
        if self.fsm_financial:
            return (
                "The price alone is reduced: no tax is, and no input tax credit is to be reversed"
            )
        if self._under_composition():  # Rule 5(1)(f)
            return "Composition taxable person, not eligible to collect tax on supplies"
        supplies = {  # Rule 46, third proviso
            "overseas": "Supply meant for export",
            "special_economic_zone": "Supply to SEZ unit or SEZ developer for authorised operations",
        }
        if supply := supplies.get(self.l10n_in_gst_treatment):
            if "igst" in kinds and not self._under_undertaking():
                return f"{supply} on payment of integrated tax"
            return f"{supply} under bond or letter of undertaking without payment of integrated tax"
        return ""

    def _not_e_invoiced(self):
        """Return what Rule 46(s) has declared of a tax invoice that needs no IRN, or nothing."""
        turnover = round(self.company_id.gst_turnover * law.CRORE)
        day = self.invoice_date or dates.document_date(fields.Datetime.now())
        taxed = self._document_kind() in ("tax_invoice", "invoice_cum_bill_of_supply")
        if not taxed or not law.above_e_invoice_limit(turnover, day):
            return ""
        needed = law.needs_e_invoice(turnover, self.l10n_in_gst_treatment or "consumer", day)
        return "" if needed else NOT_E_INVOICED

    # === COPIES === #

    def _copy_labels(self):
        """Return what is printed on a copy: Rule 48(1), (2)."""
        return {
            "recipient": self.env._("Original for Recipient"),
            "transporter": self.env._("Duplicate for Transporter"),
            "supplier": self.env._("Triplicate for Supplier"),
            "both": self.env._("Duplicate for Supplier"),
        }

    def _document_copies(self):
        """Return the labels of all copies of this document, the original first.

        An e-invoice has none: Rule 48(6).

        :raise UserError: if it is no document of a sale in India
        """
        if self.country_code != "IN" or not self.is_sale_document():
            raise UserError(self.env._("Copies are printed of invoices and credit notes in India."))
        labels = self._copy_labels()
        if self._document_einvoice():
            return [labels["recipient"]]
        goods = any(line.product_id.type == "consu" for line in self.invoice_line_ids)
        return [labels[copy] for copy in (COPIES_OF_GOODS if goods else COPIES_OF_SERVICES)]

    # === E-INVOICE === #

    def _document_einvoice(self):
        """Return ``{irn, ack, date, qr}`` as the portal answered to `l10n_in_edi`, if it did.

        Rule 46(r): the signed QR code and the IRN stand on the document.
        """
        if "l10n_in_edi_attachment_id" not in self._fields:
            return {}
        answer = self._get_l10n_in_edi_response_json()
        if not answer.get("Irn"):
            return {}
        return {
            "irn": answer["Irn"],
            "ack": answer.get("AckNo") or "",
            "date": answer.get("AckDt") or "",
            "qr": self.env["ir.actions.report"]._fsm_qr(answer["SignedQRCode"]),
        }
