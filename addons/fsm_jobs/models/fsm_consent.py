from odoo import api, fields, models
from odoo.exceptions import UserError

PURPOSES = [
    ("service", "Messages About a Repair"),
    ("reminder", "Reminders and Follow-up"),
    ("marketing", "Offers"),
    ("review", "Asking for a Review"),
]


class FsmConsent(models.Model):
    """What a customer agreed to be contacted about, or no longer: a row each time he says so.

    The newest row of a purpose holds (sections 6 and 7, Digital Personal Data Protection Act 2023:
    for a stated purpose, withdrawn as easily as given).
    """

    _name = "fsm.consent"
    _description = "Consent"
    _order = "id desc"
    _rec_name = "purpose"

    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, index=True, precompute=True
    )
    purpose = fields.Selection(PURPOSES, required=True)
    granted = fields.Boolean()
    note = fields.Char(string="How", help="At the counter, by phone, on his page.")

    # === CRUD METHODS === #

    def write(self, vals):
        if self:
            raise UserError(self.env._("What a customer said stays: write down what he says now."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("What a customer said stays: write down what he says now."))
