import base64
import json

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_gst_billing.gst import dates, tax
from odoo.addons.fsm_gst_billing.gst import eway as law
from odoo.addons.fsm_gst_billing.gst.documents import UNTAXED
from odoo.addons.fsm_jobs.verbs import verb

from ..einvoice import eway


class AccountMove(models.Model):
    """How goods travel: what an e-way bill says beside the invoice. CGST Rule 138, Part B."""

    _name = "account.move"
    _inherit = ["account.move", "fsm.gst.transport.mixin"]

    needs_eway_bill = fields.Boolean(string="Needs an e-Way Bill", compute="_compute_needs_eway")

    # === COMPUTE METHODS === #

    def _compute_needs_eway(self):
        for move in self:
            move.needs_eway_bill = move.state == "posted" and move._needs_eway()

    def _needs_eway(self):
        """Tell whether the goods of one document travel with an e-way bill.

        What is exempt does not count: Rule 138(1), Explanation 2.
        """
        home = self.company_id.state_id.l10n_in_tin or ""
        taxed = self._goods().filtered(
            lambda line: not set(UNTAXED) & set(line.tax_ids.mapped("l10n_in_tax_type"))
        )
        return self._is_gst_document() and law.needed(
            tax.paise(sum(taxed.mapped("price_total"))),
            home,
            self._destination().l10n_in_tin or home,
            self.invoice_date or dates.document_date(fields.Datetime.now()),
        )

    # === BUSINESS METHODS - FINDINGS === #

    def _gst_check(self, *, issuing=False):
        """Override of `fsm_gst_billing` to say before goods leave that they need a bill."""
        return super()._gst_check(issuing=issuing) + self._check_eway()

    def _check_eway(self):
        """Return a warning while the e-way bill of an invoice is missing."""
        sold = self.move_type == "out_invoice" and self.state != "cancel"
        if not sold or self.eway_number or not self._needs_eway():
            return []
        text = self.env._(
            "%s: its goods need an e-way bill before they leave. Make it at the portal and write "
            "its number on the invoice.",
            self.name or self.env._("The draft"),
        )
        return [{"severity": "warning", "rule": "CGST Rule 138", "text": text}]

    # === ACTION METHODS === #

    def action_download_eway(self):
        self._check_may_register()
        return self._download_json(f"eway_{self._file_stem()}.json", self._eway_file())

    # === BUSINESS METHODS === #

    @verb
    def fsm_eway(self):
        """Return the e-way bill of a document's goods, as the portal's bulk upload takes it.

        :return: ``{filename, content}``, JSON in base64
        """
        self._check_may_register()
        return [
            {
                "filename": f"eway_{move._file_stem()}.json",
                "content": base64.b64encode(move._eway_file()).decode(),
            }
            for move in self
        ]

    def _eway_file(self):
        self._log_file("e-way bill JSON")
        return json.dumps(eway.bills([move._eway_payload() for move in self]), indent=1).encode()

    def _eway_payload(self):
        if self.state != "posted" or not self._is_gst_document() or not self._goods():
            raise UserError(
                self.env._(
                    "%s has no goods that travel: an e-way bill is for issued documents with goods.",
                    self.name or self.env._("The draft"),
                )
            )
        payload = self._einvoice_payload()
        if self._document_kind() == "bill_of_supply":
            payload["DocDtls"]["Typ"] = "BIL"
        faults = [
            eway.missing(section, field)
            for section in ("SellerDtls", "BuyerDtls")
            for field in ("Gstin", "LglNm", "Addr1", "Loc", "Pin", "Stcd")
            if not payload[section].get(field)
        ]
        faults += eway.faults(payload)
        if faults:
            raise UserError("\n".join(self._fault_text(fault) for fault in faults))
        return payload

    def _goods(self):
        return self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and not self._l10n_in_is_service_hsn(line.l10n_in_hsn_code)
                and line.product_id.type != "service"
            )
        )

    def _destination(self):
        return self.partner_shipping_id.state_id or self.partner_id.state_id
