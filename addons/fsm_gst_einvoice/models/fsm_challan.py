import base64
import json

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb

from ..einvoice import eway

# What a party of an e-way bill cannot do without.
NEEDED = ("Gstin", "LglNm", "Addr1", "Loc", "Pin", "Stcd")


class FsmChallan(models.Model):
    """A challan as the e-way bill portal takes it: goods that travel and are not sold."""

    _inherit = "fsm.challan"

    # === ACTION METHODS === #

    def action_download_eway(self):
        self._check_may_register()
        return self._download_json(f"eway_{self._file_stem()}.json", self._eway_file())

    # === BUSINESS METHODS - VERBS === #

    @verb
    def eway(self):
        """Return the e-way bill of a challan's goods, as the portal's bulk upload takes it.

        :return: ``{filename, content}``, JSON in base64
        """
        self._check_may_register()
        return [
            {
                "filename": f"eway_{challan._file_stem()}.json",
                "content": base64.b64encode(challan._eway_file()).decode(),
            }
            for challan in self
        ]

    # === BUSINESS METHODS === #

    def _eway_file(self):
        self._log_file("e-way bill JSON")
        challans_sudo = self.sudo()  # checked; the other party may be another branch's company
        payloads = [challan._eway_payload() for challan in challans_sudo]
        return json.dumps(eway.bills(payloads), indent=1).encode()

    def _eway_payload(self):
        """Return the challan as `einvoice.eway` takes it, with the keys of schema 1.1; in sudo."""
        if self.cancelled_at:
            raise UserError(self.env._("Challan %s is cancelled already.", self.name))
        payload = {
            "DocDtls": {"Typ": "CHL", "No": self.name, "Dt": self.date.strftime("%d/%m/%Y")},
            "TranDtls": {"SupTyp": "B2B", "Reason": eway.REASONS[self.purpose]},
            "SellerDtls": self._eway_party(self.company_id.partner_id),
            "BuyerDtls": self._eway_party(self.partner_id),
            "ItemList": [line._eway_item() for line in self.line_ids],
            "ValDtls": {},
            "EwbDtls": self._transport_details(),
        }
        faults = [
            eway.missing(section, field)
            for section in ("SellerDtls", "BuyerDtls")
            for field in NEEDED
            if not payload[section].get(field)
        ]
        faults += eway.faults(payload)
        if faults:
            raise UserError("\n".join(self._fault_text(fault) for fault in faults))
        return payload

    def _eway_party(self, partner):
        zip_code = "".join((partner.zip or "").split())
        return {
            "Gstin": partner.vat or "URP",
            "LglNm": partner.name,
            "Addr1": partner.street,
            "Addr2": partner.street2 or "",
            "Loc": partner.city,
            "Pin": int(zip_code) if zip_code.isdecimal() else 0,
            "Stcd": partner.state_id.l10n_in_tin,
        }


class FsmChallanLine(models.Model):
    _inherit = "fsm.challan.line"

    def _eway_item(self):
        return {
            "IsServc": "N",
            "PrdDesc": self.name,
            "HsnCd": self.hsn_code,
            "Qty": self.quantity,
            "Unit": self.uqc or "OTH",
            "AssAmt": self.value,
            "TotItemVal": self.value,
            "GstRt": 0,
        }
