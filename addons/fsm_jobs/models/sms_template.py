from odoo import fields, models


class SmsTemplate(models.Model):
    _inherit = "sms.template"
    _audit_kind = "config"

    body = fields.Char(audit=True)
