from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"
    _audit_files = False  # pictures in its notes

    name = fields.Char(audit="masked")
    phone = fields.Char(audit="masked")
    email = fields.Char(audit="masked")
    vat = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
