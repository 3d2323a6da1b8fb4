from odoo import models
from odoo.tools import ormcache


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_l10n_in_tax_tag_ids(self):
        """Override of `l10n_in`, which looks up nine records with a query each at every sync."""
        return self._fsm_tax_tag_ids()

    @ormcache()
    def _fsm_tax_tag_ids(self):
        return super()._get_l10n_in_tax_tag_ids()
