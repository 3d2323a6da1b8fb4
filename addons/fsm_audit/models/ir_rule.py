from odoo import fields, models


class IrRule(models.Model):
    _inherit = "ir.rule"
    _audit_class = "access"
    _audit_kind = "config"

    active = fields.Boolean(audit=True)
    domain_force = fields.Text(audit=True)
    groups = fields.Many2many(audit=True)
    perm_read = fields.Boolean(audit=True)
    perm_write = fields.Boolean(audit=True)
    perm_create = fields.Boolean(audit=True)
    perm_unlink = fields.Boolean(audit=True)
