from odoo import fields, models


class FsmDayClose(models.Model):
    _inherit = "fsm.day.close"

    online = fields.Monetary(readonly=True, help="Paid on the customers' pages, through Razorpay.")
