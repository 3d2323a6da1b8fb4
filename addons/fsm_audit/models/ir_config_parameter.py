from odoo import fields, models


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"
    _audit_class = "access"
    _audit_kind = "config"

    key = fields.Char(audit=True)
    value = fields.Text(audit="changed")  # the database's secret is one of them
