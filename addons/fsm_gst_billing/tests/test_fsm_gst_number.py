# ruff: noqa: S608 - attacks are written as an attacker would
import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import issued
from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestFsmGstNumber(FsmGstBillingCommon):
    """The ledger of numbers, and the lock it is: C1 to C7 of `audit.md`, in SQL as Odoo's role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-11-21 08:00:00"):
            cls.invoice = cls._invoice(cls._create_job())
        cls.number = cls.invoice.gst_number_ids
        cls.line = cls.invoice.invoice_line_ids[0]

    # === THE LEDGER === #

    def test_number_is_in_the_ledger_with_the_gstin_of_its_day(self):
        self.branch.vat = "29AAGCR4375J2ZT"
        self.assertRecordValues(
            self.number,
            [
                {
                    "number": "SPR/26-27/00001",
                    "gstin": "29AAGCB7383J1Z4",
                    "state_code": "29",
                    "financial_year": "26-27",
                    "kind": "invoice",
                    "series": "SPR/26-27/",
                    "counter": 1,
                    "user_id": self.manager.id,
                }
            ],
        )
        supplier = self.invoice._tax_document()["supplier"]
        self.assertEqual(supplier["gstin"], "29AAGCB7383J1Z4")
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": "29AAGCB7383J1Z4", "period": "112026"}
        )
        self.assertEqual(len(gst_return.gstr1()["b2cs"]), 1)

    def test_ledger_is_written_by_issuing_alone(self):
        numbers = self.number.with_user(self.manager)
        for attack in (
            lambda: numbers.create({"number": "X1"}),
            lambda: numbers.sudo().create({"number": "X1"}),
            lambda: numbers.sudo().with_context(fsm_billing_gate=True).create({"number": "X1"}),
            lambda: numbers.sudo().write({"number": "X1"}),
            lambda: numbers.sudo().unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()

    def test_number_is_unique_for_a_gstin_and_year_whatever_the_letter_case(self):
        copy = (
            "UPDATE account_move SET posted_before = true, name = 'spr/26-27/00001' WHERE id = %s;"
            "INSERT INTO fsm_gst_number (move_id, company_id, organization_id, day, registration,"
            " kind, series, financial_year, counter, number, issued_at, user_id) SELECT %s,"
            " company_id, organization_id, day, registration, kind, lower(series), financial_year,"
            " counter, lower(number), issued_at, user_id FROM fsm_gst_number WHERE id = %s"
        )
        other = self._invoice(self._create_job(), post=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            with self.env.cr.savepoint():
                self.env.cr.execute(copy, [other.id, other.id, self.number.id])

    def test_T17_series_of_one_gstin_stay_apart(self):
        other = self._found_branch("HSR Layout", "HSR", self.branch.vat, self.karnataka)
        with self.assertRaisesRegex(ValidationError, "are both of GSTIN"):
            self._series(other, "SPR")

    def test_T22_code_that_does_not_fit_is_refused_when_it_is_set_up(self):
        for code in ("BLRKM", "1SP", "S_P", "sp"):
            with self.assertRaisesRegex(ValidationError, "cannot begin the numbers"):
                self._series(self.branch, code)

    def _series(self, branch, code):
        """Return a second series of a branch: the code of its first one stays as it is."""
        vals = {"name": "More sales", "type": "sale", "code": code}
        return self.env["account.journal"].create({**vals, "company_id": branch.company_id.id})

    # === CHALLANS === #

    def _challan(self, kind="lab", day="2026-11-21 08:00:00", **arguments):
        """Have the manager send a laptop away, and return the challan it travels with."""
        with freeze_time(day):
            job = self._create_job(state="repair").with_user(self.manager)
            arguments = {"partner_id": self.kaveri.id, "due_date": "2027-06-30", **arguments}
            job.move_device(kind=kind, **arguments)
        return job.custody_id.challan_id

    def test_R12_challans_are_numbered_each_year_and_those_for_job_work_apart(self):
        night = "2027-03-31 18:30:00"  # 1 April 2027, 00:00 in India
        challans = [
            self._challan(),
            self._challan("courier"),
            self._challan(),
            self._challan(day=night),
        ]
        self.assertEqual(
            [challan.name for challan in challans],
            ["JSPR/26-27/00001", "DSPR/26-27/00001", "JSPR/26-27/00002", "JSPR/27-28/00001"],
        )
        self.assertRecordValues(
            challans[0].gst_number_ids,
            [
                {
                    "number": "JSPR/26-27/00001",
                    "kind": "challan_job_work",
                    "series": "JSPR/26-27/",
                    "counter": 1,
                    "gstin": self.branch.vat,
                    "move_id": False,
                }
            ],
        )

    def test_R12_courier_is_the_transporter_and_the_customer_the_consignee(self):
        challan = self._challan("courier")
        self.assertEqual(challan.partner_id, self.suresh)
        self.assertEqual(challan.transporter_name, self.kaveri.name)
        self.assertEqual(challan.custody_ids.partner_id, self.kaveri)

    def test_R12_challan_is_cancelled_with_a_reason_and_stays_in_table_13(self):
        challan, courier = self._challan(value=90000.0), self._challan("courier")
        owned = challan.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "move them back first"):
            owned.cancel(reason="The lab is closed")
        challan.custody_ids.job_id.with_user(self.manager).move_device(kind="counter")
        with self.assertRaises(AccessError):
            challan.with_user(self.accountant).cancel(reason="The lab is closed")
        self.assertTrue(owned.cancel(reason="The lab is closed")["cancelled"])
        self.assertEqual(challan.gst_number_ids.cancellation_ids.reason, "The lab is closed")
        with self.assertRaisesRegex(UserError, "cancelled already"):
            owned.cancel(reason="Once more")
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "112026"}
        )
        tables = {
            row["doc_num"]: [(doc["from"], doc["totnum"], doc["cancel"]) for doc in row["docs"]]
            for row in gst_return.gstr1()["doc_issue"]["doc_det"]
        }
        self.assertEqual(tables[9], [(challan.name, 1, 1)])
        self.assertEqual(tables[12], [(courier.name, 1, 0)])
        found = [row for row in gst_return.check()["findings"] if row["model"] == "fsm.challan"]
        self.assertEqual({row["id"] for row in found}, {courier.id})
        self.assertIn("CGST Rule 55(1)(vi)", [row["rule"] for row in found])
        with freeze_time("2026-12-01 06:00:00"):
            gst_return.lock()
        with self.assertRaisesRegex(UserError, "which is locked"):
            self._challan()

    def test_R12_challans_from_before_billing_are_taken_into_table_13(self):
        """Three as `fsm_jobs` numbered them, one of them cancelled, one under no number of GST."""
        challan = self._challan(value=90000.0)
        names = ("SPR/DC/00001", "SPR/DC/00002", "SPR/DC/00003-LAB-SP")
        for name in names:
            self.env.cr.execute(
                "INSERT INTO fsm_challan (name, company_id, partner_id, date, purpose, by_id,"
                " cancelled_at, cancel_reason) SELECT %s, company_id, partner_id, '2026-11-02',"
                " 'other', by_id, CASE WHEN %s THEN now() END, 'Never left' FROM fsm_challan"
                " WHERE id = %s",
                [name, name == names[1], challan.id],
            )
        november = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "112026"})
        self.env["fsm.gst.number"]._issue_existing()
        issued = {row["doc_num"]: row["docs"] for row in november.gstr1()["doc_issue"]["doc_det"]}
        self.assertEqual(
            [(row["from"], row["totnum"], row["cancel"]) for row in issued[12]],
            [("SPR/DC/00001", 2, 1)],
        )
        texts = [row["text"] for row in november.check()["findings"]]
        self.assertEqual([names[2] in text for text in texts if "Table 13" in text], [True])

    def test_R12_sql_changes_nothing_of_a_challan_that_is_out(self):
        challan = self._challan(value=90000.0)
        line = challan.line_ids
        with mute_logger("odoo.sql_db"):
            for statement in (
                f"UPDATE fsm_challan SET name = 'X' WHERE id = {challan.id}",
                f"UPDATE fsm_challan SET cancelled_at = now() WHERE id = {challan.id}",
                f"UPDATE fsm_challan_line SET value = 1 WHERE id = {line.id}",
                f"DELETE FROM fsm_challan_line WHERE id = {line.id}",
                f"INSERT INTO fsm_challan_line (challan_id, name, quantity)"
                f" VALUES ({challan.id}, 'X', 1)",
            ):
                self._refused(statement)

    def test_R44_goods_above_the_limit_need_an_eway_bill(self):
        lab = self._meet("Lab here", self.karnataka)
        near = self._challan(partner_id=lab.id, value=50000.0)
        far = self._challan(partner_id=lab.id, value=50000.5)
        self.assertEqual((near.needs_eway_bill, far.needs_eway_bill), (False, True))
        carried = far.with_user(self.accountant)
        with self.assertRaisesRegex(ValidationError, "12 digits"):
            carried.eway_number = "12"
        with self.assertRaises(AccessError):
            far.with_user(self.receptionist).eway_number = "391000123456"
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            carried.write({"eway_number": "391000123456", "note": "X"})
        carried.eway_number = "391000123456"
        self.assertFalse(far.eway_warning)

    # === THE LOCK === #

    def test_C1_C2_C6_sql_changes_nothing_that_was_issued(self):
        for table, column, value in (
            ("account_move", "name", "'X'"),
            ("account_move", "state", "'draft'"),
            ("account_move", "state", "'cancel'"),
            ("account_move", "journal_id", "NULL"),
            ("account_move", "company_id", "NULL"),
            ("account_move", "partner_id", "NULL"),
            ("account_move", "invoice_date", "'2026-01-01'"),
            ("account_move", "amount_total", "1"),
            ("account_move", "l10n_in_state_id", "NULL"),
            ("account_move", "payment_reference", "'X'"),
            ("account_move_line", "price_unit", "1"),
            ("account_move_line", "quantity", "7"),
            ("account_move_line", "name", "'X'"),
            ("account_move_line", "balance", "1"),
            ("account_move_line", "move_id", "NULL"),
            ("account_move_line", "credited_line_id", "id"),
            ("account_move_line", "tax_base_amount", "7"),
            ("account_move_line_account_tax_rel", "account_tax_id", "0"),
            ("account_account_tag_account_move_line_rel", "account_account_tag_id", "0"),
        ):
            self._refused(f"UPDATE {table} SET {column} = {value} WHERE {self._where(table)}")

    def test_C3_C5_sql_deletes_nothing_that_was_issued(self):
        for table in (
            "account_move",
            "account_move_line",
            "account_move_line_account_tax_rel",
            "account_account_tag_account_move_line_rel",
            "fsm_gst_number",
        ):
            self._refused(f"DELETE FROM {table} WHERE {self._where(table)}")
        self._refused(f"UPDATE fsm_gst_number SET number = 'X' WHERE id = {self.number.id}")
        for table in ("account_move", "account_move_line", "fsm_gst_number"):
            self._refused(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")

    def test_C6_sql_takes_no_line_out_of_the_books(self):
        """What sums up the books asks the lines: they say what their entry says, payments' as well."""
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])
        paid = self.invoice.line_ids.matched_credit_ids.credit_move_id
        for column, value in (
            ("parent_state", "'draft'"),
            ("date", "'2026-10-01'"),
            ("move_name", "'X'"),
            ("journal_id", "(SELECT min(id) FROM account_journal WHERE id <> journal_id)"),
            ("invoice_date", "'2026-10-01'"),
        ):
            for line in self.line, paid:
                self._refused(
                    f"UPDATE account_move_line SET {column} = {value} WHERE id = {line.id};"
                    " SET CONSTRAINTS ALL IMMEDIATE"
                )
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        with self.assertRaisesRegex(UserError, "was issued"):
            self.line.with_user(self.accountant).write({"tax_tag_ids": [Command.clear()]})

    def test_C7_sql_forges_no_row_of_the_ledger(self):
        draft = self._invoice(self._create_job(), post=False)
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])
        entry = self.invoice.line_ids.matched_credit_ids.credit_move_id.move_id
        columns = "company_id, organization_id, day, kind, financial_year, issued_at, user_id"
        for move in draft, entry, self.invoice:
            self._refused(
                f"INSERT INTO fsm_gst_number ({columns}, registration, move_id, series, counter,"
                f" number) SELECT {columns}, registration, {move.id}, series, 900,"
                f" series || '00900' FROM fsm_gst_number WHERE id = {self.number.id}"
            )

    def test_C6_no_line_is_added_by_sql(self):
        columns = "move_id, account_id, display_type, currency_id, company_id"
        self._refused(
            f"INSERT INTO account_move_line ({columns}) SELECT {columns} FROM account_move_line"
            f" WHERE id = {self.line.id}"
        )

    def test_C6_nothing_is_posted_by_sql_without_a_number_in_the_ledger(self):
        draft = self._invoice(self._create_job(), post=False)
        self._refused(
            f"UPDATE account_move SET state = 'posted', name = 'SPR/26-27/00002'"
            f" WHERE id = {draft.id}; SET CONSTRAINTS ALL IMMEDIATE"
        )
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def test_C4_issued_invoice_is_not_posted_twice(self):
        for attack in (
            lambda: self.invoice.button_draft(),
            lambda: self.invoice.sudo().write({"state": "draft"}),
            lambda: self.invoice.action_post(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        self.assertFalse(self.invoice.show_reset_to_draft_button)

    def test_state_of_a_draft_is_not_written_to_posted(self):
        draft = self._invoice(self._create_job(), post=False)
        with self.assertRaisesRegex(UserError, "issued with “Confirm”"):
            draft.sudo().write({"state": "posted"})

    def test_payment_state_is_not_written(self):
        for values in ({"payment_state": "reversed"}, {"payment_reference": "X"}):
            with self.assertRaisesRegex(UserError, "was issued"):
                self.invoice.sudo().write(values)

    def test_reason_of_another_transaction_cancels_nothing(self):
        """The trigger writes the transaction itself, so it cannot be told another one."""
        self.env.cr.execute(
            "INSERT INTO fsm_gst_cancellation (number_id, move_id, company_id, reason,"
            " cancelled_at, user_id, transaction) VALUES (%s, %s, %s, 'x', now(), 1, '7')"
            " RETURNING transaction = pg_current_xact_id()::text",
            [self.number.id, self.invoice.id, self.company.id],
        )
        self.assertTrue(self.env.cr.fetchone()[0])
        self._refused(
            f"UPDATE account_move SET state = 'cancel', ref = 'X' WHERE id = {self.invoice.id}"
        )

    def test_paid_invoice_is_credited_not_cancelled(self):
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])
        with self.assertRaisesRegex(UserError, "was paid or credited"):
            self.invoice.fsm_cancel(reason="Wrong customer")

    def test_sale_journal_numbers_documents_of_sales_alone(self):
        entry = self.env["account.move"].create(
            {"move_type": "entry", "journal_id": self.branch.sale_journal_id.id}
        )
        with self.assertRaisesRegex(UserError, "numbers documents under GST"):
            entry.action_post()

    def test_uninstalling_unlocks(self):
        issued.unlock(self.env.cr)
        self.env.cr.execute(
            "UPDATE account_move SET ref = 'X' WHERE id = %s RETURNING ref", [self.invoice.id]
        )
        self.assertEqual(self.env.cr.fetchone(), ("X",))
        self.env.cr.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'fsm_gst_issued%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    # === WHO === #

    def test_ledger_is_for_accountants_of_the_branch(self):
        other = self.other_branch
        stranger = self._hire("anand", "fsm_jobs.group_fsm_accountant", other)
        self.assertEqual(self.number.with_user(self.accountant).number, "SPR/26-27/00001")
        self.env.invalidate_all()
        for user in (stranger, self.receptionist, self.technician):
            with self.assertRaises(AccessError):
                self.number.with_user(user).read(["number"])

    def _where(self, table):
        return {
            "account_move": f"id = {self.invoice.id}",
            "account_move_line": f"id = {self.line.id}",
            "account_move_line_account_tax_rel": f"account_move_line_id = {self.line.id}",
            "account_account_tag_account_move_line_rel": f"account_move_line_id = {self.line.id}",
            "fsm_gst_number": f"id = {self.number.id}",
        }[table]

    def _refused(self, query):
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False) as savepoint:
            with self.assertRaises(psycopg2.errors.IntegrityConstraintViolation, msg=query):
                self.env.cr.execute(query)
            savepoint.rollback()
