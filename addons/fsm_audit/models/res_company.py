from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"
    _audit_kind = "config"

    name = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
    parent_id = fields.Many2one(audit=True)
    partner_id = fields.Many2one(audit=True)  # holds its address and its tax number
