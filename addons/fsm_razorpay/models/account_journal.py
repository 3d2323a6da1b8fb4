from odoo import fields, models

# Another way of paying, as a row of `METHODS` of billing: nobody at the counter records it.
ONLINE = ("online", "Online", "bank", "O")


class AccountJournal(models.Model):
    _inherit = "account.journal"

    fsm_method = fields.Selection(
        selection_add=[ONLINE[:2]], ondelete={"online": "set null"}, audit=True
    )
