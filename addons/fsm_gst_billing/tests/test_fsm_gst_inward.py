"""What is bought under reverse charge: self-invoices and payment vouchers. CGST Act s.31(3)(f), (g)."""

import re
import subprocess
from datetime import date

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import FsmGstBillingCommon

# What must be read on a self-invoice: Rule 46 with the branch as recipient, s.31(3)(f).
SELF_INVOICE = [
    ("title", r"SELF-INVOICE"),
    ("(a) supplier", r"Ramesh Transport .*4, Magadi Road, Bengaluru 560023, Karnataka"),
    ("(a) state of the supplier", r"State 29-Karnataka .*RECIPIENT"),
    ("(b) number", r"SELF-INVOICE NO\. ISPR/26-27/\d{5}\b"),
    ("(c) date", r"DATE \d\d-[A-Z][a-z]{2}-\d{4}"),
    ("(d) recipient, GSTIN", r"RECIPIENT .*Service Works Pvt Ltd .*GSTIN 29AAGCB7383J1Z4"),
    ("(d) address", r"12, SP Road, Bengaluru 560002"),
    ("(g) SAC", r"\b998713\b"),
    ("(h) description", r"Repair of the display"),
    ("(i) quantity", r"998713 5\b"),
    ("(j) value", r"TOTAL ₹ 1,000\.00"),
    ("(k) taxable value", r"TAXABLE VALUE 1,000\.00"),
    ("(l), (m) rate and tax", r"9 ?% ?90\.00 9 ?% ?90\.00"),
    ("(m) tax to be paid", r"TAX PAYABLE BY RECIPIENT 180\.00"),
    ("(n) place of supply", r"PLACE OF SUPPLY 29-Karnataka"),
    ("(p) reverse charge", r"REVERSE CHARGE Yes"),
    ("(q) signature", r"For Service Works Pvt Ltd .*Authorised Signatory"),
    ("words", r"One Thousand Rupees"),
    ("supplier's bill", r"SUPPLIER’S BILL RT-17\b"),
]

# Rule 52, of the half of it that is paid.
PAYMENT_VOUCHER = [
    ("title", r"PAYMENT VOUCHER"),
    ("(a) supplier", r"PAID TO \(SUPPLIER\) .*Ramesh Transport .*4, Magadi Road"),
    ("(b) number", r"VOUCHER NO\. PSPR/26-27/\d{5}\b"),
    ("(c) date", r"DATE \d\d-[A-Z][a-z]{2}-\d{4}"),
    ("(d) recipient", r"Service Works Pvt Ltd .*12, SP Road.* GSTIN 29AAGCB7383J1Z4"),
    ("(e) description", r"Repair of the display · HSN/SAC 998713"),
    ("(f) amount paid", r"AMOUNT PAID ₹ 500\.00"),
    ("(g), (h) rate and tax", r"500\.00 9 ?% ?45\.00 9 ?% ?45\.00"),
    ("(h) tax payable", r"TAX PAYABLE BY RECIPIENT 90\.00"),
    ("(i) place of supply", r"PLACE OF SUPPLY 29-Karnataka"),
    ("(j) signature", r"For Service Works Pvt Ltd .*Authorised Signatory"),
]


@tagged("post_install", "-at_install")
class TestFsmGstInward(FsmGstBillingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chart = cls.env["account.chart.template"].with_company(cls.organization)
        cls.ramesh = cls._meet(
            "Ramesh Transport",
            cls.karnataka,
            street="4, Magadi Road",
            city="Bengaluru",
            zip="560023",
        )
        cls.report = cls.env["ir.actions.report"].with_context(force_report_rendering=True)

    # === SELF-INVOICE === #

    def test_bill_of_who_has_no_gstin_is_self_invoiced_when_it_is_posted(self):
        bills = self._buy() | self._buy()
        numbers = bills.gst_number_ids.sorted("id")
        self.assertEqual(set(numbers.mapped("kind")), {"self_invoice"})
        self.assertEqual(set(numbers.mapped("series")), {"ISPR/26-27/"})
        first, second = numbers.mapped("counter")
        self.assertEqual(second, first + 1)
        self.assertEqual(bills[0].self_invoice_number, f"ISPR/26-27/{first:05d}")

    def test_who_has_a_gstin_issues_his_own_invoice(self):
        registered = self._meet("Asha Legal", self.karnataka, vat="29AABCB1234C1ZA")
        self.assertFalse(self._buy(vendor=registered).self_invoice_number)
        self.assertFalse(self._buy(tax="sgst_purchase_18").self_invoice_number)
        with self.assertRaises(UserError):
            self._buy(vendor=registered).fsm_issue_self_invoice()

    def test_service_from_abroad_is_self_invoiced_in_rupees(self):
        """IGST Act s.5(3), s.20; Circular 211/5/2024."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-11-01",
                "currency_id": dollar.id,
                "company_id": self.organization.id,
                "inverse_company_rate": 90.0,
            }
        )
        abroad = self._meet("Cloud Inc", None, country=self.env.ref("base.us"), vat="US123456")
        bill = self._buy(vendor=abroad, tax="igst_purchase_18_service_rc", currency_id=dollar.id)
        document = bill._tax_document()
        value = abs(bill.amount_total_signed)
        self.assertNotEqual(value, bill.amount_total)
        self.assertEqual(document["total"], value)
        self.assertEqual(document["supplier"]["gstin"], "")
        [(kind, tax), (_label, owed)] = document["payments"]
        self.assertEqual((kind, tax), ("IGST", owed))
        self.assertAlmostEqual(owed, value * 0.18, 2)

    def test_self_invoice_locks_its_bill_and_is_cancelled_with_it(self):
        bill = self._buy()
        number = bill.gst_number_ids
        with self.assertRaisesRegex(UserError, "was issued"):
            bill.ref = "other"
        for refused in (bill.button_draft, bill.button_cancel, bill.unlink):
            with self.assertRaises(UserError):
                refused()
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE account_move SET ref = 'x' WHERE id = %s", [bill.id])
        with self.assertRaises(AccessError):
            bill.with_user(self.accountant).fsm_cancel("Booked twice by mistake")
        bill.with_user(self.manager).fsm_cancel("Booked twice by mistake")
        self.assertEqual((bill.state, bill.gst_number_ids), ("cancel", number))
        self.assertEqual(number.cancellation_ids.reason, "Booked twice by mistake")

    def test_self_invoice_of_a_declared_month_has_the_day_on_which_it_is_issued(self):
        self._lock("042026")
        bill = self._buy(day="2026-04-20")
        today = self.company._today_here()
        self.assertEqual((bill.date, bill.gst_number_ids.day), (date(2026, 4, 20), today))
        self.assertEqual(self._buy(day="2026-05-20").gst_number_ids.day, date(2026, 5, 20))

    def test_return_finds_what_is_late_or_lacks_its_paper(self):
        """Rule 47A: 30 days."""
        bill = self._buy(day="2026-05-31", date="2026-07-01")
        july = self._return("072026")
        [finding] = july.check()["findings"]
        self.assertEqual(
            (finding["rule"], finding["id"]), ("CGST Act s.31(3)(f), Rule 47A", bill.id)
        )
        self.assertIn("31 days", finding["text"])

    # === PAYMENT VOUCHER === #

    def test_each_payment_of_a_bill_under_reverse_charge_has_its_voucher(self):
        """Rule 52: of who is registered as well. Their taxes are that of the bill."""
        for vendor in (self.ramesh, self._meet("Asha", self.karnataka, vat="29AABCB1234C1ZA")):
            bill = self._buy(price=33.33, vendor=vendor)
            for amount in (55.55, 55.55, 55.55):
                self._pay(bill, amount)
            vouchers = bill.payment_voucher_ids
            self.assertEqual(vouchers.mapped("amount"), [55.55] * 3)
            owed = sum(
                bill.line_ids.filtered(lambda line: line.tax_line_id and line.balance > 0).mapped(
                    "balance"
                )
            )
            paid = sum(vouchers.mapped("cgst")) + sum(vouchers.mapped("sgst"))
            self.assertAlmostEqual(paid, owed, 2)
            numbers = vouchers.gst_number_ids
            self.assertEqual(set(numbers.mapped("kind")), {"payment_voucher"})
            self.assertEqual(sorted(numbers.mapped("number")), sorted(vouchers.mapped("name")))

    def test_who_charges_tax_gets_no_payment_voucher(self):
        bill = self._buy(tax="sgst_purchase_18")
        self._pay(bill, 100.0)
        self.assertFalse(bill.payment_voucher_ids)

    def test_voucher_stays_as_it_is_and_is_cancelled_with_its_payment(self):
        bill = self._buy()
        payment = self._pay(bill, 400.0)
        voucher = bill.payment_voucher_ids
        for refused in (lambda: voucher.write({"amount": 1.0}), voucher.unlink):
            with self.assertRaises(UserError):
                refused()
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE fsm_gst_payment_voucher SET amount = 1")
        with self.assertRaises(AccessError):
            payment.with_user(self.accountant).action_draft()
        payment.with_user(self.manager).action_draft()
        self.assertTrue(voucher.is_cancelled)
        self.assertIn(bill.name, voucher.gst_number_ids.cancellation_ids.reason)
        self.assertIn("Cancelled", voucher._voucher_document()["title"])

    def test_payment_stays_where_it_is_once_its_voucher_is_declared(self):
        bill = self._buy(day="2026-04-02")
        payment = self._pay(bill, 400.0, "2026-04-05")
        self._lock("042026")
        with self.assertRaisesRegex(UserError, "which is locked"):
            payment.action_draft()
        with self.assertRaisesRegex(UserError, "which is locked|was paid"):
            bill.fsm_cancel("Booked twice by mistake")

    def test_tax_withheld_and_credit_notes_are_no_payment(self):
        bill = self._buy()
        note = bill._reverse_moves([{"invoice_date": bill.date, "date": bill.date}], cancel=True)
        self.assertEqual((note.state, bill.amount_residual), ("posted", 0.0))
        self.assertFalse(bill.payment_voucher_ids)
        self.assertFalse(note.self_invoice_number)

    # === RETURN === #

    def test_table_13_lists_both_and_counts_what_was_cancelled(self):
        bills = [self._buy(day="2026-04-02") for _time in range(3)]
        bills[1].fsm_cancel("Booked twice by mistake")
        self._pay(bills[0], 400.0, "2026-04-05")
        self._pay(bills[0], 100.0, "2026-04-06").action_draft()
        april = self._return("042026")
        tables = {row["doc_num"]: row["docs"] for row in april.gstr1()["doc_issue"]["doc_det"]}
        for nature, total, cancelled in ((2, 3, 1), (7, 2, 1)):
            [row] = tables[nature]
            self.assertEqual((row["totnum"], row["cancel"]), (total, cancelled))
        self.assertEqual(april.check(), {"ok": True, "findings": []})

    # === PAPERS === #

    def test_papers_say_what_the_law_wants(self):
        bill = self._buy(ref="RT-17")
        self._pay(bill, 500.0)
        papers = (
            (bill, "fsm_gst_billing.report_self_invoice", SELF_INVOICE),
            (bill.payment_voucher_ids, "fsm_gst_billing.report_payment_voucher", PAYMENT_VOUCHER),
        )
        for document, report, checklist in papers:
            text = self._read(report, document)
            wrong = [rule for rule, pattern in checklist if not re.search(pattern, text, re.I)]
            self.assertFalse(wrong, text)

    def test_paper_stays_as_it_was_when_the_supplier_moves(self):
        bill = self._buy()
        self._pay(bill, 500.0)
        self.ramesh.street = "9, Hosur Road"
        for said in (
            bill._tax_document()["supplier"],
            bill.payment_voucher_ids._voucher_document()["recipient"],
        ):
            self.assertIn("4, Magadi Road", said["address"])

    # === RIGHTS === #

    def test_vouchers_are_for_who_keeps_the_books_of_the_branch(self):
        bill = self._buy(user=self.accountant)
        self._pay(bill, 500.0)
        voucher = bill.payment_voucher_ids
        for user in (self.accountant, self.manager):
            self.assertTrue(voucher.with_user(user).name)
        elsewhere = self._found_branch("Tana Road", "TNR", "29AAGCB7383J1Z4", self.karnataka)
        other = self._hire("other", "fsm_jobs.group_fsm_accountant", elsewhere)
        for user in (self.receptionist, self.technician, other):
            with self.assertRaises(AccessError):
                voucher.with_user(user).fsm_pdf()
            with self.assertRaises(AccessError):
                bill.with_user(user).fsm_issue_self_invoice()
        with self.assertRaises(UserError):
            voucher.with_user(self.manager).create({"name": "PSPR/26-27/09999"})

    # === HELPERS === #

    def _buy(
        self,
        price=200.0,
        day="2026-11-02",
        vendor=None,
        tax="sgst_purchase_18_rc",
        user=None,
        **values,
    ):
        """Return the posted bill of a vendor for five repairs."""
        bill = (
            self.env["account.move"]
            .with_user(user or self.manager)
            .with_company(self.company)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": (vendor or self.ramesh).id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.labour.id,
                                "quantity": 5,
                                "price_unit": price,
                                "tax_ids": [Command.set(self.chart.ref(tax).ids)],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        bill.action_post()
        return bill.with_user(self.manager)

    def _pay(self, bill, amount, day="2026-11-03"):
        """Return the payment of part of a bill, from the till of the branch."""
        register = self.env["account.payment.register"].with_user(self.manager)
        register = register.with_context(active_model="account.move", active_ids=bill.ids)
        journal = self.branch._tills()["bank"]
        wizard = register.create({"amount": amount, "payment_date": day, "journal_id": journal.id})
        return wizard._create_payments()

    def _return(self, period):
        return self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": period})

    def _lock(self, period):
        self._return(period).lock()

    def _read(self, report, document):
        with self.allow_pdf_render():
            pdf = self.report._render_qweb_pdf(report, document.ids)[0]
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
        )
        return " ".join(text.stdout.decode().split())
