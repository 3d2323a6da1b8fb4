from odoo import api, models
from odoo.tools import ormcache

from .account_move import differs

# What the customer has in print; `account` lets it be changed where no total changes.
PRINTED_FIELDS = {
    "name",
    "product_id",
    "product_uom_id",
    "quantity",
    "price_unit",
    "discount",
    "l10n_in_hsn_code",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        printed = {vals.get("move_id") for vals in vals_list if "price_unit" in vals}
        self.env["account.move"].browse(printed - {None, False})._check_not_issued()
        return super().create(vals_list)

    def write(self, vals):
        if PRINTED_FIELDS & vals.keys():
            changed = self.filtered(
                lambda line: (
                    line.display_type in ("product", "line_section", "line_note")
                    and differs(line, vals, PRINTED_FIELDS)
                )
            )
            changed.move_id._check_not_issued()
        return super().write(vals)

    # === BUSINESS METHODS === #

    @ormcache()
    def _get_l10n_in_tax_tag_ids(self):
        """Override of `l10n_in` to remember: it looks up nine records with a query each, always."""
        return super()._get_l10n_in_tax_tag_ids()
