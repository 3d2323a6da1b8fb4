from odoo import fields, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    res_model = fields.Char(audit=True)
    res_id = fields.Many2oneReference(audit=True)
    public = fields.Boolean(audit=True)
    access_token = fields.Char(audit=True)  # by its name only that it changed
    checksum = fields.Char(audit=True)
