from odoo import api, fields, models


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
        return base_line
