import base64
import io
import logging
import os
import time
from datetime import date

import psycopg2
from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from ..gst import sheets, ties
from .common import FsmGstBillingCommon

_logger = logging.getLogger(__name__)

PERIOD = "042026"

DOCUMENTS = int(os.environ.get("FSM_RETURN_DOCUMENTS", "20000"))

# Copies of one invoice: itself, its lines, its number, with what a return reads and the database wants.
# Table → condition, columns that are copied, columns that are new. Ids far above those in use.
COPIES = {
    "account_move": (
        "src.id = %(invoice)s",
        "state move_type invoice_date amount_total_signed l10n_in_gstin l10n_in_gst_treatment"
        " l10n_in_state_id commercial_partner_id company_id sequence_prefix gst_parties",
        {"id": "%(ids)s + i", "name": "'X/' || i", "sequence_number": "i"},
    ),
    "account_move_line": (
        "src.move_id = %(invoice)s AND src.display_type = 'product'",
        "l10n_in_hsn_code name quantity balance price_subtotal price_total product_uom_id"
        " product_id account_id display_type sequence company_id",
        {"id": "%(ids)s + 100 * i + src.id - %(line)s", "move_id": "%(ids)s + i"},
    ),
    "fsm_gst_number": (
        "src.move_id = %(invoice)s",
        "kind day organization_id registration",
        {
            "id": "%(ids)s + i",
            "move_id": "%(ids)s + i",
            "number": "'X/' || i",
            "series": "'X/'",
            "counter": "i",
        },
    ),
}
TAXES_OF_COPIES = """
    INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
    SELECT %(ids)s + 100 * i + l.id - %(line)s, r.account_tax_id
      FROM account_move_line l
      JOIN account_move_line_account_tax_rel r ON r.account_move_line_id = l.id,
           generate_series(1, %(count)s) i
     WHERE l.move_id = %(invoice)s AND l.display_type = 'product'
"""


@tagged("post_install", "-at_install")
class TestFsmGstReturn(FsmGstBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-04-15 06:00:00"):
            cls.to_suresh = cls._invoice(cls._create_job())
            cls.to_kaveri = cls._invoice(cls._create_job(cls.kaveri))
            cls.gst_return = (
                cls.env["fsm.gst.return"]
                .with_user(cls.accountant)
                .create({"gstin": cls.branch.vat, "period": PERIOD})
            )

    def _own(self, gst_return, user):
        return gst_return.with_user(user)

    # === WHAT IS DECLARED === #

    def test_returns_hold_the_posted_invoices_of_the_month(self):
        gstr1 = self.gst_return.gstr1()
        self.assertEqual((gstr1["gstin"], gstr1["fp"]), (self.branch.vat, PERIOD))
        (customer,) = gstr1["b2b"]
        self.assertEqual(customer["ctin"], self.kaveri.vat)
        self.assertEqual(customer["inv"][0]["inum"], self.to_kaveri.name)
        self.assertEqual(customer["inv"][0]["itms"][0]["itm_det"]["iamt"], 736.2)
        row = gstr1["b2cs"][0]
        self.assertEqual((row["txval"], row["camt"], row["samt"]), (4090.0, 368.1, 368.1))
        codes = {row["hsn_sc"]: row["uqc"] for row in gstr1["hsn"]["hsn_b2c"]}
        self.assertEqual(codes["998713"], "NA")
        self.assertNotEqual(codes["84717020"], "NA")

    def test_gstr3b_agrees_with_gstr1(self):
        details = self.gst_return.gstr3b()["sup_details"]["osup_det"]
        self.assertEqual((details["txval"], details["iamt"]), (8180.0, 736.2))

    def test_summary_of_places_and_rates_ties_with_both_returns(self):
        with freeze_time("2026-04-16 06:00:00"):
            self.to_suresh.fsm_credit_note(
                reason="Half of it",
                lines=[{"line_id": self.to_suresh.invoice_line_ids[0].id, "quantity": 0.5}],
            )
            self._invoice(self._create_job(lines=[(self.ssd, 99.0), (self.labour, 333.33)]))
        answer = self._summary_of_april()
        self.assertEqual([row[1] for row in answer["rows"]], ["29 Karnataka", "33 Tamil Nadu"])
        self.assertEqual({row[0] for row in answer["rows"]}, {self.branch.vat})
        details = self.gst_return.gstr3b()["sup_details"]["osup_det"]
        totals = answer["totals"]
        self.assertEqual(
            (totals["taxable"], totals["igst"], totals["cgst"], totals["sgst"]),
            (details["txval"], details["iamt"], details["camt"], details["samt"]),
        )
        listed = ties.listed_sums(self.gst_return.gstr1())
        self.assertEqual(listed[0], ties.paise(totals["taxable"]))
        with freeze_time("2026-04-17 06:00:00"):
            job = self._create_job(state="repair").with_user(self.accountant)
            job.record_advance(lines=[{"method": "cash", "amount": 1180.0}])
        self.assertEqual(self._summary_of_april(), answer, "Documents alone.")

    def _summary_of_april(self):
        reports = self.env["fsm.report"].with_user(self.accountant)
        return reports.get("gst_summary", date_from="2026-04-01", date_to="2026-04-30")

    def test_month_without_findings_is_ok(self):
        self.assertEqual(self.gst_return.check(), {"ok": True, "findings": []})

    def test_section_of_odoo_and_ours_are_the_same(self):
        sections = {
            move: set(move.invoice_line_ids.mapped("l10n_in_gstr_section"))
            for move in (self.to_suresh, self.to_kaveri)
        }
        self.assertEqual(sections[self.to_suresh], {"sale_b2cs"})
        self.assertEqual(sections[self.to_kaveri], {"sale_b2b_regular"})

    def test_T21_cancelled_invoice_is_in_table_13_alone(self):
        self.to_suresh.fsm_cancel(reason="Wrong customer")
        gstr1 = self.gst_return.gstr1()
        self.assertNotIn("b2cs", gstr1)
        (row,) = gstr1["doc_issue"]["doc_det"][0]["docs"]
        self.assertEqual((row["totnum"], row["cancel"], row["net_issue"]), (2, 1, 1))

    def test_T39_other_registration_has_its_own_return(self):
        other = self.other_branch
        gst_return = self.env["fsm.gst.return"].create({"gstin": other.vat, "period": PERIOD})
        self.assertEqual(gst_return.company_ids, other.company_id)
        self.assertEqual(len(gst_return.gstr1()), 4)

    def test_credit_note_reduces_the_table_of_its_invoice(self):
        with freeze_time("2026-04-16 06:00:00"):
            note = self.to_suresh._reverse_moves([{"invoice_date": date(2026, 4, 16)}])
            note.action_post()
        gstr1 = self.gst_return.gstr1()
        self.assertNotIn("b2cs", gstr1)
        self.assertEqual([row["doc_num"] for row in gstr1["doc_issue"]["doc_det"]], [1, 5])
        self.assertTrue(self.gst_return.check()["ok"])

    def test_finding_leads_to_its_document(self):
        self.labour.l10n_in_hsn_code = "9987"
        with freeze_time("2026-04-15 06:00:00"):
            wrong = self._invoice(self._create_job(self.kaveri, lines=[(self.labour, 600.0)]))
        self.company.l10n_in_hsn_code_digit = "6"  # the turnover turned out to be higher
        answer = self.gst_return.check()
        self.assertFalse(answer["ok"])
        finding = next(row for row in answer["findings"] if wrong.name in row["text"])
        self.assertEqual((finding["model"], finding["id"]), ("account.move", wrong.id))
        action = self.gst_return.finding_ids.filtered(
            lambda row: row.text == finding["text"]
        ).action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", wrong.id))
        with self.assertRaisesRegex(UserError, "cannot be locked yet"):
            self.gst_return.lock()

    def test_return_opens_the_documents_it_declares(self):
        action = self.gst_return.action_open_documents()
        numbers = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(numbers.move_id, self.to_suresh | self.to_kaveri)
        bills = self.gst_return.action_open_purchases()
        self.assertFalse(self.env[bills["res_model"]].search(bills["domain"]))

    def test_new_return_is_of_the_month_that_is_over(self):
        returns = self.env["fsm.gst.return"].with_user(self.accountant)
        with freeze_time("2026-05-31 19:00:00"):  # 1 June in India
            self.assertEqual(
                returns.default_get(["gstin", "period"]),
                {"gstin": self.branch.vat, "period": "052026"},
            )

    def test_workbook_is_that_of_the_offline_tool(self):
        self.kaveri.name = "=HYPERLINK(1)"
        with freeze_time("2026-04-16 06:00:00"):
            self._invoice(self._create_job(self.kaveri))
        content = base64.b64decode(self.gst_return.export_xlsx()["content"])
        book = load_workbook(io.BytesIO(content))
        self.assertEqual(book.sheetnames, [sheet.name for sheet in sheets.SHEETS])
        page = book["b2b,sez,de"]
        self.assertEqual(page.cell(4, 1).value, "GSTIN/UIN of Recipient")
        self.assertEqual(page.cell(5, 1).value, self.kaveri.vat)
        self.assertEqual(page.cell(5, 2).value, "=HYPERLINK(1)")
        self.assertEqual(page.cell(5, 2).data_type, "s")

    def test_e7_each_way_to_take_a_return_along_is_logged(self):
        log = self.env["fsm.audit.log"]
        whose = [("model", "=", self.gst_return._name), ("record_id", "=", self.gst_return.id)]
        self.gst_return.gstr3b()
        self.gst_return.export_xlsx()
        self.gst_return.read(["gstr1_file", "workbook_file"])
        events = log.search([*whose, ("kind", "=", "export")], order="id")
        self.assertEqual(
            [event.raw_changes["what"][1] for event in events],
            ["GSTR-3B", "GSTR-1 XLSX", "GSTR-1", "GSTR-1 XLSX"],
        )
        self.assertEqual(events.user_id, self.accountant)

    def test_e7_return_is_taken_along_by_its_verbs_alone(self):
        self.gst_return.lock()
        for name in ("gstr1_data", "gstr3b_data"):
            with self.assertRaises(AccessError):
                self.gst_return.read([name])

    def test_gstr1_takes_12_queries_and_less_than_10_times_the_reading_of_its_documents(self):
        """20,000 of them, unless FSM_RETURN_DOCUMENTS says otherwise."""
        self._multiply(self.to_kaveri, DOCUMENTS)
        gst_return = self.gst_return.sudo()
        month = SQL("%s AND m.state = 'posted'", gst_return._documents_of_month())
        started = time.perf_counter()
        rows = gst_return._moves(month), gst_return._lines(month)
        read = time.perf_counter() - started
        self.assertEqual([len(row) for row in rows], [DOCUMENTS + 2, 2 * DOCUMENTS + 4])
        self.env.invalidate_all()
        started = time.perf_counter()
        with self.assertQueryCount(__system__=12):
            gstr1 = gst_return._gstr1()
        built = time.perf_counter() - started
        self.assertEqual(len(gstr1["b2b"][0]["inv"]), DOCUMENTS + 1)
        facts = (DOCUMENTS, read, built)
        _logger.info("%s documents: read in %.2f s, GSTR-1 in %.2f s", *facts)
        self.assertLess(built, 10 * read)

    def _multiply(self, invoice, count):
        """Copy an issued invoice in the database, its locks off: posting as many takes an hour."""
        self.env.flush_all()
        facts = {
            "invoice": invoice.id,
            "count": count,
            "ids": 10 * count,
            "line": min(invoice.line_ids.ids),
        }
        tables = [*COPIES, "account_move_line_account_tax_rel"]
        self._unlock(*tables)
        self._drop_checks(tables)
        for table, (where, copied, new) in COPIES.items():
            columns = {name: f"src.{name}" for name in (*self._needed(table), *copied.split())}
            columns |= new
            self.env.cr.execute(
                f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - names stand above
                f" SELECT {', '.join(columns.values())}"
                f" FROM {table} src, generate_series(1, %(count)s) i WHERE {where}",
                facts,
            )
        self.env.cr.execute(TAXES_OF_COPIES, facts)
        self.env.cr.execute("ANALYZE account_move, account_move_line, fsm_gst_number")

    def _drop_checks(self, tables):
        """Drop what every new row is compared with; it comes back when the test is rolled back."""
        self.env.cr.execute(
            """
            SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname)
              FROM pg_constraint
             WHERE contype = 'f' AND conrelid = ANY(%(tables)s::regclass[])
             UNION ALL
            SELECT 'DROP INDEX ' || i.indexrelid::regclass
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
              JOIN pg_am a ON a.oid = c.relam AND a.amname = 'gin'
             WHERE i.indrelid = ANY(%(tables)s::regclass[])
            """,
            {"tables": tables},
        )
        for (statement,) in self.env.cr.fetchall():
            self.env.cr.execute(statement)

    def _needed(self, table):
        """Return the columns of a table that the database wants a value in."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO'",
            [table],
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def _unlock(self, *tables):
        """Take our triggers off, as nobody but the owner of the tables could."""
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))

    # === TIE-OUTS AND AMENDMENTS === #

    def test_tie_outs_are_shown_and_those_that_fail_are_found(self):
        self.to_kaveri.fsm_record_payment([{"method": "cash", "amount": 1000.0}])
        self.gst_return.check()
        table = self.gst_return.ties_table
        for text in (
            "Table 12 with advances = GSTR-3B, 3.1",
            "The books = GSTR-1 with advances",
            "Invoices = received, credited and still due",
            "₹8,180.00",
            "₹9,652.40",
        ):
            self.assertIn(text, table)
        self.assertNotIn("differs", table)
        self._unlock("account_move_line")
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 1 WHERE tax_line_id IS NOT NULL"
            " AND move_id = %s",
            [self.to_kaveri.id],
        )
        answer = self.gst_return.check()
        self.assertIn("The books and GSTR-1 differ: iamt ₹1.00", answer["findings"][0]["text"])
        self.assertIn("differs by ₹1.00", self.gst_return.ties_table)

    def _entry(self, *lines):
        """Return a posted entry of 18 April of ``(account, balance)`` each."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "journal_id": self.branch._voucher_journal(False).id,
                "date": "2026-04-18",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "partner_id": self.suresh.id,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        entry.action_post()
        return entry

    def test_tax_that_an_entry_owes_on_no_document_is_found_until_it_is_taken_back(self):
        cgst = self.to_suresh.line_ids.filtered(lambda line: line.tax_group_id.name == "CGST")
        cash = self.branch._tills()["cash"].default_account_id
        income = self.to_suresh.invoice_line_ids[0].account_id
        self._entry((cgst.account_id, 50.0), (cash, -50.0))  # tax that was paid
        self.assertEqual(self.gst_return.check(), {"ok": True, "findings": []})
        entry = self._entry((cash, 1090.0), (income, -1000.0), (cgst.account_id, -90.0))
        [finding] = self.gst_return.check()["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("error", entry.id))
        self.assertIn("CGST ₹90.00", finding["text"])
        self.assertIn("differs by ₹90.00", self.gst_return.ties_table)
        with self.assertRaisesRegex(UserError, "owes tax on no document"):
            self.gst_return.lock()
        entry._reverse_moves([{"date": entry.date}]).action_post()
        self.assertEqual(self.gst_return.lock()["state"], "locked")

    def test_income_without_an_invoice_is_said_and_does_not_forbid_to_lock(self):
        income = self.to_suresh.invoice_line_ids[0].account_id
        entry = self._entry(
            (self.branch._tills()["cash"].default_account_id, 500.0), (income, -500.0)
        )
        answer = self.gst_return.check()
        self.assertTrue(answer["ok"])
        [finding] = answer["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("warning", entry.id))
        self.assertIn("differs by ₹500.00", self.gst_return.ties_table)

    def test_entry_that_takes_back_a_sale_is_said_and_what_pays_or_closes_is_not(self):
        owed = self.to_suresh.line_ids.filtered(lambda line: line.tax_group_id.name == "CGST")
        cgst, income = owed.account_id, self.to_suresh.invoice_line_ids[0].account_id
        due = self.to_suresh.line_ids.filtered(lambda line: line.display_type == "payment_term")
        accounts = self.env["account.account"].with_company(self.company)
        own = [("company_ids", "parent_of", self.company.ids)]
        equity, credit = (
            accounts.search([*own, ("account_type", "=", kind)], limit=1)
            for kind in ("equity", "asset_current")
        )
        self._entry((cgst, 50.0), (credit, -50.0))  # set off
        self._entry((income, 900.0), (equity, -900.0))  # closed
        self.assertEqual(self.gst_return.check(), {"ok": True, "findings": []})
        entry = self._entry((income, 200.0), (cgst, 18.0), (due.account_id, -218.0))
        answer = self.gst_return.check()
        [finding] = answer["findings"]
        self.assertEqual((answer["ok"], finding["id"]), (True, entry.id))
        self.assertIn("CGST ₹18.00", finding["text"])
        self.assertIn("differs by ₹-200.00", self.gst_return.ties_table)
        entry._reverse_moves([{"date": entry.date}]).action_post()
        self.assertEqual(self.gst_return.check(), {"ok": True, "findings": []})

    def test_tax_of_opening_balances_is_said_and_does_not_forbid_to_lock(self):
        cgst = self.to_suresh.line_ids.filtered(lambda line: line.tax_group_id.name == "CGST")
        accounts = self.env["account.account"].with_company(self.company)
        equity = accounts.search(
            [
                ("account_type", "=", "equity"),
                ("company_ids", "parent_of", self.company.ids),
            ],
            limit=1,
        )
        entry = self._entry((equity, 90.0), (cgst.account_id, -90.0))
        answer = self.gst_return.check()
        [finding] = answer["findings"]
        self.assertTrue(answer["ok"])
        self.assertEqual((finding["severity"], finding["id"]), ("warning", entry.id))
        self.assertIn("forward against equity: CGST ₹90.00", finding["text"])

    def test_invoice_that_an_entry_has_settled_is_no_receipt(self):
        self.to_kaveri.fsm_record_payment([{"method": "cash", "amount": 1000.0}])
        due = self.to_suresh.line_ids.filtered(lambda line: line.display_type == "payment_term")
        loss = self.company.expense_account_id or self.organization.expense_account_id
        entry = self._entry((loss, due.balance), (due.account_id, -due.balance))
        (due | entry.line_ids[1]).reconcile()
        [finding] = self.gst_return.check()["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("warning", entry.id))
        self.assertIn("₹4,826.20 of invoices", finding["text"])
        self.assertIn("differs by ₹4,826.20", self.gst_return.ties_table)

    def test_repair_that_went_home_without_an_invoice_is_found_with_its_job_card(self):
        job = self._create_job(state="ready")
        job.with_context(fsm_gate=GATE).write(
            {"state": "delivered", "outcome": "repaired", "delivered_at": "2026-04-30 18:29:00"}
        )
        [finding] = self.gst_return.check()["findings"]
        self.assertEqual((finding["model"], finding["id"]), ("fsm.job", job.id))
        self.assertEqual(finding["severity"], "warning")
        action = self.gst_return.finding_ids.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("fsm.job", job.id))
        self.env.cr.execute("UPDATE fsm_job SET delivered_at = '2026-04-30 18:31'")
        self.assertTrue(self.gst_return.check()["ok"])
        self.assertFalse(self.gst_return.finding_ids)

    def test_document_filed_under_a_wrong_gstin_is_listed_in_the_next_month(self):
        returns = self.env["fsm.gst.return"].with_user(self.accountant)
        may = returns.create({"gstin": self.branch.vat, "period": "052026"})
        values = {"move_id": self.to_kaveri.id, "gstin": "33AAGCB7383J1ZF", "reason": "Two of them"}
        with self.assertRaisesRegex(ValidationError, "needs no"), self.env.cr.savepoint():
            may.amendment_ids = [Command.create(values)]
        self.gst_return.lock()
        self.kaveri.vat = values["gstin"]
        [finding] = may.check()["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("warning", self.to_kaveri.id))
        for wrong in ("33AAGCB7383J1ZA", "29AAGCB7383J1Z4", "33AACFK4521M1ZG"):
            with self.assertRaises(ValidationError):
                may.amendment_ids = [Command.create({**values, "gstin": wrong})]
        may.amendment_ids = [Command.create(values)]
        gstr1 = may.gstr1()
        [customer] = gstr1["b2ba"]
        self.assertEqual(customer["ctin"], values["gstin"])
        self.assertEqual(customer["inv"][0]["oinum"], self.to_kaveri.name)
        self.assertNotIn("b2b", gstr1)
        self.assertEqual(may.gstr3b()["sup_details"]["osup_det"]["txval"], 0.0)
        self.assertEqual(may.check(), {"ok": True, "findings": []})
        may.lock()
        with self.assertRaises(UserError):
            may.amendment_ids.gstin = "33AAGCB7383J2ZE"
        with self.assertRaises(UserError):
            may.amendment_ids.unlink()
        with self.assertRaises(AccessError):
            self._own(may, self.receptionist).amendment_ids.read(["gstin"])

    def test_a4_consumers_and_exports_of_a_filed_month_are_amended_in_their_tables(self):
        """B2CLA, CDNURA, B2CSA and EXPA; the tax stays, Table 3.2 moves with the place."""
        chennai, kochi = self.tamil_nadu, self.env.ref("base.state_in_kl")
        kumar = self._meet("Kumar", chennai, street="1, Beach Road", city="Chennai")
        tourist = self._meet("Ann", None, country=self.env.ref("base.us"), street="1, Elm Street")
        with freeze_time("2026-04-16 06:00:00"):
            small = self._invoice(self._create_job(kumar))
            large = self._invoice(self._create_job(kumar, lines=[(self.labour, 90000.0)]))
            line = {"line_id": large.invoice_line_ids.id, "quantity": 0.5}
            note = large.fsm_credit_note(reason="Half of it", lines=[line])
            export = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "company_id": self.company.id,
                    "journal_id": self.branch.sale_journal_id.id,
                    "partner_id": tourist.id,
                    "l10n_in_gst_treatment": "overseas",
                    "invoice_line_ids": [
                        Command.create({"product_id": self.ssd.id, "price_unit": 9000.0})
                    ],
                }
            )
            export.action_post()
        self.gst_return.lock()
        [group] = self.gst_return.gstr1()["exp"]
        self.assertEqual((group["exp_typ"], group["inv"][0]["val"]), ("WPAY", 10620.0))
        self.assertEqual(export.amount_total, 9000.0, "The customer does not owe the tax.")
        returns = self.env["fsm.gst.return"].with_user(self.accountant)
        may = returns.create({"gstin": self.branch.vat, "period": "052026"})
        values = {"reason": "The customer lives elsewhere", "state_id": kochi.id}

        def amend(move, **changed):
            with self.env.cr.savepoint():
                may.amendment_ids = [Command.create({**values, "move_id": move.id, **changed})]

        for move, changed in (
            (small, {"state_id": chennai.id}),
            (small, {"state_id": self.karnataka.id}),
            (small, {"gstin": "33AACFK4521M1ZG"}),
            (self.to_kaveri, {}),
            (export, {"state_id": False}),
        ):
            with self.assertRaises(ValidationError):
                amend(move, **changed)
        export.write(
            {"l10n_in_shipping_bill_number": "4711", "l10n_in_shipping_bill_date": "2026-04-30"}
        )
        self.assertEqual([row["id"] for row in may.check()["findings"]], export.ids)
        for move in (small, large, self.env["account.move"].browse(note["id"])):
            amend(move)
        amend(export, state_id=False)
        gstr1 = may.gstr1()
        self.assertEqual(
            [(row["omon"], row["pos"], row["itms"][0]["txval"]) for row in gstr1["b2csa"]],
            [(PERIOD, "32", 4090.0), (PERIOD, "33", 0.0)],
        )
        [group] = gstr1["b2cla"]
        self.assertEqual((group["pos"], group["inv"][0]["oinum"]), ("32", large.name))
        [row] = gstr1["cdnura"]
        self.assertEqual((row["pos"], row["ont_num"]), ("32", note["name"]))
        [exported] = gstr1["expa"][0]["inv"]
        self.assertEqual((exported["sbnum"], exported["oinum"]), ("4711", export.name))
        gstr3b = may.gstr3b()
        self.assertEqual(gstr3b["sup_details"]["osup_det"]["iamt"], 0.0)
        self.assertEqual(
            [(row["pos"], row["txval"]) for row in gstr3b["inter_sup"]["unreg_details"]],
            [("32", 49090.0), ("33", -49090.0)],
        )
        self.assertEqual(may.check(), {"ok": True, "findings": []})
        june = returns.create({"gstin": self.branch.vat, "period": "062026"})
        may.lock()
        june.amendment_ids = [
            Command.create({**values, "move_id": move.id, "state_id": state.id})
            for move, state in ((small, self.env.ref("base.state_in_mh")), (large, chennai))
        ]
        self.assertEqual(
            [(row["pos"], row["itms"][0]["txval"]) for row in june.gstr1()["b2csa"]],
            [("27", 4090.0), ("32", 0.0)],
        )
        self.assertEqual(
            [(row["pos"], row["txval"]) for row in june.gstr3b()["inter_sup"]["unreg_details"]],
            [("27", 4090.0), ("32", -94090.0), ("33", 90000.0)],
        )
        july = returns.create({"gstin": self.branch.vat, "period": "072026"})
        back = {**values, "move_id": small.id, "state_id": chennai.id}
        july.amendment_ids = [Command.create(back)]
        self.assertEqual(
            [(row["pos"], row["itms"][0]["txval"]) for row in july.gstr1()["b2csa"]],
            [("27", 0.0), ("33", 4090.0)],
        )

    def test_organisation_that_books_nothing_keeps_no_accountant_from_the_return(self):
        self.organization.vat = self.branch.vat
        returns = self.env["fsm.gst.return"].with_user(self.accountant)
        may = returns.create({"gstin": self.branch.vat, "period": "052026"})
        self.assertEqual(may.company_ids, self.branch.company_id)
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.organization.id), ("type", "=", "general")], limit=1
        )
        entry = self.env["account.move"].create({"journal_id": journal.id, "date": "2026-05-04"})
        entry.state = "posted"
        with self.assertRaisesRegex(AccessError, "you do not work in .*: let the owner make it"):
            may.check()
        self.accountant.company_ids += self.organization
        here = may.with_context(allowed_company_ids=self.branch.company_id.ids)
        here.check()
        self.assertEqual(may.sudo().company_ids, self.branch.company_id | self.organization)
        vals = {"gstin": self.branch.vat, "period": "062026"}
        [saved] = here.browse().web_save(vals, {"branch_names": {}})
        self.assertIn(self.organization.name, saved["branch_names"])

    # === ANOTHER ORGANISATION === #

    def _issue_as_stranger(self):
        """Return the accountant of another organisation under the same GSTIN, and his invoice."""
        other = self._found_organization("Service Works Franchise")
        branch = self._found_branch("SP Road 2", "SPR", self.branch.vat, self.karnataka, other)
        self._meet("Zzz Textiles", self.tamil_nadu, branch, vat=self.kaveri.vat)
        line = {
            "product_id": self.labour.id,
            "price_unit": 1000.0,
            "tax_ids": [Command.set(other.account_sale_tax_id.ids)],
        }
        moves = self.env["account.move"].with_company(branch.company_id)
        invoice = moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": self._meet("Mahesh", self.karnataka, branch).id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        return self._hire("mina", "fsm_jobs.group_fsm_accountant", branch), invoice

    def test_organisations_with_one_gstin_neither_see_nor_bind_each_other(self):
        with freeze_time("2026-04-16 06:00:00"):
            stranger, invoice = self._issue_as_stranger()
        self.assertEqual(invoice.name, self.to_suresh.name, "Each has its own series.")
        returns = self.env["fsm.gst.return"].with_user(stranger)
        theirs = returns.create({"gstin": self.branch.vat, "period": PERIOD})
        self.assertEqual(theirs.company_ids, stranger.company_ids)
        declared = theirs.gstr1()
        self.assertEqual([row["txval"] for row in declared["b2cs"]], [1000.0])
        self.assertNotIn("b2b", declared)
        self.assertEqual(self.gst_return.gstr1()["b2cs"][0]["txval"], 4090.0)
        self.assertEqual(self._receivers(), ["Kaveri Textiles"])
        theirs.lock()
        with freeze_time("2026-04-17 06:00:00"):
            self._invoice(self._create_job())
            self.to_suresh.fsm_cancel(reason="Wrong customer")
        self.assertEqual(self.gst_return.lock()["state"], "locked")
        may = returns.create({"gstin": self.branch.vat, "period": "052026"})
        self.kaveri.vat = "33AAGCB7383J1ZF"
        self.assertEqual(may.check(), {"ok": True, "findings": []})

    def _receivers(self):
        content = base64.b64decode(self.gst_return.export_xlsx()["content"])
        page = load_workbook(io.BytesIO(content))["b2b,sez,de"]
        return [cell.value for cell in page["B"][sheets.HEADER_ROW :]]

    # === LOCK === #

    def test_branch_that_is_registered_in_mid_year_has_no_gap_in_its_series(self):
        branch = self._found_branch("Majestic", "MJS", False, self.karnataka)
        accountant = self._hire("asha", "fsm_jobs.group_fsm_accountant", branch)
        manager = self._hire("mohan", "fsm_jobs.group_fsm_manager", branch)
        kumar = self._meet("Kumar", self.karnataka, branch)
        before, after = [], []
        for day, invoices in (("2026-05-02", before), ("2026-07-01", after), ("2026-07-09", after)):
            with freeze_time(f"{day} 06:00:00"):
                branch.company_id.vat = "29AAACX9876L1ZA" if invoices is after else False
                invoices.append(self._invoice(self._create_job(kumar, branch), manager))
        self.assertEqual([move.name[-5:] for move in before + after], ["00001", "00002", "00003"])
        gst_return = self.env["fsm.gst.return"].with_user(accountant)
        gst_return = gst_return.create({"gstin": branch.vat, "period": "072026"})
        self.assertEqual(gst_return.check(), {"ok": True, "findings": []})
        [row] = gst_return.gstr1()["doc_issue"]["doc_det"][0]["docs"]
        self.assertEqual((row["from"], row["totnum"]), (after[0].name, 2))
        self.assertEqual(gst_return.lock()["state"], "locked")

    def test_T40_month_that_is_locked_or_filed_takes_no_document_and_loses_none(self):
        """May takes what corrects it, and the same month of another GSTIN goes on."""
        self.gst_return.lock()
        self._check_april_is_closed()
        self.gst_return.mark_filed("AA290426000001X", date="2026-05-11")
        self._check_april_is_closed()
        with freeze_time("2026-04-20 06:00:00"):
            self._check_april_goes_on(self.other_branch)
        with freeze_time("2026-05-12 06:00:00"):
            self.assertEqual(self._invoice(self._create_job()).state, "posted")
            answer = self.to_suresh.fsm_credit_note(reason="Came back")
        self.assertEqual(answer["amount_total"], 4826.20)
        may = self.gst_return.create({"gstin": self.branch.vat, "period": "052026"}).gstr1()
        self.assertEqual([row["doc_num"] for row in may["doc_issue"]["doc_det"]], [1, 5])

    def _check_april_is_closed(self):
        with freeze_time("2026-04-20 06:00:00"):
            draft = self._invoice(self._create_job(), post=False)
            for attempt in (
                lambda: self.to_suresh.fsm_cancel(reason="Wrong customer"),
                lambda: self.to_suresh.fsm_credit_note(reason="Came back"),
                lambda: self._invoice(self._create_job()),
                lambda: draft.action_post(),
            ):
                with self.assertRaisesRegex(UserError, "is locked"), self.env.cr.savepoint():
                    attempt()
            with self.assertRaisesRegex(UserError, "was issued"):
                self.to_suresh.with_user(self.manager).invoice_date = date(2026, 4, 16)
        self.assertEqual((self.to_suresh.state, draft.state), ("posted", "draft"))

    def _check_april_goes_on(self, branch):
        """New, edited, credited and cancelled in a branch under another GSTIN."""
        manager = self._hire("mohan", "fsm_jobs.group_fsm_manager", branch)
        murugan = self._meet("Murugan", self.tamil_nadu, branch)
        credited, cancelled, edited = (
            self._invoice(self._create_job(murugan, branch), manager, post=False) for _ in range(3)
        )
        edited.fsm_add_line(product_id=self.labour.id, price_unit=100.0)
        (credited | cancelled | edited).action_post()
        credited.fsm_credit_note(reason="Came back")
        cancelled.fsm_cancel(reason="Wrong customer")
        gst_return = self.env["fsm.gst.return"].create({"gstin": branch.vat, "period": PERIOD})
        gstr1 = gst_return.gstr1()
        self.assertEqual([row["txval"] for row in gstr1["b2cs"]], [4190.0])
        [invoices, notes] = gstr1["doc_issue"]["doc_det"]
        self.assertEqual((invoices["docs"][0]["totnum"], invoices["docs"][0]["cancel"]), (3, 1))
        self.assertEqual(notes["docs"][0]["totnum"], 1)

    def test_lock_starts_again_for_cancellations_and_advances_that_it_does_not_see(self):
        def counts():
            self.env.flush_all()
            return self.env.execute_query(self.gst_return._count_of_month())[0]

        self.assertEqual(counts(), (2, 0, 0))
        self.to_suresh.fsm_cancel(reason="Wrong customer")
        self.assertEqual(counts(), (2, 1, 0))
        with freeze_time("2026-04-17 06:00:00"):
            job = self._create_job(state="repair").with_user(self.accountant)
            job.record_advance(lines=[{"method": "cash", "amount": 1180.0}])
        self.assertEqual(counts()[1:], (1, 1))

    def test_locked_return_answers_with_what_was_locked(self):
        self.gst_return.lock()
        before = self.gst_return.gstr1()
        self.to_suresh.partner_id.name = "Suresh K."
        self.env.cr.execute("ALTER TABLE fsm_gst_return DISABLE TRIGGER fsm_gst_issued_return")
        self.env.cr.execute("UPDATE fsm_gst_return SET period = '052026'")
        self.gst_return.invalidate_recordset()
        self.assertEqual(self.gst_return.gstr1(), before)
        self.assertEqual(len(self.gst_return.sha256), 64)

    def test_return_is_filed_with_its_number_once_it_is_locked(self):
        with self.assertRaisesRegex(UserError, "this needs “Locked”"):
            self.gst_return.mark_filed("AA290426000001X")
        self.gst_return.lock()
        with self.assertRaisesRegex(UserError, "15 letters and digits"):
            self.gst_return.mark_filed("12")
        with self.assertRaisesRegex(UserError, "runs until 30-Apr-2026"):
            self.gst_return.mark_filed("AA290426000001X", date="2026-04-30")
        self.gst_return.mark_filed("aa290426000001x", date="2026-05-11")
        self.assertEqual((self.gst_return.state, self.gst_return.arn), ("filed", "AA290426000001X"))
        with self.assertRaises(UserError):
            self._own(self.gst_return, self.manager).reopen()

    def test_return_is_not_filed_once_the_books_say_otherwise(self):
        owed = self.to_suresh.line_ids.filtered(lambda line: line.tax_group_id.name == "CGST")
        cash = self.branch._tills()["cash"].default_account_id
        may = self.gst_return.create({"gstin": self.branch.vat, "period": "052026"})
        self.gst_return.lock()
        entry = self._entry((cash, 90.0), (owed.account_id, -90.0))
        with self.assertRaisesRegex(UserError, "have changed since.*owes tax on no document"):
            self.gst_return.mark_filed(arn="AA290426123456X")
        [finding] = may.check()["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("warning", entry.id))
        self.assertIn("in a month that is locked", finding["text"])
        entry._reverse_moves([{"date": entry.date}]).action_post()
        self.assertEqual(may.check(), {"ok": True, "findings": []})
        bill = self._bill("29AABCB1234C1ZA", "2026-04-20")
        with self.assertRaisesRegex(UserError, "Now differs: GSTR-3B itc_elg"):
            self.gst_return.mark_filed(arn="AA290426123456X")
        bill._reverse_moves([{"date": bill.date, "invoice_date": bill.date}]).action_post()
        self.assertEqual(self.gst_return.mark_filed(arn="AA290426123456X")["state"], "filed")

    def _bill(self, gstin, day):
        """Return the posted bill of a vendor for ₹1,000 before tax."""
        vendor = self._meet("Spares House", self.karnataka, vat=gstin)
        taxes = self.organization.account_purchase_tax_id
        line = {"name": "Fans", "price_unit": 1000.0, "tax_ids": [Command.set(taxes.ids)]}
        bill = self.env["account.move"].with_company(self.company)
        bill = bill.create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "ref": "SH-1",
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        return bill

    def test_sql_changes_no_return_that_is_locked_and_its_digest_tells(self):
        self.gst_return.lock()
        self.env.flush_all()
        change = "UPDATE fsm_gst_return SET gstr1_data = '{}' WHERE id = %s"
        for attack in (change, "DELETE FROM fsm_gst_return WHERE id = %s"):
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
                with self.env.cr.savepoint():
                    self.env.cr.execute(attack, [self.gst_return.id])
        self.assertTrue(self.gst_return.gstr1()["b2b"])
        self.env.cr.execute("ALTER TABLE fsm_gst_return DISABLE TRIGGER fsm_gst_issued_return")
        self.env.cr.execute(change, [self.gst_return.id])
        self.env.invalidate_all()
        for verb in ("gstr1", "gstr3b", "export_xlsx", "export_gstr3b"):
            with self.assertRaisesRegex(UserError, "changed after it was locked"):
                getattr(self.gst_return, verb)()

    def test_month_is_not_locked_before_it_is_over_in_india(self):
        may = self.env["fsm.gst.return"].with_user(self.accountant)
        may = may.create({"gstin": self.branch.vat, "period": "052026"})
        for now in ("2026-04-15 06:00:00", "2026-05-31 18:29:00"):
            with freeze_time(now), self.assertRaisesRegex(UserError, "runs until 31-May-2026"):
                may.lock()
        with freeze_time("2026-05-31 18:30:00"):
            self.assertEqual(may.lock()["state"], "locked")

    def test_manager_takes_back_a_filing_that_was_marked_by_mistake(self):
        self.gst_return.lock()
        self.gst_return.mark_filed("AA290426000001X")
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            self.gst_return.unfile(reason="The portal refused it")
        managed = self._own(self.gst_return, self.manager)
        with self.assertRaisesRegex(UserError, "at least 10 characters"):
            managed.unfile(reason="A mistake")
        answer = managed.unfile(reason="The portal refused it")
        self.assertEqual((answer["state"], answer["arn"]), ("locked", False))
        self.env.flush_all()
        told = self.env["fsm.audit.log"].search([("reason", "=", "The portal refused it")])
        self.assertEqual(
            [(row.kind, row.model, row.record_id) for row in told],
            [("override", managed._name, managed.id)],
        )
        self.assertEqual(managed.reopen()["state"], "draft")

    def test_manager_reopens_a_locked_month_and_accountant_does_not(self):
        self.gst_return.lock()
        with self.assertRaises(AccessError):
            self.gst_return.reopen()
        self._own(self.gst_return, self.manager).reopen()
        self.to_suresh.fsm_cancel(reason="Wrong customer")
        self.assertEqual(self.to_suresh.state, "cancel")

    # === WHO, AND WHAT IS REFUSED === #

    def test_only_accountants_of_all_branches_of_the_gstin_see_the_return(self):
        second = self._found_branch("Indiranagar", "IND", self.branch.vat, self.karnataka)
        returns = self.env["fsm.gst.return"]
        with self.assertRaises(AccessError):
            returns.with_user(self.accountant).create(
                {"gstin": self.branch.vat, "period": "052026"}
            )
        both = returns.create({"gstin": self.branch.vat, "period": "052026"})
        self.assertEqual(both.company_ids, self.company | second.company_id)
        self.assertFalse(returns.with_user(self.accountant).search([("id", "=", both.id)]))
        with self.assertRaises(AccessError):
            both.with_user(self.accountant).gstr1()
        self.accountant.company_ids = [Command.link(second.company_id.id)]
        self.assertTrue(both.with_user(self.accountant).gstr1())

    def test_counter_and_bench_see_no_return(self):
        for user in (self.receptionist, self.technician):
            with self.assertRaises(AccessError):
                self._own(self.gst_return, user).gstr1()

    def test_return_needs_a_gstin_and_a_month_that_exist(self):
        returns = self.env["fsm.gst.return"].with_user(self.accountant)
        for gstin, period in (
            (self.branch.vat, "132026"),
            ("29AAGCB7383J1Z5", PERIOD),
            (False, PERIOD),
        ):
            with self.assertRaises(ValidationError):
                returns.create({"gstin": gstin, "period": period})
        with self.assertRaises(AccessError):
            returns.create({"gstin": "27AAACX9876L1ZE", "period": PERIOD})

    def test_what_odoo_computes_and_stores_of_billing_takes_no_value(self):
        """Odoo itself would take it: a month could be declared with the documents of another."""
        kinds = ("fsm.gst.", "fsm.day.", "fsm.credit", "fsm.challan")
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith(kinds) or model._transient or model._abstract:
                continue
            for field in model._fields.values():
                if field.compute and field.store and field.readonly:
                    own = self.gst_return if name == "fsm.gst.return" else model.search([], limit=1)
                    with self.assertRaises(UserError, msg=str(field)):
                        own.with_user(self.accountant).write({field.name: "2026-03-01"})
        with self.assertRaisesRegex(UserError, "“first_day” is not set by hand"):
            self.gst_return.create(
                {"gstin": self.branch.vat, "period": "052026", "first_day": "2026-03-01"}
            )

    def test_state_and_number_are_not_written_by_hand(self):
        for values in ({"state": "filed"}, {"arn": "X"}, {"period": "052026"}, {"gstr1_data": {}}):
            with self.assertRaises(UserError):
                self.gst_return.write(values)
            with self.assertRaises(UserError):
                self.gst_return.with_context(fsm_gst_gate=True).write(values)
        made = self.gst_return.with_context(default_state="filed").create(
            {"gstin": self.branch.vat, "period": "052026"}
        )
        self.assertEqual(made.state, "draft")
