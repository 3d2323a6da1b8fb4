from odoo import fields, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"
    _audit_class = "access"
    _audit_kind = "config"

    state = fields.Selection(audit=True)
    latest_version = fields.Char(audit=True)
