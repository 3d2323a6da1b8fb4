import base64

from odoo import models
from odoo.exceptions import AccessError


class FsmGstTransportMixin(models.AbstractModel):
    """What a document with goods, or its e-invoice, is as a file for a portal."""

    _inherit = "fsm.gst.transport.mixin"

    def _check_may_register(self):
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not register invoices at the portal."))
        self.check_access("read")

    def _log_file(self, what):
        self.env["fsm.audit.log"]._log_export(
            self.browse(), what=what, count=len(self), ids=self.ids
        )

    def _fault_text(self, fault):
        """Say what is wrong with a value, in the words of the screen."""
        where = {
            "SellerDtls": self.env._("the branch"),
            "BuyerDtls": self.env._("the customer"),
            "ShipDtls": self.env._("the delivery address"),
            "DispDtls": self.env._("the warehouse"),
            "ItemList": self.env._("the lines"),
            "EwbDtls": self.env._("the transport"),
        }
        what = {
            "Addr1": self.env._("street"),
            "Loc": self.env._("city"),
            "Pin": self.env._("PIN code"),
            "Stcd": self.env._("state"),
            "LglNm": self.env._("name"),
            "Gstin": self.env._("GSTIN"),
            "Pos": self.env._("place of supply"),
            "HsnCd": self.env._("HSN/SAC of 4, 6 or 8 digits"),
            "Distance": self.env._("distance in km"),
            "VehNo": self.env._("vehicle number"),
        }
        names = {
            "document": self.name,
            "what": what.get(fault.field, fault.field or fault.section),
            "where": where.get(fault.section, self.env._("the document")),
        }
        if fault.value is None:
            return self.env._("%(document)s: %(what)s of %(where)s is missing.", **names)
        return self.env._(
            "%(document)s: the portal does not take “%(value)s” as %(what)s of %(where)s.",
            value=fault.value,
            **names,
        )

    def _file_stem(self):
        stem = (self[:1].name or "draft").replace("/", "-")
        return f"{stem}_{len(self)}" if len(self) > 1 else stem

    def _download_json(self, filename, content):
        """Return the action that downloads a file."""
        file = self.env["fsm.einvoice.file"].create(
            {"filename": filename, "content": base64.b64encode(content)}
        )
        return file._download()

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
