from odoo import fields, models

from ..gst import blocked


class AccountAccount(models.Model):
    _inherit = "account.account"

    gst_blocked = fields.Selection(
        blocked.CLAUSES, string="Blocked Credit", help=blocked.HELP, audit=True
    )
