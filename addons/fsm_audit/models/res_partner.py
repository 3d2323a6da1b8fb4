from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    name = fields.Char(audit="masked")
    phone = fields.Char(audit="masked")
    email = fields.Char(audit="masked")
    vat = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
    company_id = fields.Many2one(audit=True)
