from odoo import fields, models


class ResGroups(models.Model):
    _inherit = "res.groups"
    _audit_class = "access"
    _audit_kind = "config"

    implied_ids = fields.Many2many(audit=True)
