from odoo import api, fields, models

# What of a line could be typed instead of computed, for those who bring invoices from elsewhere.
NOT_BY_HAND = {
    "manual_total_excluded_currency": None,
    "manual_total_excluded": None,
    "manual_tax_amounts": None,
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    price_includes_gst = fields.Boolean(
        string="Price Includes GST",
        compute="_compute_price_includes_gst",
        store=True,
        readonly=False,
        precompute=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_price_includes_gst(self):
        for line in self:
            sale = line.move_id.move_type in ("out_invoice", "out_refund")
            line.price_includes_gst = sale and line.product_id.price_includes_gst

    @api.depends("product_id", "product_uom_id")
    def _compute_price_unit(self):
        """Override of `account`: what has no price in the catalogue has the one of the branch."""
        super()._compute_price_unit()
        unpriced = self.filtered(
            lambda line: (
                line.product_id and not line.price_unit and line.move_id.move_type == "out_invoice"
            )
        )
        for company, lines in unpriced.grouped("company_id").items():
            prices = lines.product_id._branch_prices(company)
            for line in lines:
                price = line.product_id.uom_id._compute_price(
                    prices[line.product_id], line.product_uom_id or line.product_id.uom_id
                )
                day = line.move_id.invoice_date or fields.Date.context_today(line)
                line.price_unit = company.currency_id._convert(
                    price, line.currency_id or company.currency_id, company, day, round=False
                )

    @api.depends("price_includes_gst")
    def _compute_totals(self):
        """Override of `account` to follow what decides about the value."""
        return super()._compute_totals()


class AccountMove(models.Model):
    """Prices that include tax, product by product, whatever tax the place of supply brings.

    Odoo has a setting on each tax; one of a group and its twins of other states would each need it
    (`gst.md`, G12).
    """

    _inherit = "account.move"

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        """Override of `account` to take the tax out of a price that includes it: Rule 35."""
        base_line = super()._prepare_product_base_line_for_taxes_computation(product_line)
        if product_line.price_includes_gst:
            base_line["special_mode"] = "total_included"
        if self._is_gst_document():
            base_line.update(NOT_BY_HAND)
        return base_line
