from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.fsm_inventory_ext.models import stock_warehouse_orderpoint

from .common import FsmInventoryCommon

MAX_QUERIES = 10  # of the low-stock list, however many parts a branch has


@tagged("post_install", "-at_install")
class TestLowStock(FsmInventoryCommon):
    """Who keeps parts is told what runs short, once, and how it came to be so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.ssd, 5)
        cls.ram = cls._create_part("RAM 8 GB", 2100)
        cls.rules = cls.env["stock.warehouse.orderpoint"]
        cls.rules = cls._rule(cls.ssd, 3, 8) | cls._rule(cls.ram, 2, 4)

    @classmethod
    def _rule(cls, product, minimum, maximum, branch=None, user=None):
        rules = cls.env["stock.warehouse.orderpoint"].with_user(user or cls.accountant)
        company = (branch or cls.branch).company_id
        return rules.with_company(company).create(
            {
                "product_id": product.id,
                "product_min_qty": minimum,
                "product_max_qty": maximum,
                "company_id": company.id,
            }
        )

    def _low(self, user=None, **arguments):
        products = self.env["product.product"].with_user(user or self.accountant)
        return products.fsm_low_stock(branch_id=self.branch.id, **arguments)

    def _told(self):
        """Run the daily alert; return the subjects that the accountant got by it."""
        messages = self.env["mail.message"]
        domain = [("partner_ids", "in", self.accountant.partner_id.ids)]
        before = messages.search(domain)
        self.env.invalidate_all()  # the night is another transaction
        self.env["stock.warehouse.orderpoint"]._cron_alert()
        return (messages.search(domain) - before).mapped("subject")

    def test_accountant_sets_how_many_the_branch_wants_and_sees_what_is_missing(self):
        [row] = self._low()
        self.assertEqual(
            (row["name"], row["level"], row["free"], row["minimum"], row["suggestion"]),
            ("RAM 8 GB", "out", 0, 2, 4),
        )
        self.assertEqual(self.rules.mapped("trigger"), ["manual", "manual"])

    def test_deadline_to_order_is_that_of_the_moment_it_is_read(self):
        ssd = self.rules[0]
        self.assertFalse(ssd.deadline_date)
        self._request(self._job("repair"), quantity=3).use()
        self.assertEqual(ssd.deadline_date, fields.Date.today())

    def test_what_is_to_order_is_that_of_the_moment_it_is_read(self):
        ssd, short = self.rules[0], [("qty_to_order", ">", 0)]
        self.assertFalse(ssd.qty_to_order)
        self.assertNotIn(ssd, self.rules.search(short))
        self._request(self._job("repair"), quantity=3)
        self.assertEqual(ssd.qty_to_order, ssd.product_max_qty - ssd.qty_forecast)
        self.assertIn(ssd, self.rules.with_user(self.accountant).search(short))

    def test_what_is_reserved_is_missing(self):
        self._request(self._job("repair"), quantity=3)
        self.assertEqual(
            [(row["name"], row["level"], row["free"], row["suggestion"]) for row in self._low()],
            [("RAM 8 GB", "out", 0, 4), ("SSD 512 GB", "low", 2, 6)],
        )

    def test_only_who_keeps_parts_is_told_and_of_his_branch(self):
        self._rule(self.ram, 9, 9, self.other_branch, self.owner)
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                self._low(user)
            with self.assertRaises(AccessError):
                self._rule(self.ssd, 1, 1, user=user)
        rows = self.env["fsm.low.stock"].with_user(self.manager).search([])
        self.assertEqual(rows.branch_id, self.branch)

    def test_list_costs_as_much_for_many_parts_as_for_one(self):
        parts = self.env["product.product"].create(
            [
                {"name": f"Screw {i}", "is_storable": True, "company_id": self.organization.id}
                for i in range(60)
            ]
        )
        for part in parts:
            self._rule(part, 1, 2)
        self._low(limit=1)  # a worker that has served before knows the rights of the roles
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = self._low()
        self.assertLessEqual(self.env.cr.sql_log_count - before, MAX_QUERIES)
        self.assertEqual(len(rows), 61)

    def test_branch_is_told_once_until_there_was_enough_again(self):
        other = self._create_user("kiran", "manager", self.branch)
        self.assertEqual(self._told(), ["RAM 8 GB is out of stock at SP Road"])
        activities = self.rules[1].sudo().activity_ids
        self.assertEqual(activities.user_id, self.manager | other | self.accountant)
        self.assertEqual(self._told(), [])
        self.assertEqual(self.rules[1].sudo().activity_ids, activities, "Not again every day.")
        self._stock_up(self.ram, 5)
        self.assertEqual(self._told(), [])
        self.assertFalse(self.rules[1].sudo().activity_ids)
        self.ram.with_user(self.manager).fsm_deduct_stock(
            branch_id=self.branch.id, quantity=5, reason="Stolen at the counter"
        )
        self.assertEqual(self._told(), ["RAM 8 GB is out of stock at SP Road"])

    def test_branch_is_told_again_once_when_none_is_left(self):
        self._stock_up(self.ram, 1)
        self.assertEqual(self._told(), ["RAM 8 GB runs short at SP Road"])
        usage = self._request(self._job("repair"), self.ram)
        self.assertEqual(self._told(), ["RAM 8 GB is out of stock at SP Road"])
        activities = self.rules[1].sudo().activity_ids
        self.assertEqual(activities.user_id, self.manager | self.accountant)
        self.assertIn("0 free", activities[0].summary)
        usage.return_part()
        self.assertEqual(self._told(), [], "It still runs short.")
        self._request(self._job("repair"), self.ram)
        self.assertEqual(self._told(), [], "That none is left was told.")
        self._stock_up(self.ram, 5)
        self._told()
        self._request(self._job("repair"), self.ram, quantity=4)
        self.assertEqual(self._told(), ["RAM 8 GB runs short at SP Road"])

    def test_message_lists_the_worst_first_and_counts_the_rest(self):
        self.rules[0].product_min_qty = 9  # of the SSD: fewer than wanted, but there are some
        self.patch(stock_warehouse_orderpoint, "TOLD_AT_ONCE", 1)
        messages = self.env["mail.message"].search([])
        self.assertEqual(self._told(), ["2 parts run short at SP Road"])
        [body] = (self.env["mail.message"].search([]) - messages).filtered(
            lambda message: self.accountant.partner_id in message.partner_ids
        ).mapped("body")  # fmt: skip
        self.assertIn("RAM 8 GB: 0 free", body)
        self.assertNotIn("SSD", body)
        self.assertIn("1 more", body)

    def test_estimate_says_what_is_not_there(self):
        lines = [(self.ssd, 1, 3490), (self.ssd, 9, 3490), (self.ram, 1, 2100), (self.labour, 1, 6)]
        job = self._job(lines=lines)
        self.assertEqual(
            job.with_user(self.receptionist).line_ids.mapped("stock_level"),
            ["free", "short", "out", False],
        )

    def test_adjustments_say_before_after_who_and_why(self):
        ssd = self.ssd.with_user(self.manager)
        ssd.fsm_deduct_stock(branch_id=self.branch.id, quantity=2, reason="Broken in the shop")
        quant = (
            self.env["stock.quant"]
            .with_user(self.manager)
            .search([("location_id", "=", self.branch.stock_location_id.id)])
        ).with_context(inventory_mode=True, inventory_name="Counted on Sunday")
        quant.inventory_quantity = 7
        quant.action_apply_inventory()
        rows = self.ssd.with_user(self.accountant).fsm_adjustments(branch_id=self.branch.id)
        keys = ("by", "quantity", "before", "after", "reason")
        self.assertEqual(
            [tuple(row[key] for key in keys) for row in rows],
            [
                (self.manager.name, 4, 3, 7, "Counted on Sunday"),
                (self.manager.name, -2, 5, 3, "Broken in the shop"),
                (self.env.user.name, 5, 0, 5, "From the wholesaler"),
            ],
        )
        move = self.env["stock.move"].browse(rows[0]["id"]).with_user(self.manager)
        with self.assertRaises(AccessError):
            move.on_hand_before = 9

    def test_figures_of_the_stock(self):
        self.ssd.fsm_add_stock(
            branch_id=self.branch.id, quantity=5, reason="Bill 4711", unit_cost=2000
        )
        self.tech.with_user(self.accountant).fill_bag(product_id=self.ssd.id, quantity=2)
        job = self._job("repair")
        self._request(job)
        self._request(job, self.ram)
        stats = self.env["product.product"].with_user(self.accountant).fsm_stock_stats()
        self.assertEqual(
            stats,
            {
                "branch_id": self.branch.id,
                "products": 1,
                "on_hand": 10,
                "reserved": 1,
                "value": 10000,
                "on_the_way": 0,
                "on_the_way_value": 0,
                "low": 0,
                "out": 1,
                "waiting": 1,
            },
        )
