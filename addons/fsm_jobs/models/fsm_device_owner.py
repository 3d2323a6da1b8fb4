from odoo import api, fields, models


class FsmDeviceOwner(models.Model):
    """Whose a device was, and since when. Rows are written with the device, and never again."""

    _name = "fsm.device.owner"
    _description = "Owner History"
    _order = "since desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    device_id = fields.Many2one(
        comodel_name="fsm.device", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        string="Owner",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    since = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        string="Written by", comodel_name="res.users", required=True, readonly=True
    )

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, devices):
        """Write down who owns `devices` from now on."""
        now = fields.Datetime.now()
        owners_sudo = self.sudo()  # nobody holds the right to write these rows
        owners_sudo.create(
            [
                {
                    "device_id": device.id,
                    "company_id": device.company_id.id,
                    "partner_id": device.partner_id.id,
                    "since": now,
                    "user_id": self.env.uid,
                }
                for device in devices
            ]
        )
