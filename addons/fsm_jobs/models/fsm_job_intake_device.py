from odoo import models
from odoo.exceptions import UserError
from odoo.tools.sql import escape_psql

from ..verbs import check_keys

DEVICE_KEYS = {
    "id": int,
    "category": str,
    "brand": str,
    "model": str,
    "serial": str,
    "imei": str,
    "imei2": str,
}
NUMBERS = ("serial", "imei", "imei2")


class FsmJob(models.Model):
    """Which device is taken in: found again by its numbers, or written down."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - INTAKE === #

    def _intake_device(self, device, partner, branch):
        """Find the customer's device by its numbers, or write down a new one."""
        device = check_keys(self.env, device, DEVICE_KEYS, "device")
        Device = self.env["fsm.device"]
        if device.get("id"):
            known = Device.search(
                [("id", "=", device["id"]), ("company_id", "=", branch.company_id.id)]
            )
            if not known:
                raise UserError(self.env._("There is no such device in this branch."))
        else:
            numbers = Device._tidy({k: device.get(k) or "" for k in NUMBERS})
            known = Device._find_by_numbers(numbers, branch.company_id)
        if known:
            if known.partner_id != partner:
                known._check_not_here(partner.id)
                known.partner_id = partner  # sold or handed on; the audit trail keeps both owners
            return known
        if not device.get("brand") or not device.get("model"):
            raise UserError(self.env._("A device needs a brand and a model."))
        return Device.create(
            {
                "partner_id": partner.id,
                "company_id": branch.company_id.id,
                "model_id": self._intake_model(device, branch).id,
                **numbers,
            }
        )

    def _intake_model(self, device, branch):
        organization = branch.organization_id
        brand = self.env["fsm.device.brand"]._find_or_create(device["brand"], organization)
        model = self.env["fsm.device.model"].search(
            [("brand_id", "=", brand.id), ("name", "=ilike", escape_psql(device["model"].strip()))],
            limit=1,
        )
        return model or self.env["fsm.device.model"]._find_or_create(
            device["model"], brand, self._intake_category(device.get("category"))
        )

    def _intake_category(self, name):
        Category = self.env["fsm.device.category"]
        # An organisation's own goes before the shipped one of the same name.
        category = name and Category.search(
            [("name", "=ilike", escape_psql(name.strip()))],
            order="company_id.id, sequence, id",
            limit=1,
        )
        if not category:
            names = Category.search([], limit=50).mapped("name")
            raise UserError(self.env._("“category” must be one of: %s.", ", ".join(names)))
        return category
