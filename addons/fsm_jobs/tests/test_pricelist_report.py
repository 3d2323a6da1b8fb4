import json

from odoo.tests.common import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestPricelist(HttpCase):
    def test_pricelist_runs_no_formula(self):
        product = self.env["product.template"].create({"name": "=HYPERLINK(1)", "list_price": 7})
        self.authenticate("admin", "admin")
        pricelist = self.env["product.pricelist"].create({"name": "Counter"})
        data = {"active_model": "product.template", "active_ids": product.ids}
        data |= {"pricelist_id": pricelist.id, "quantities": [1]}
        answer = self.url_open(
            f"/product/export/pricelist/?export_format=csv&report_data={json.dumps(data)}"
        )
        self.assertIn("'=HYPERLINK(1),", answer.text)
