from odoo import fields, models


class FsmDayClosing(models.TransientModel):
    _inherit = "fsm.day.closing"

    online = fields.Monetary(compute="_compute_figures")
