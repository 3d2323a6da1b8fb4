from odoo.addons.fsm_audit.exports import csv_cell
from odoo.addons.product.controllers import pricelist_report


class ProductPricelistExportController(pricelist_report.ProductPricelistExportController):
    def _generate_csv(self, pricelist_name, quantities, products, headers):
        """Override of `product`: what a product is called is no formula."""
        products = [_as_text(product) for product in products]
        return super()._generate_csv(pricelist_name, quantities, products, headers)


def _as_text(product):
    texts = {key: csv_cell(product[key]) for key in ("name", "uom")}
    if variants := product.get("variants"):
        texts["variants"] = [_as_text(variant) for variant in variants]
    return product | texts
