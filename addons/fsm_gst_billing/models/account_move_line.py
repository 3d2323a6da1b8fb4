from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ..issued import LINE_COLUMNS, MIRRORED_COLUMNS, PRINTED_COLUMNS, PRINTED_LINES
from .account_move_issued import differs

# What the customer has in print; `account` lets it be changed where no total changes.
PRINTED_FIELDS = set(PRINTED_COLUMNS)

# What the books say, on every line.
BOOKED_FIELDS = {*LINE_COLUMNS, "tax_ids", "tax_tag_ids", "l10n_in_gstr_section"}

# What follows from the document of a line and from what it is matched with: nobody writes it.
DERIVED_FIELDS = {
    *MIRRORED_COLUMNS,
    "payment_id",
    "amount_residual",
    "amount_residual_currency",
    "reconciled",
    "full_reconcile_id",
    "matched_debit_ids",
    "matched_credit_ids",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"
    _audit_class = "books"

    account_id = fields.Many2one(audit=True)
    balance = fields.Monetary(audit=True)
    product_id = fields.Many2one(audit=True)
    quantity = fields.Float(audit=True)
    price_unit = fields.Float(audit=True)
    # As many digits as it takes to give a discount in rupees to the paisa.
    discount = fields.Float(digits=(16, 8), min_display_digits=2, audit=True)
    tax_ids = fields.Many2many(audit=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_moves_of([vals.get("move_id") for vals in vals_list])
        return super().create(
            [
                {name: value for name, value in vals.items() if name not in DERIVED_FIELDS}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "move_id" in vals:
            self._check_moves_of([vals["move_id"]])
        self._check_derived(vals)
        if (PRINTED_FIELDS | BOOKED_FIELDS) & vals.keys():
            changed = self.filtered(
                lambda line: (
                    differs(line, vals, BOOKED_FIELDS)
                    or (line.display_type in PRINTED_LINES and differs(line, vals, PRINTED_FIELDS))
                )
            )
            changed.move_id._check_lines_kept()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self.move_id._check_lines_kept()

    @api.model
    def _check_moves_of(self, move_ids):
        """Refuse to put lines on issued documents, or on what is no document.

        :param list move_ids: as the caller sent them
        """
        for move_id in move_ids:
            if isinstance(move_id, bool) or not isinstance(move_id, int) or move_id <= 0:
                raise UserError(self.env._("“move_id” must be the id of a journal entry."))
        self.env["account.move"].browse(set(move_ids))._check_lines_kept()

    def _check_derived(self, vals):
        """Refuse to write what is computed: an invoice would be paid without money, or of no month.

        Odoo computes it past here. It takes the mark off a line that is no longer matched itself.

        :raise UserError: naming the field
        """
        names = DERIVED_FIELDS & vals.keys()
        if "matching_number" in vals and any(
            vals["matching_number"] or line.matched_debit_ids or line.matched_credit_ids
            for line in self
        ):
            names.add("matching_number")
        for line in self if names else ():
            for name in sorted(names):
                if differs(line, vals, {name}):
                    raise UserError(
                        self.env._(
                            "“%(field)s” of a journal item is computed from its entry and its "
                            "payments, and is not written.",
                            field=line._fields[name]._description_string(self.env),
                        )
                    )

    # === BUSINESS METHODS === #

    def _is_not_overpaid(self):
        """Tell whether no more is matched with this line than its amount."""
        left = self.amount_residual if self.balance > 0 else -self.amount_residual
        return self.company_currency_id.compare_amounts(left, 0.0) >= 0

    def _get_computed_taxes(self):
        """Override of `account`: who is not registered, or under composition, charges no tax."""
        taxes = super()._get_computed_taxes()
        if taxes and self.move_id._is_gst_document() and self.move_id._of_untaxed_branch():
            return self.env["account.tax"]
        return taxes

    def _set_l10n_in_gstr_section(self, tax_tags_dict):
        """Override of `l10n_in`, which looks again at each change: what was issued stays."""
        drafts = self.filtered(lambda line: not line.move_id._has_gst_number())
        return super(AccountMoveLine, drafts)._set_l10n_in_gstr_section(tax_tags_dict)

    @ormcache()
    def _get_l10n_in_tax_tag_ids(self):
        """Override of `l10n_in` to remember: it looks up nine records with a query each, always."""
        return super()._get_l10n_in_tax_tag_ids()
