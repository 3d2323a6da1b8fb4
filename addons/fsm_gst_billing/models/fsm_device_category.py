import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

HSN = re.compile(r"(?!0+$)(?:[0-9]{4}|[0-9]{6}|[0-9]{8})")


class FsmDeviceCategory(models.Model):
    _inherit = "fsm.device.category"

    l10n_in_hsn_code = fields.Char(
        string="HSN", help="Of such devices: stands on the challan they travel with."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("l10n_in_hsn_code")
    def _check_l10n_in_hsn_code(self):
        for category in self:
            code = category.l10n_in_hsn_code
            if code and not HSN.fullmatch(code):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is not an HSN of “%(category)s”: write its 4, 6 or 8 digits "
                        "without dots or spaces, like 84713010.",
                        code=code,
                        category=category.name,
                    )
                )
