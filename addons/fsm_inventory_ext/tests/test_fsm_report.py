import base64
import io

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmReport(FsmInventoryCommon):
    """The figures of the parts, in the pivot and for programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ssd.fsm_add_stock(
            branch_id=cls.branch.id, quantity=10, reason="From the wholesaler", unit_cost=2600
        )
        cls.env.user.tz = "Asia/Kolkata"

    def _get(self, name, user=None, **arguments):
        """Return the rows of a report as dicts, and its totals."""
        report = self.env["fsm.report"].with_user(user or self.accountant).get(name, **arguments)
        keys = [column["key"] for column in report["columns"]]
        return [dict(zip(keys, row, strict=True)) for row in report["rows"]], report["totals"]

    def test_consumption_is_told_by_part_fault_model_technician_branch_and_month(self):
        job = self._job("repair")
        fault = job.device_id.category_id.fault_ids[0]
        job.with_user(self.manager).fault_ids = fault
        self._request(job, quantity=2, use=True)
        figures = {"used_quantity": 2, "revenue": 6980, "cost": 5200, "margin": 1780}
        [row], totals = self._get("inventory_consumption")
        self.assertEqual(totals, figures)
        self.assertEqual(row | figures, row)
        self.assertEqual((row["branch_id"], row["product_id"]), ("SP Road", self.ssd.display_name))
        for name, key, shown in (
            ("parts_by_part", "product_id", self.ssd.display_name),
            ("parts_by_fault", "fault_id", fault.name),
            ("parts_by_model", "model_id", "Dell Inspiron 3520"),
            ("parts_by_technician", "technician_id", self.tech.name),
            ("parts_by_branch", "branch_id", "SP Road"),
        ):
            with self.subTest(report=name):
                [row], _totals = self._get(name)
                self.assertEqual((row[key], row["margin"]), (shown, 1780))
        used_at = fields.Datetime.context_timestamp(self.env.user, job.part_usage_ids.used_at)
        [row], _totals = self._get("parts_by_month")
        self.assertEqual(row["date"], used_at.strftime("%Y-%m"))
        today = str(used_at.date())
        self.assertTrue(self._get("parts_by_month", date_from=today, date_to=today)[0])
        self.assertEqual(self._get("parts_by_month", date_to="2020-01-01")[0], [])

    def test_pivot_of_the_accountant_adds_up_like_the_report(self):
        self._request(self._job("repair"), use=True)
        model = self.env["fsm.part.report"].with_user(self.accountant)
        [group] = model.formatted_read_group(
            [("state", "=", "used")], ["product_id"], ["used_quantity:sum", "margin:sum"]
        )
        self.assertEqual((group["used_quantity:sum"], group["margin:sum"]), (1, 890))

    def test_fill_rate_counts_what_was_there_when_it_was_asked_for(self):
        screen = self._create_part("Screen", 5200)
        self._request(self._job("repair"))
        waiting = self._request(self._job("repair"), screen)
        self._stock_up(screen, 1)  # is laid out for him at once
        self.assertEqual(waiting.state, "reserved")
        [row], _totals = self._get("fill_rate")
        self.assertEqual((row["quantity"], row["fill_rate"]), (2, 50))

    def test_part_that_came_back_is_no_consumption_but_a_return(self):
        usage = self._request(self._job("repair"), quantity=3, use=True)
        usage.return_part(quantity=1, reason="Did not fit")
        self.assertEqual(self._get("parts_by_part")[1]["used_quantity"], 2)
        [row], _totals = self._get("returned_parts")
        self.assertEqual((row["returned_quantity"], row["scrapped_quantity"]), (1, 0))

    def test_broken_part_is_a_manager_s_to_write_off_and_nobody_s_to_pay(self):
        job = self._job("repair")
        used, laid_out = self._request(job, quantity=2, use=True), self._request(job)
        for usage in (used, laid_out):
            with self.assertRaises(AccessError):
                usage.scrap_part(reason="Pins bent while fitting")
            with self.assertRaisesRegex(UserError, "at least 10"):
                usage.with_user(self.manager).scrap_part(reason="Broken")
        used.with_user(self.manager).scrap_part(reason="Pins bent while fitting", quantity=1)
        answer = laid_out.with_user(self.manager).scrap_part(reason="Fell off the bench")
        self.assertEqual((answer["state"], used.state, used.quantity), ("scrapped", "used", 1))
        self.assertEqual(self._on_hand(self.ssd), 7)
        self.assertEqual([line["quantity"] for line in job._billable_lines()], [1, 1])
        self.assertEqual(job.with_user(self.accountant).margin, 3490 + 600 - 3 * 2600)
        [row], _totals = self._get("returned_parts")
        self.assertEqual((row["returned_quantity"], row["scrapped_quantity"]), (0, 2))

    def test_stock_is_worth_its_cost_and_dead_after_half_a_year(self):
        [row], totals = self._get("stock_value")
        self.assertEqual((row["quantity"], totals["value"]), (10, 26000))
        self.assertEqual(self._get("dead_stock")[0], [])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET date = date - INTERVAL '182 days' WHERE product_id = %s",
            [self.ssd.id],
        )
        self.env.invalidate_all()
        [row], _totals = self._get("dead_stock")
        self.assertEqual((row["quantity"], row["value"]), (10, 26000))
        self.assertIn(row["idle_days"], (181, 182))
        self._request(self._job("repair"), use=True)  # somebody takes one: it lives
        self.assertEqual(self._get("dead_stock")[0], [])

    def test_report_leaves_as_a_spreadsheet_and_is_logged(self):
        self._request(self._job("repair"), use=True)
        reports = self.env["fsm.report"].with_user(self.accountant)
        answer = reports.export_xlsx("parts_by_part")
        sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(answer["content"]))).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(rows[1][:3], (self.ssd.display_name, 1, 3490))
        logged = self.env["fsm.audit.log"].with_user(self.owner)
        logged = logged.search([("kind", "=", "export")], limit=1)
        self.assertEqual((logged.model, logged.user_id), ("fsm.report", self.accountant))

    def test_reports_are_for_the_books_and_of_one_s_own_branches(self):
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                self._get("stock_value", user)
            for model in ("fsm.part.report", "fsm.stock.report"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search_count([])
        outsider = self._create_user("outsider", "manager", self.other_branch)
        self.assertEqual(self._get("stock_value", outsider)[0], [])
        with self.assertRaisesRegex(UserError, "Say which branch"):
            self._get("stock_value", outsider, branch_ids=[self.branch.id])
        with self.assertRaisesRegex(
            UserError, "There is no report “gold”. There are: .*dead_stock"
        ):
            self._get("gold")
        with self.assertRaisesRegex(UserError, "comes before"):
            self._get("stock_value", date_from="2026-02-01", date_to="2026-01-01")
