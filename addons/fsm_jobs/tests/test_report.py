import base64
import doctest
import io

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import period
from ..lifecycle import STATES
from ..models import fsm_job_report
from .common import FsmJobsCommon

JOB_REPORTS = (
    "pending_jobs",
    "pending_by_state",
    "technician_productivity",
    "customer_analysis",
)


@tagged("post_install", "-at_install")
class TestReport(FsmJobsCommon):
    """The figures of job cards, for people, programs and spreadsheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reports = cls.env["fsm.report"].with_user(cls.accountant)
        # 00:15 of 2 April at the counter: a day later than the clock of the server says.
        with freeze_time("2026-04-01 18:45:00"):
            cls.job = cls._intake()

    def _get(self, name, user=None, **arguments):
        """Return the rows of a report as dicts."""
        report = self.reports.with_user(user or self.accountant).get(name, **arguments)
        keys = [column["key"] for column in report["columns"]]
        return [dict(zip(keys, row, strict=True)) for row in report["rows"]]

    def _repair(self, job, at):
        """Let a technician take two opening hours for it."""
        with freeze_time(f"{at} 06:00:00"):
            self._walk(job, "diagnosis", "estimate", "approved", "repair")
        with freeze_time(f"{at} 08:00:00"):
            self._walk(job, "qc", "ready")

    # === WHAT THEY SAY === #

    def test_days_are_those_of_the_clock_on_the_wall(self):
        self.assertEqual(doctest.testmod(period).failed, 0)
        self.assertFalse(self._get("pending_jobs", date_to="2026-04-01"))
        [row] = self._get("pending_jobs", date_from="2026-04-02", date_to="2026-04-02")
        self.assertEqual((row["job_id"], row["received_at"]), (self.job.name, "2026-04-02"))
        self.assertEqual(row["device_id"], "Dell Inspiron 3520 · 5CD1234XYZ")

    def test_open_job_cards_are_listed_and_counted_as_life_goes(self):
        self._walk(self.job, "diagnosis", "estimate")
        self._intake()
        self._free_job()
        april = {"date_from": "2026-04-01"}
        states = [row["state"] for row in self._get("pending_by_state", **april)]
        self.assertEqual(states, ["Received", "Awaiting Approval", "Ready"])
        self.assertEqual(self._get("pending_jobs", **april)[0]["job_id"], self.job.name)
        keys = [key for key, _label in STATES]
        jobs = self.env["fsm.job"].with_user(self.manager)
        for model in (jobs, self.env["fsm.job.report"].with_user(self.manager)):
            groups = model.formatted_read_grouping_sets([], [["state"], []], ["__count"])[0]
            found = [group["state"] for group in groups]
            self.assertEqual(found, sorted(found, key=keys.index), "A pivot does so as well.")
        found = jobs.search([], order="state desc, id").mapped("state")
        self.assertEqual(found, sorted(found, key=keys.index, reverse=True))

    def test_work_is_told_of_who_did_it_until_it_comes_back(self):
        self._repair(self.job, "2026-04-06")
        april = {"date_from": "2026-04-06", "date_to": "2026-04-06"}
        [row] = self._get("technician_productivity", **april)
        told = (row["technician_id"], row["done"], row["repaired"], row["first_time_fix"])
        self.assertEqual(told, (self.tech.name, 1, 1, 100))
        self.assertEqual(row["working_hours"], 2, "As long as the branch was open.")
        self.assertEqual(row["turnaround_hours"], 109.25)
        self.assertFalse(
            self._get("technician_productivity", date_from="2026-04-07", date_to="2026-04-08")
        )
        with freeze_time("2026-04-08 08:00:00"):
            self._as("receptionist", self.job).move_to(state="repair", reason="The fan rattles")
            self._walk(self.job, "qc", "ready")
        [row] = self._get("technician_productivity", date_to="2026-04-08")
        self.assertEqual((row["came_back"], row["first_time_fix"]), (1, 0))
        self.patch(fsm_job_report, "MANY", 1)
        self.assertEqual(self._get("technician_productivity", date_to="2026-04-08"), [row])

    def test_customer_who_comes_again_is_told_with_his_first_and_last_visit(self):
        with freeze_time("2026-05-03 08:00:00"):
            self._intake()
        rows = self._get("customer_analysis", date_from="2026-04-01", date_to="2026-05-31")
        [row] = [row for row in rows if row["partner_id"] == "Suresh Kumar"]
        told = (row["jobs"], row["repeat"], row["first_job"], row["last_job"])
        self.assertEqual(told, (2, "Yes", "2026-04-02", "2026-05-03"))

    def test_old_customer_comes_again_in_a_month_with_one_visit(self):
        with freeze_time("2026-05-03 08:00:00"):
            self._intake()
        for month, told in (("2026-04", "No"), ("2026-05", "Yes")):
            rows = self._get("customer_analysis", date_from=f"{month}-01", date_to=f"{month}-30")
            [row] = [row for row in rows if row["partner_id"] == "Suresh Kumar"]
            facts = (row["jobs"], row["repeat"], row["first_job"])
            self.assertEqual(facts, (1, told, "2026-04-02"))

    # === WHO READS THEM === #

    def test_reports_are_for_the_books_and_of_one_s_own_branches(self):
        outsider = self._create_user("rst", "manager", self.other_branch)
        titles = {report["name"] for report in self.reports.catalogue()}
        self.assertEqual(titles, set(self.reports._reports()), "Each has its title.")
        for name in JOB_REPORTS:
            with self.subTest(report=name):
                for user in (self.technician, self.receptionist):
                    with self.assertRaisesRegex(AccessError, "Your role does not read reports"):
                        self._get(name, user)
                self.assertEqual(self._get(name, outsider), [])
                with self.assertRaisesRegex(UserError, "Say which branch"):
                    self._get(name, outsider, branch_ids=[self.branch.id])
        ours = self._get("pending_jobs", self.owner, branch_ids=[self.branch.id])
        self.assertIn(self.job.name, [row["job_id"] for row in ours])
        self.assertFalse(self._get("pending_jobs", self.owner, branch_ids=[self.other_branch.id]))
        figures = self.env["fsm.job.report"]
        self.assertFalse(figures.with_user(outsider).search_count([("job_id", "=", self.job.id)]))

    def test_reports_take_as_many_queries_for_one_job_card_as_for_forty(self):
        few = [self._count(name) for name in JOB_REPORTS]
        for number in range(39):
            self._intake(
                customer={"name": f"Meera {number}", "phone": f"99001 {number:05d}"},
                device={
                    "category": "Laptop",
                    "brand": "HP",
                    "model": "15s",
                    "serial": f"R{number}",
                },
            )
        self.assertEqual([self._count(name) for name in JOB_REPORTS], few)

    def _count(self, name):
        """Return how many queries a report takes the second time."""
        self._get(name)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._get(name)
        return self.env.cr.sql_log_count - before

    # === SPREADSHEETS === #

    def test_spreadsheet_says_total_and_runs_no_formula(self):
        self.job.partner_id.name = "=HYPERLINK(1)"
        answer = self.reports.export_xlsx("customer_analysis", date_from="2026-04-01")
        self.assertEqual(answer["filename"], "customer_analysis_2026-04-01.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(answer["content"]))).active
        [name] = [row[1] for row in sheet.iter_rows() if row[1].value == "=HYPERLINK(1)"]
        self.assertEqual(name.data_type, "s")
        first = sheet.cell(name.row, 5)
        self.assertEqual((first.value.day, first.number_format), (2, "dd-mm-yyyy"))
        self.assertEqual(sheet.cell(sheet.max_row, 1).value, "Total")
        self.assertEqual(
            sheet.cell(sheet.max_row, 3).value,
            sum(sheet.cell(row, 3).value for row in range(2, sheet.max_row)),
        )

    def test_text_in_a_spreadsheet_is_text_whatever_it_begins_with(self):
        texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "ok\x07"]
        columns = [{"key": "name", "label": "=Name", "type": "char"}]
        content = self.reports._xlsx(
            "names", {"columns": columns, "rows": [[text] for text in texts], "totals": {}}
        )
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [row[0] for row in sheet.iter_rows()]
        self.assertEqual({cell.data_type for cell in cells}, {"s"})
        self.assertEqual([cell.value for cell in cells[:5]], ["=Name", *texts[:4]])
        self.assertEqual((sheet.freeze_panes, cells[7].value), ("A2", "ok"))

    def test_rupees_in_a_spreadsheet_are_grouped_as_in_india(self):
        money = {"columns": [{"key": "due", "label": "Due", "type": "money"}]}
        content = self.reports._xlsx(
            "due", {**money, "rows": [[1234567.5], [-250000.0]], "totals": {"due": 984567.5}}
        )
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        self.assertIn(r"[>=100000]##\,##\,##0.00", sheet["A2"].number_format)
        [rules] = sheet.conditional_formatting
        limits = [(rule.formula, rule.dxf.numFmt.formatCode) for rule in rules.rules]
        self.assertIn((["-100000"], r"-##\,##\,##0.00"), limits)
        self.assertEqual(sheet["A4"].value, 984567.5)
