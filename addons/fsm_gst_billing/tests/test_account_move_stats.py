from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FsmGstBillingCommon

# Queries of ours, of plain Odoo's for the same document: the figure of the issue.
LIMIT = 1.15
BILLING = "odoo.addons.fsm_gst_billing."


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
        other = self._found_branch("Ritchie Street", "RST", "33AAGCB7383J1ZF", self.tamil_nadu)
        stranger = self._hire("anand", "fsm_jobs.group_fsm_accountant", other)
        moves = self.moves.with_user(stranger).with_company(other.company_id)
        self.assertEqual(moves.fsm_invoice_stats()["count"], 0)
        self.assertEqual(moves.fsm_pending_invoices(), [])
        for user in (stranger, self.receptionist, self.technician):
            for call in ("fsm_invoice_stats", "fsm_pending_invoices"):
                with self.assertRaises(AccessError):
                    getattr(self.moves.with_user(user), call)(branch_id=self.branch.id)

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
