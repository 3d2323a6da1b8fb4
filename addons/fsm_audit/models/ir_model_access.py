from odoo import fields, models


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"
    _audit_class = "access"
    _audit_kind = "config"

    active = fields.Boolean(audit=True)
    model_id = fields.Many2one(audit=True)
    group_id = fields.Many2one(audit=True)
    perm_read = fields.Boolean(audit=True)
    perm_write = fields.Boolean(audit=True)
    perm_create = fields.Boolean(audit=True)
    perm_unlink = fields.Boolean(audit=True)
