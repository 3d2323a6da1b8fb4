import doctest
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fsm_jobs.models import fsm_job_report
from odoo.addons.fsm_jobs.models.fsm_job import GATE

from ..models import fsm_report_receivables
from .common import FsmGstBillingCommon

# Queries of ours, of plain Odoo's for the same document: the figure of the issue.
LIMIT = 1.15
BILLING = "odoo.addons.fsm_gst_billing."

MONEY_REPORTS = (
    "revenue",
    "revenue_by_technician",
    "revenue_by_service",
    "revenue_by_customer",
    "revenue_by_model",
    "receivables",
    "receivables_by_branch",
    "gst_summary",
    "pending_jobs",
    "technician_productivity",
    "customer_analysis",
)


@tagged("post_install", "-at_install")
class TestAccountMoveStats(FsmGstBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-11-02 08:00:00"):
            cls.first = cls._invoice(cls._create_job())
        with freeze_time("2026-11-20 08:00:00"):
            cls.second = cls._invoice(cls._create_job(cls.kaveri))
            cls.second.fsm_record_payment(lines=[{"method": "bank", "amount": 826.20}])
        # A series of plain Odoo's own: ours would miss the number it takes.
        cls.plain_journal = cls.env["account.journal"].create(
            {"name": "Plain", "code": "PLN", "type": "sale", "company_id": cls.company.id}
        )
        cls.moves = cls.env["account.move"].with_user(cls.accountant)

    def test_stats_sum_up_what_was_issued(self):
        stats = self.moves.fsm_invoice_stats(branch_id=self.branch.id)
        self.assertEqual((stats["count"], stats["amount_total"]), (2, 9652.40))
        self.assertEqual(stats["amount_due"], 8826.20)
        self.assertEqual(stats["by_branch"][0]["branch_id"], self.branch.id)
        stats = self.moves.fsm_invoice_stats(date_from="2026-11-03", date_to="2026-11-30")
        self.assertEqual((stats["count"], stats["amount_tax"]), (1, 736.2))
        with freeze_time("2026-11-21 08:00:00"):
            self.first.fsm_credit_note(reason="Came back")
        stats = self.moves.fsm_invoice_stats()
        self.assertEqual((stats["credit_notes"], stats["amount_total"]), (1, 4826.20))
        with self.assertRaisesRegex(UserError, "as YYYY-MM-DD"):
            self.moves.fsm_invoice_stats(date_from="yesterday")

    def test_pending_invoices_are_listed_by_their_due_date(self):
        with freeze_time("2026-11-22 08:00:00"):
            rows = self.moves.fsm_pending_invoices(branch_id=self.branch.id)
        self.assertEqual([row["id"] for row in rows], [self.first.id, self.second.id])
        self.assertEqual([row["days_overdue"] for row in rows], [20, 2])
        self.assertEqual([row["amount_residual"] for row in rows], [4826.20, 4000.0])

    def test_figures_of_invoices_are_for_accountants_of_the_branch(self):
        other = self.other_branch
        stranger = self._hire("anand", "fsm_jobs.group_fsm_accountant", other)
        moves = self.moves.with_user(stranger).with_company(other.company_id)
        self.assertEqual(moves.fsm_invoice_stats()["count"], 0)
        self.assertEqual(moves.fsm_pending_invoices(), [])
        for user in (stranger, self.receptionist, self.technician):
            for call in ("fsm_invoice_stats", "fsm_pending_invoices"):
                with self.assertRaises(AccessError):
                    getattr(self.moves.with_user(user), call)(branch_id=self.branch.id)

    # === REPORTS === #

    def _get(self, name, user=None, **arguments):
        """Return the rows of a report as dicts, and its totals."""
        report = self.env["fsm.report"].with_user(user or self.accountant).get(name, **arguments)
        keys = [column["key"] for column in report["columns"]]
        return [dict(zip(keys, row, strict=True)) for row in report["rows"]], report["totals"]

    def test_revenue_is_counted_six_ways_with_refunds_deducted(self):
        with freeze_time("2026-11-21 08:00:00"):
            self.first.fsm_credit_note(reason="Came back")
        november = {"date_from": "2026-11-01", "date_to": "2026-11-30"}
        sums = {"amount_untaxed": 4090.0, "amount_tax": 736.2, "amount_total": 4826.2}
        for name, rows in (
            ("revenue", 3),
            ("revenue_by_branch", 1),
            ("revenue_by_day", 3),
            ("revenue_by_month", 1),
            ("revenue_by_technician", 1),
            ("revenue_by_model", 1),
            ("revenue_by_customer", 2),
            ("revenue_by_service", 2),
        ):
            with self.subTest(report=name):
                found, totals = self._get(name, **november)
                self.assertEqual((len(found), totals | sums), (rows, totals))
        back = self._get("revenue", date_from="2026-11-21")[0]
        self.assertEqual([row["amount_total"] for row in back], [-4826.2])
        self.assertEqual(self._get("revenue", date_from="2026-11-22")[0], [])
        [group] = (
            self.env["account.invoice.report"]
            .with_user(self.accountant)
            .formatted_read_group(
                [("job_id", "in", (self.first | self.second).job_id.ids)],
                ["device_model_id"],
                ["price_total:sum"],
            )
        )
        self.assertAlmostEqual(group["price_total:sum"], 4826.2)

    def test_goods_for_a_branch_of_one_s_own_are_no_revenue(self):
        self.env.cr.execute(
            "UPDATE account_move SET commercial_partner_id = %s WHERE id = %s",
            [self.organization.partner_id.id, self.second.id],
        )
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = %s WHERE id = %s",
            [self.organization.partner_id.id, self.kaveri.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._get("revenue")[1]["amount_total"], 4826.2)
        owed = self._get("receivables")[1]["total"], self._get("receivables_by_branch")[1]["total"]
        self.assertEqual(owed, (4826.2, 4826.2))
        self.assertEqual(self._get("customer_analysis")[1]["outstanding"], 4826.2)

    def test_what_the_maker_pays_is_work_of_a_technician_on_a_model(self):
        job = self._create_job(state="diagnosis")
        self._give_to_ravi(job)
        job.line_ids.billing = "oem"
        job.oem_partner_id = self._meet("Acme Laptops", self.karnataka, vat="29AABCB1234C1ZA")
        job.with_user(self.accountant).create_claim()
        job.claim_move_ids.action_post()
        rows = self._get("revenue_by_technician")[0]
        told = {row["technician_id"]: (row["documents"], row["amount_untaxed"]) for row in rows}
        self.assertEqual(told, {"": (2, 8180.0), "Ravi": (1, 4090.0)})
        [row] = self._get("revenue_by_model")[0]
        self.assertEqual(row["documents"], 3)
        figures = self.env["fsm.job.report"].with_user(self.accountant)
        figures = figures.search([("job_id", "=", job.id)])
        self.assertEqual((figures.revenue, figures.labour, figures.due), (4090.0, 600.0, 0.0))
        self.assertEqual(job.claim_move_ids.work_job_id, job)

    def test_receivables_are_told_by_age_branch_and_customer(self):
        self.assertEqual(doctest.testmod(fsm_report_receivables).failed, 0)
        with freeze_time("2026-12-20 20:00:00"):  # the 21st in India
            rows, totals = self._get("receivables")
        self.assertEqual([row["partner_id"] for row in rows], ["Suresh Kumar", "Kaveri Textiles"])
        self.assertEqual((rows[0]["to_60"], rows[1]["to_60"]), (4826.2, 4000.0), "49 and 31 days.")
        self.assertEqual(totals["total"], self.moves.fsm_invoice_stats()["amount_due"])
        with freeze_time("2026-12-20 08:00:00"):
            [row] = self._get("receivables_by_branch")[0]
        self.assertEqual((row["to_30"], row["to_60"], row["total"]), (4000.0, 4826.2, 8826.2))
        self.second.fsm_record_payment(lines=[{"method": "bank", "amount": 4500.0}])
        [row] = self._get("receivables_by_branch")[0]
        self.assertEqual((row["unapplied"], row["total"]), (-500.0, 4326.2), "He paid too much.")

    def test_receivables_of_a_day_are_those_that_stood_in_the_books_then(self):
        with freeze_time("2026-11-25 08:00:00"):
            self.second.fsm_record_payment(lines=[{"method": "bank", "amount": 4500.0}])
        with freeze_time("2026-12-05 08:00:00"):
            self.first.fsm_record_payment(lines=[{"method": "bank", "amount": 4826.2}])
            third = self._invoice(self._create_job(self.kaveri))
            open_items = [("partner_id", "=", self.kaveri.id), ("reconciled", "=", False)]
            receivable = ("account_id.account_type", "=", "asset_receivable")
            self.env["account.move.line"].search([*open_items, receivable]).reconcile()
            self.assertEqual(third.amount_residual, 4326.2)
        with freeze_time("2027-01-20 08:00:00"):
            suresh, kaveri = self._get("receivables", date_to="2026-11-30")[0]
            now = [(row["partner_id"], row["to_60"]) for row in self._get("receivables")[0]]
        self.assertEqual((suresh["to_30"], suresh["total"]), (4826.2, 4826.2), "28 days old.")
        self.assertEqual((kaveri["unapplied"], kaveri["total"]), (-500.0, -500.0))
        self.assertEqual(now, [("Kaveri Textiles", 4326.2)])

    def test_customer_is_worth_what_he_brought_and_owes_what_is_open(self):
        rows = {row["partner_id"]: row for row in self._get("customer_analysis")[0]}
        kaveri = rows["Kaveri Textiles"]
        told = (kaveri["jobs"], kaveri["revenue"], kaveri["average"], kaveri["outstanding"])
        self.assertEqual(told, (1, 4090.0, 4090.0, 4000.0))
        later = self._get("customer_analysis", date_from="2026-11-21")[0]
        [kaveri] = [row for row in later if row["partner_id"] == "Kaveri Textiles"]
        told = (kaveri["jobs"], kaveri["revenue"], kaveri["lifetime_value"])
        self.assertEqual(told, (0, 0, 4090.0), "His lifetime knows no period.")

    def _give_to_ravi(self, job):
        tech = self.env["fsm.technician"].create(
            {"name": "Ravi", "user_id": self.technician.id, "company_id": self.company.id}
        )
        job.with_context(fsm_gate=GATE).technician_ids = tech

    def test_money_of_job_cards_is_in_their_reports(self):
        job = self.second.job_id
        self._give_to_ravi(job)
        job.with_context(fsm_gate=GATE).write(
            {
                "outcome": "repaired",
                "received_at": "2026-11-19 08:00:00",
                "ready_at": "2026-11-20 08:00:00",
            }
        )
        rows = {row["job_id"]: row for row in self._get("pending_jobs")[0]}
        self.assertEqual((rows[job.name]["estimated"], rows[job.name]["due"]), (4826.2, 4000.0))
        [row] = [row for row in self._get("technician_productivity")[0] if row["done"]]
        self.assertEqual((row["technician_id"], row["labour"]), ("Ravi", 600.0))
        self.patch(fsm_job_report, "MANY", 1)
        self.assertIn(row, self._get("technician_productivity")[0], "Of many, by whole tables.")
        rows = self._get("revenue_by_technician")[0]
        self.assertEqual(
            {row["technician_id"]: row["documents"] for row in rows}, {"": 1, "Ravi": 1}
        )

    def test_reports_of_money_are_for_the_books_of_one_s_own_branches(self):
        other = self.other_branch
        stranger = self._hire("anand", "fsm_jobs.group_fsm_manager", other)
        for name in MONEY_REPORTS:
            with self.subTest(report=name):
                self.assertTrue(self._get(name, self.manager)[0] or name.startswith("tech"))
                self.assertEqual(self._get(name, stranger)[0], [])
                for user in (self.receptionist, self.technician):
                    with self.assertRaisesRegex(AccessError, "Your role does not read reports"):
                        self._get(name, user)
        owner = self._hire("lakshmi", "fsm_jobs.group_fsm_owner")
        owner.company_ids |= other.company_id
        self._invoice(self._create_job(self._meet("Tara", self.tamil_nadu, other), other), owner)
        self.assertEqual(len(self._get("revenue_by_branch", owner)[0]), 2)
        only = self._get("revenue_by_branch", owner, branch_ids=[other.id])[0]
        self.assertEqual([row["branch_id"] for row in only], [other.company_id.name])

    def test_reports_of_money_take_as_many_queries_for_one_invoice_as_for_ten(self):
        few = {name: self._count_report(name) for name in MONEY_REPORTS}
        with freeze_time("2026-11-21 08:00:00"):
            for number in range(8):
                customer = self._meet(f"Meera {number}", self.karnataka)
                self._invoice(self._create_job(customer))
        self.assertEqual({name: self._count_report(name) for name in MONEY_REPORTS}, few)

    def _count_report(self, name):
        self._get(name)
        return self._count(lambda: self._get(name))

    # === FIGURES === #

    def test_invoice_of_six_lines_takes_no_more_queries_than_plain_odoo(self):
        """The same `account.move`, created and posted once with our methods, once without."""
        with freeze_time("2026-11-21 08:00:00"):
            for _warm_up in range(2):
                with self._without_ours("account.move", "account.move.line", "res.partner"):
                    plain = self._count(self._create_and_post)
                job = self._create_job(lines=[(self.ssd, 100.0), (self.labour, 200.0)] * 3)
                ours = self._count(lambda job=job: self._invoice(job))
        self.assertLessEqual(ours, LIMIT * plain, f"{ours} and {plain} queries")

    def _create_and_post(self):
        lines = [(self.ssd, 100.0), (self.labour, 200.0)] * 3
        move = (
            self.env["account.move"]
            .with_user(self.manager)
            .create(
                {
                    "move_type": "out_invoice",
                    "journal_id": self.plain_journal.id,
                    "partner_id": self.suresh.id,
                    "invoice_line_ids": [
                        Command.create({"product_id": product.id, "price_unit": price})
                        for product, price in lines
                    ],
                }
            )
        )
        move.action_post()

    def _count(self, call):
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    @contextmanager
    def _without_ours(self, *models):
        """Let these models work as without the addon: each method is the next one of its line."""
        with ExitStack() as stack:
            for model in models:
                cls = self.env.registry[model]
                ours = [base for base in cls.__mro__ if BILLING in base.__module__]
                for name in {name for base in ours for name in vars(base)}:
                    theirs = [base for base in cls.__mro__[1:] if base not in ours]
                    method = next((vars(base)[name] for base in theirs if name in vars(base)), None)
                    if callable(method) and not name.startswith("__"):
                        stack.enter_context(patch.object(cls, name, method))
            yield
