from odoo import fields, models


class AccountTax(models.Model):
    _inherit = "account.tax"
    _audit_class = "books"
    _audit_kind = "config"

    name = fields.Char(audit=True)
    amount = fields.Float(audit=True)
    active = fields.Boolean(audit=True)
