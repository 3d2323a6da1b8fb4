from odoo import fields, models

from ..gst import blocked
from ..gst.documents import Due
from ..gst.supply import time_of_supply


class ProductTemplate(models.Model):
    _inherit = "product.template"

    price_includes_gst = fields.Boolean(
        string="Price Includes GST",
        help="The tag on the shelf: the tax is taken out of the price, which stays as it is to the "
        "paisa. CGST Rules, Rule 35.",
    )
    gst_changed_on = fields.Date(
        string="New GST Rate Since",
        help="When the law changed the rate. Work, invoice and payment on both sides of this day: "
        "two of the three decide, CGST Act s.14.",
    )
    gst_taxes_before_ids = fields.Many2many(
        string="GST Before",
        comodel_name="account.tax",
        relation="fsm_product_taxes_before_rel",
        domain=[("type_tax_use", "=", "sale")],
        context={"active_test": False},
        help="The tax until then.",
    )
    gst_blocked = fields.Selection(blocked.CLAUSES, string="Blocked Credit", help=blocked.HELP)


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _gst_change(self):
        """Return the first day of the product's rate, if one before it is known; else `None`."""
        changed = self.gst_changed_on  # asked first: hardly a product has one
        return changed if changed and self.gst_taxes_before_ids else None

    def _gst_taxes(self, company, events):
        """Return the taxes of this product before a fiscal position, in a branch.

        :param tuple events: the days of work, invoice and payment
        """
        changed, taxes = self._gst_change(), self.taxes_id
        if changed and time_of_supply(*events, changed) < changed:
            taxes = self.gst_taxes_before_ids
        return taxes._filter_taxes_by_company(company) or company.account_sale_tax_id

    def _with_tax_before(self, company, value, included):
        """Return `value` with the tax that it had before the rate of this product changed.

        :param bool included: it is in the price
        """
        taxes = self.gst_taxes_before_ids if self._gst_change() else self.taxes_id
        taxes = taxes._filter_taxes_by_company(company) or company.account_sale_tax_id
        leaves = taxes.children_tax_ids or taxes
        if included or any(leaves.mapped("price_include")):
            return value
        return value * (100 + sum(leaves.mapped("amount"))) / 100

    def _gst_due(self, events):
        """Return where the rate comes from: the product, or a change between the events."""
        changed = self._gst_change()
        if not changed or not min(events) < changed <= max(events):
            return Due(0)
        return Due(0, "change", time_of_supply(*events, changed), changed)
