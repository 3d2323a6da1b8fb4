import re

from odoo import fields, models
from odoo.exceptions import ValidationError

from ..gst import eway, gstin

# Kilometres that the portal takes at most; none lets it look into its own table of PIN codes.
MAX_DISTANCE = 4000

VEHICLE = re.compile(r"[A-Z0-9]{4,20}")

# A TRANSIN has no check digit, so its form alone is looked at.
TRANSPORTER = re.compile(r"[0-9]{2}[0-9A-Z]{13}")


class FsmGstTransportMixin(models.AbstractModel):
    """How the goods of a document travel: Part B of its e-way bill, CGST Rule 138."""

    _name = "fsm.gst.transport.mixin"
    _description = "Transport of Goods"

    transport_mode = fields.Selection(
        [("1", "Road"), ("2", "Rail"), ("3", "Air"), ("4", "Ship")], copy=False
    )
    transporter_gstin = fields.Char(string="Transporter ID", copy=False, help="GSTIN or TRANSIN.")
    transporter_name = fields.Char(string="Transporter", copy=False)
    vehicle_number = fields.Char(string="Vehicle No.", copy=False, help="KA01AB1234")
    transport_distance = fields.Integer(
        string="Distance (km)", copy=False, help="0: the portal takes it from the PIN codes."
    )
    eway_number = fields.Char(
        string="e-Way Bill No.", copy=False, help="12 digits, as the portal has given it."
    )

    _transport_distance_known = models.Constraint(
        f"CHECK(transport_distance BETWEEN 0 AND {MAX_DISTANCE})",
        "A distance is between 0 and 4,000 km.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        return super().write(self._normalise_transport(vals))

    def _normalise_transport(self, vals):
        """Return the values with vehicle, transporter and bill as the portal writes them.

        :raise ValidationError: if one of them cannot exist
        """
        vals = dict(vals)
        if vehicle := vals.get("vehicle_number"):
            vals["vehicle_number"] = vehicle = re.sub(r"[\s-]+", "", vehicle).upper()
            if not VEHICLE.fullmatch(vehicle):
                raise ValidationError(
                    self.env._("“%s” is not a vehicle number: KA01AB1234.", vehicle)
                )
        if transporter := vals.get("transporter_gstin"):
            vals["transporter_gstin"] = transporter = gstin.normalise(transporter)
            if not TRANSPORTER.fullmatch(transporter):
                raise ValidationError(
                    self.env._("“%s” is neither a GSTIN nor a TRANSIN: 15 characters.", transporter)
                )
        if number := vals.get("eway_number"):
            vals["eway_number"] = number = re.sub(r"\s+", "", number)
            if not eway.is_number(number):
                raise ValidationError(
                    self.env._("“%s” is not the number of an e-way bill: 12 digits.", number)
                )
        return vals

    # === GETTERS === #

    def _transport_facts(self):
        """Return what is known of the transport, as it is printed: ``[(label, text)]``."""
        facts = [
            (self.env._("e-Way Bill No."), self.eway_number),
            (self.env._("Vehicle No."), self.vehicle_number),
            (self.env._("Transporter"), self.transporter_name),
            (self.env._("Transporter ID"), self.transporter_gstin),
        ]
        return [(label, text) for label, text in facts if text]
