from odoo import fields, models


class FsmDeviceCategory(models.Model):
    _inherit = "fsm.device.category"

    l10n_in_hsn_code = fields.Char(
        string="HSN", help="Of such devices: stands on the challan they travel with."
    )
