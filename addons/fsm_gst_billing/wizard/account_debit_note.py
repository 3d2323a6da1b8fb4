from odoo import fields, models


class AccountDebitNote(models.TransientModel):
    """A debit note is of today in India: Rule 53(1A) of the CGST Rules."""

    _inherit = "account.debit.note"

    date = fields.Date(default=lambda self: self.env.company._today_here())
