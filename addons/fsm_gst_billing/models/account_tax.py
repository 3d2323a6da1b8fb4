from odoo import api, fields, models

PURCHASES = ("in_invoice", "in_refund", "in_receipt")


class AccountTax(models.Model):
    _inherit = "account.tax"
    _audit_class = "books"
    _audit_kind = "config"

    name = fields.Char(audit=True)
    amount = fields.Float(audit=True)
    active = fields.Boolean(audit=True)

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_base_line_tax_repartition_grouping_key(
        self, base_line, base_line_grouping_key, tax_data, tax_rep_data
    ):
        """Override of `account` to book tax that gives no credit where what was bought is booked.

        CGST Act s.10(4), s.16(1): a branch under composition, or without a GSTIN, takes none. What it
        owes itself under reverse charge stays owed.
        """
        key = super()._prepare_base_line_tax_repartition_grouping_key(
            base_line, base_line_grouping_key, tax_data, tax_rep_data
        )
        owed = tax_rep_data["tax_rep"].factor < 0
        if owed or not tax_data["tax"]._is_cost_of(base_line["record"]):
            return key
        cost = ("account_id", "analytic_distribution")
        return key | {name: base_line_grouping_key[name] for name in cost}

    def _is_cost_of(self, line):
        """Tell whether this tax on a line of the books, if it is one, gives its branch no credit."""
        if not isinstance(line, models.BaseModel) or line._name != "account.move.line":
            return False
        if self.l10n_in_tax_type != "gst" or line.move_type not in PURCHASES:
            return False
        company = line.company_id
        return company._is_fsm_branch() and not company._charges_gst()

    @api.model
    def _prepare_base_line_grouping_key(self, base_line):
        """Override of `account` to have tax follow “Price Includes GST” of a line that stands there.

        It asks with an empty line which fields of a line decide about its tax.
        """
        key = super()._prepare_base_line_grouping_key(base_line)
        if not base_line["record"] and not base_line["tax_ids"]:
            key["price_includes_gst"] = False
        return key
