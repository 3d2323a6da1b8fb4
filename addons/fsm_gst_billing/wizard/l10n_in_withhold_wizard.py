from odoo import fields, models


class L10nInWithholdWizard(models.TransientModel):
    """Tax is deducted on a day of India."""

    _inherit = "l10n_in.withhold.wizard"

    date = fields.Date(default=lambda self: self.env.company._today_here())
