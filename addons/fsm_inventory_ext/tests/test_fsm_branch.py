from unittest.mock import patch

from odoo import modules
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmBranch(FsmInventoryCommon):
    def test_branch_has_a_warehouse_of_its_name_and_code(self):
        warehouse = self.branch.warehouse_id
        self.assertEqual((warehouse.name, warehouse.code), ("SP Road", "SPR"))
        self.assertEqual(warehouse.company_id, self.branch.company_id)
        self.assertEqual(self.branch.stock_location_id.complete_name, "SPR/Stock")

    def test_branch_has_a_warehouse_in_production_too(self):
        with patch.object(modules.module, "current_test", False):
            branch = self._create_branch("HSR Layout", "HSR", self.karnataka, "29AAKCN4410R1ZU")
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", branch.company_id.id)])
        self.assertEqual(warehouses, branch.warehouse_id)
        self.assertEqual(warehouses.code, "HSR")

    def test_branch_has_one_warehouse_however_often_it_is_provisioned(self):
        before = self.branch.warehouse_id, self.branch.usage_location_id
        self.branch._provision()
        self.assertEqual((self.branch.warehouse_id, self.branch.usage_location_id), before)
        self.assertEqual(
            self.env["stock.warehouse"].search_count(
                [("company_id", "=", self.branch.company_id.id)]
            ),
            1,
        )
