import base64
import json

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..einvoice import schema

# Customers whose documents are registered: Notification 13/2020-CT. Never consumers.
TREATMENTS = (
    "regular",
    "composition",
    "special_economic_zone",
    "overseas",
    "deemed_export",
)

# What is no tax invoice is not registered: a bill of supply has no tax.
KINDS = ("tax_invoice", "credit_note", "debit_note")


class AccountMove(models.Model):
    """A document as the Invoice Registration Portal takes it: CGST Rule 48(4), schema 1.1.

    Odoo's `l10n_in_edi` writes the JSON; here it gets the schema's spelling and what it lacks.
    """

    _inherit = "account.move"

    is_for_portal = fields.Boolean(
        string="For the e-Invoice Portal", compute="_compute_is_for_portal"
    )

    # === COMPUTE METHODS === #

    def _compute_is_for_portal(self):
        for move in self:
            move.is_for_portal = move.state == "posted" and move._may_be_registered()

    # === ACTION METHODS === #

    def action_download_einvoice(self):
        """Download one file with all documents chosen, as the portal takes them in bulk."""
        self._check_may_register()
        return self._download_json(f"einvoice_{self._file_stem()}.json", self._einvoice_file())

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_einvoice(self):
        """Return a document as the e-invoice portal takes it.

        :return: ``{filename, content}``, JSON of schema 1.1 in base64: a list of one
        :raise UserError: naming all that the portal would refuse
        """
        self._check_may_register()
        return [
            {
                "filename": f"einvoice_{move._file_stem()}.json",
                "content": base64.b64encode(move._einvoice_file()).decode(),
            }
            for move in self
        ]

    # === BUSINESS METHODS === #

    def _may_be_registered(self):
        """Tell whether the portal takes such a document."""
        return (
            self._is_gst_document()
            and self.is_sale_document()
            and bool(self._gst_registration())
            and self.l10n_in_gst_treatment in TREATMENTS
            and self._document_kind() in KINDS
        )

    def _einvoice_file(self):
        self._log_file("e-invoice JSON")
        return json.dumps([move._einvoice_checked() for move in self], indent=1).encode()

    def _einvoice_checked(self):
        """Return the payload of a document, if the portal would take it.

        :raise UserError: with a sentence for each value that it would refuse
        """
        if self.state != "posted" or not self._may_be_registered():
            raise UserError(
                self.env._(
                    "%s is not for the e-invoice portal: it takes issued tax invoices and notes to "
                    "registered customers, to SEZ and for export.",
                    self.name or self.env._("The draft"),
                )
            )
        payload = self._einvoice_payload()
        if found := schema.faults(payload):
            texts = [self._fault_text(fault) for fault in found]
            raise UserError("\n".join(dict.fromkeys(texts)))
        return payload

    def _einvoice_payload(self):
        """Return the document in schema 1.1.

        :rtype: dict
        """
        self.ensure_one()
        payload = self._l10n_in_edi_generate_invoice_json()
        payload["SellerDtls"] |= {
            "GSTIN": self._gst_registration(),
            "LglNm": self.company_id.root_id.name,
            "TrdNm": self.company_id.fsm_branch_ids.name or self.company_id.name,
        }
        if original := self.reversed_entry_id or self.debit_origin_id:
            payload["RefDtls"] = {
                "PrecDocDtls": [
                    {
                        "InvNo": original.name,
                        "InvDt": original.invoice_date.strftime("%d/%m/%Y"),
                    }
                ]
            }
        if transport := self._transport_details():
            payload["EwbDtls"] = transport
        return schema.fit(payload)
