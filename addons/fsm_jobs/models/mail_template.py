from odoo import fields, models


class MailTemplate(models.Model):
    _inherit = "mail.template"
    _audit_kind = "config"

    subject = fields.Char(audit=True)
    body_html = fields.Html(audit=True)
    email_from = fields.Char(audit=True)
    email_to = fields.Char(audit=True)  # an expression
