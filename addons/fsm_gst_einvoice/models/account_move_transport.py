import base64
import json
import re

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.fsm_gst_billing.gst import eway as law
from odoo.addons.fsm_gst_billing.gst import gstin, tax
from odoo.addons.fsm_jobs.verbs import verb

from ..einvoice import eway

# Kilometres that the portal takes at most; none lets it look into its own table of PIN codes.
MAX_DISTANCE = 4000

VEHICLE = re.compile(r"[A-Z0-9]{4,20}")


class AccountMove(models.Model):
    """How goods travel: what an e-way bill says beside the invoice. CGST Rule 138, Part B."""

    _inherit = "account.move"

    transport_mode = fields.Selection(
        [("1", "Road"), ("2", "Rail"), ("3", "Air"), ("4", "Ship")], copy=False
    )
    transporter_gstin = fields.Char(string="Transporter ID", copy=False, help="GSTIN or TRANSIN.")
    transporter_name = fields.Char(string="Transporter", copy=False)
    vehicle_number = fields.Char(string="Vehicle No.", copy=False, help="KA01AB1234")
    transport_distance = fields.Integer(
        string="Distance (km)", copy=False, help="0: the portal takes it from the PIN codes."
    )
    needs_eway_bill = fields.Boolean(string="Needs an e-Way Bill", compute="_compute_needs_eway")

    _transport_distance_known = models.Constraint(
        f"CHECK(transport_distance BETWEEN 0 AND {MAX_DISTANCE})",
        "A distance is between 0 and 4,000 km.",
    )

    # === COMPUTE METHODS === #

    def _compute_needs_eway(self):
        for move in self:
            move.needs_eway_bill = (
                move.state == "posted"
                and move._is_gst_document()
                and law.needed(
                    tax.paise(sum(move._goods().mapped("price_total"))),
                    move.company_id.state_id.l10n_in_tin,
                    move._destination().l10n_in_tin or move.company_id.state_id.l10n_in_tin,
                )
            )

    # === CRUD METHODS === #

    def write(self, vals):
        return super().write(self._normalise_transport(vals))

    def _normalise_transport(self, vals):
        """Return the values with vehicle and transporter as the portal writes them.

        :raise ValidationError: if one of them cannot exist
        """
        if vehicle := vals.get("vehicle_number"):
            vehicle = re.sub(r"[\s-]+", "", vehicle).upper()
            if not VEHICLE.fullmatch(vehicle):
                raise ValidationError(
                    self.env._("“%s” is not a vehicle number: KA01AB1234.", vehicle)
                )
            vals = {**vals, "vehicle_number": vehicle}
        if transporter := vals.get("transporter_gstin"):
            transporter = gstin.normalise(transporter)
            # A TRANSIN has no check digit, so its form alone is looked at.
            if not re.fullmatch(r"[0-9]{2}[0-9A-Z]{13}", transporter):
                raise ValidationError(
                    self.env._("“%s” is neither a GSTIN nor a TRANSIN: 15 characters.", transporter)
                )
            vals = {**vals, "transporter_gstin": transporter}
        return vals

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
        missing = [
            (section, field)
            for section in ("SellerDtls", "BuyerDtls")
            for field in ("Gstin", "LglNm", "Addr1", "Loc", "Pin", "Stcd")
            if not payload[section].get(field)
        ]
        if missing:
            faults = [self._fault_text(eway.missing(*place)) for place in missing]
            raise UserError("\n".join(faults))
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

    def _transport_details(self):
        """Return `EwbDtls` of schema 1.1, nothing if nobody said how the goods travel."""
        if not self.transport_mode and not self.transporter_gstin:
            return {}
        details = {
            "TransId": self.transporter_gstin,
            "TransName": self.transporter_name,
            "TransMode": self.transport_mode,
            "Distance": self.transport_distance,
            "VehNo": self.vehicle_number,
            "VehType": "R" if self.vehicle_number else False,
        }
        return {name: value for name, value in details.items() if value or name == "Distance"}
