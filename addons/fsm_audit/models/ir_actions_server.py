from odoo import fields, models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"
    _audit_class = "access"
    _audit_kind = "config"

    model_id = fields.Many2one(audit=True)
    state = fields.Selection(audit=True)
    code = fields.Text(audit=True)
    webhook_url = fields.Char(audit="masked")  # where data goes; some carry a key
    group_ids = fields.Many2many(audit=True)
