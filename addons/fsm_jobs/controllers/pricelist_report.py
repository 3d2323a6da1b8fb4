import json

from odoo import http
from odoo.http import request

from odoo.addons.fsm_audit.exports import csv_cell
from odoo.addons.product.controllers import pricelist_report


class ProductPricelistExportController(pricelist_report.ProductPricelistExportController):
    @http.route()
    def export_pricelist(self, report_data, export_format):
        """Override of `product` to log who took the prices along."""
        answer = super().export_pricelist(report_data, export_format)
        asked = json.loads(report_data)
        products = request.env[asked.get("active_model", "product.template")]
        request.env["fsm.audit.log"]._log_export(
            products, what="pricelist", ids=asked.get("active_ids")
        )
        return answer

    def _generate_csv(self, pricelist_name, quantities, products, headers):
        """Override of `product`: what a product is called is no formula."""
        products = [_as_text(product) for product in products]
        return super()._generate_csv(pricelist_name, quantities, products, headers)


def _as_text(product):
    texts = {key: csv_cell(product[key]) for key in ("name", "uom")}
    if variants := product.get("variants"):
        texts["variants"] = [_as_text(variant) for variant in variants]
    return product | texts
