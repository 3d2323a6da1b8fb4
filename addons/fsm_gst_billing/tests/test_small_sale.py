from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestSmallSale(FsmGstBillingCommon):
    """R4: what is below ₹200 stands on one invoice of the branch and day, if nobody asks for his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch.write({"consolidates_small_sales": True, "rounds_to_rupee": True})
        cls.cable = cls._stock("USB cable", "consu", "85444299", 120.0)
        cls.sales = cls.env["fsm.small.sale"]

    def _sell(self, price, paid, user=None, **arguments):
        """Sell a cable for `price` and its tax, paid in cash."""
        branch = self.branch.with_user(user or self.accountant)
        lines = [{"product_id": self.cable.id, "price_unit": price}]
        return branch.sell(lines=lines, payments=[{"method": "cash", "amount": paid}], **arguments)

    def _closed(self, sale):
        self.branch._consolidate(sale.day)
        return sale.invoice_id

    def _night(self):
        """Let the cron look, which commits after each branch."""
        crons = self.env["ir.cron"]
        with patch.object(type(crons), "_commit_progress", lambda *args, **kwargs: 60.0):
            self.env["fsm.branch"]._cron_consolidate()

    def _invoices(self):
        domain = [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice")]
        return self.env["account.move"].search(domain)

    @freeze_time("2026-10-25 08:00:00")
    def test_R4_day_close_puts_what_was_paid_on_one_invoice(self):
        first = self._sell(100.33, 118.0, client_ref="till-1")
        self.assertEqual(self._sell(100.33, 118.0, client_ref="till-1"), first)
        self._sell(120.0, 142.0, customer_id=self.suresh.id)
        self.assertEqual((first["name"], first["amount_total"]), ("SPR/CS/00001", 118.0))
        self.assertFalse(self._invoices(), "A draft would take no number, and there is none.")
        answer = self.branch.with_user(self.manager).close_day(cash_counted=260.0)
        self.assertEqual((answer["cash"], answer["difference"]), (260.0, 0.0))
        invoice = self._invoices()
        self.assertRecordValues(
            invoice,
            [
                {
                    "name": "SPR/26-27/00001",
                    "amount_untaxed": 220.34,  # with the rounding of both, ₹0.40 less ₹0.39
                    "amount_total": 260.0,
                    "payment_state": "paid",
                    "partner_id": self.branch.walk_in_id.id,
                }
            ],
        )
        rounding = dict(invoice._tax_document()["totals"])["Round-off"]
        self.assertAlmostEqual(rounding, 0.01, 2)
        self.assertIn("Rule 46, fourth proviso", invoice._tax_document()["declaration"])
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "102026"}
        )
        gstr1 = gst_return.gstr1()
        self.assertEqual(gstr1["b2cs"][0]["txval"], 220.33)
        self.assertEqual(gstr1["hsn"]["hsn_b2c"][0]["qty"], 2)
        self.assertEqual(gstr1["doc_issue"]["doc_det"][0]["docs"][0]["net_issue"], 1)

    @freeze_time("2026-10-25 08:00:00")
    def test_R4_R16_sales_with_whole_taxes_are_paid_by_what_was_taken_for_them(self):
        """Taxes of ₹8.50 each: ₹9 and ₹9 with each sale, ₹25.50 and so ₹26 on the invoice of three."""
        self.branch.write({"rounds_tax": True, "rounds_to_rupee": False})
        line = {"product_id": self.cable.id, "quantity": 1.0, "price_unit": 94.44, "name": ""}
        self.assertEqual(self.branch._price_of_sale(False, [line]), (112.44, True))
        for rounds, paid, due in ((False, 112.44, 337.32), (True, 112.0, 336.0)):
            self.branch.rounds_to_rupee = rounds
            sold = [self._sell(94.44, paid)["sale_id"] for _one in range(3)]
            invoice = self._closed(self.sales.browse(sold[0]))
            self.assertEqual(set(invoice.small_sale_ids.ids), set(sold))
            self.assertRecordValues(
                invoice,
                [{"amount_total": due, "amount_residual": 0.0, "payment_state": "paid"}],
            )
            totals = dict(invoice._tax_document()["totals"])
            self.assertEqual((totals["CGST"], totals["SGST"]), (26.0, 26.0))
            self.assertAlmostEqual(totals["Round-off"], due - 283.32 - 52.0, 2)
            self.assertTrue(invoice.fsm_check()["ok"])
        period = {"gstin": self.branch.vat, "period": "102026"}
        [row] = self.env["fsm.gst.return"].create(period).gstr1()["b2cs"]
        self.assertEqual((row["txval"], row["camt"], row["samt"]), (566.64, 52.0, 52.0))
        note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        note.action_post()
        self.assertEqual(note.amount_total, invoice.amount_total)

    def test_R4_all_else_has_its_own_invoice_at_once(self):
        neighbour = self._meet("Murugan", self.tamil_nadu)
        registered = self._meet("Infopark", self.karnataka, vat="29AABCB1234C1ZA")
        for paid, price, arguments in (
            (200.0, 169.49, {}),
            (118.0, 100.0, {"invoice": True}),
            (118.0, 100.0, {"customer_id": neighbour.id}),
            (118.0, 100.0, {"customer_id": registered.id}),
        ):
            sold = self._sell(price, paid, **arguments)
            self.assertTrue(sold["invoice_id"], arguments)
            self.assertEqual((sold["amount_total"], sold["amount_residual"]), (paid, 0.0))
        self.branch.consolidates_small_sales = False
        self.assertTrue(self._sell(100.0, 118.0)["invoice_id"])
        self.assertFalse(self.sales.search([]))

    def test_R4_dialog_says_what_it_comes_to_and_sells(self):
        form = Form(self.env["fsm.counter.sale"].with_user(self.accountant))
        with form.line_ids.new() as line:
            line.product_id = self.cable
        self.assertEqual((form.amount_total, form.is_small), (142.0, True))
        form.save().action_sell()
        self.assertEqual(self.sales.search([]).amount_total, 142.0)

    def test_R4_sale_is_refused_with_a_sentence_before_money_is_taken(self):
        self.cable.l10n_in_hsn_code = "8"
        with self.assertRaisesRegex(UserError, "HSN"):
            self._sell(100.0, 118.0)
        self.cable.l10n_in_hsn_code = "85444299"
        with self.assertRaisesRegex(UserError, "comes to ₹118.00 and ₹100.00 are paid"):
            self._sell(100.0, 100.0)
        with self.assertRaisesRegex(UserError, "comes to ₹236.00 and ₹100.00 are paid"):
            self._sell(200.0, 100.0)
        with self.assertRaises(AccessError):
            self._sell(100.0, 118.0, user=self.receptionist)

    def test_R4_manager_cancels_a_sale_of_today(self):
        with freeze_time("2026-10-25 08:00:00"):
            sale = self.sales.browse(self._sell(100.0, 118.0)["sale_id"])
            self._sell(100.0, 118.0)
            with self.assertRaisesRegex(AccessError, "Only a manager"):
                sale.with_user(self.accountant).cancel(reason="Does not fit")
            sale.with_user(self.manager).cancel(reason="Does not fit")
            with self.assertRaisesRegex(UserError, "cancelled already"):
                sale.with_user(self.manager).cancel(reason="Does not fit")
            self.branch.with_user(self.manager).close_day(cash_counted=118.0)
        self.assertEqual(self._invoices().amount_total, 118.0)
        with (
            freeze_time("2026-10-26 08:00:00"),
            self.assertRaisesRegex(UserError, "of a day that is over"),
        ):
            self._invoices().small_sale_ids.with_user(self.manager).cancel(reason="Late")

    def test_R4_T20_night_issues_what_nobody_closed_in_the_year_it_was_sold(self):
        with freeze_time("2026-03-31 18:29:00"):
            self._sell(100.0, 118.0)
            self._night()
            self.assertFalse(self._invoices(), "The day is not over.")
        with freeze_time("2026-03-31 18:31:00"):
            self._sell(100.0, 118.0)
            self._night()
            self.assertEqual(self._invoices().name, "SPR/25-26/00001")
        with freeze_time("2026-05-01 08:00:00"):  # the lock of a month takes what is left of it
            april = self.env["fsm.gst.return"].create(
                {"gstin": self.branch.vat, "period": "042026"}
            )
            april.lock()
        self.assertEqual(self._invoices()[0].name, "SPR/26-27/00001")
        self.assertEqual(self._invoices().mapped("amount_total"), [118.0, 118.0])

    def test_R4_nobody_changes_a_sale_or_uses_its_money_for_anything_else(self):
        sale = self.sales.browse(self._sell(100.0, 118.0)["sale_id"])
        payment, other = sale.payment_ids, self._invoice(self._create_job(self.branch.walk_in_id))
        money = payment._receivable_lines()
        for attack in (
            lambda: sale.sudo().write({"amount_total": 1.0}),
            lambda: sale.line_ids.sudo().write({"quantity": 2.0}),
            lambda: sale.sudo().unlink(),
            lambda: self.sales.sudo().create({"name": "X", "company_id": self.company.id}),
            lambda: payment.with_user(self.manager).action_cancel(),
            lambda: payment.with_user(self.manager).action_draft(),
            lambda: payment.with_user(self.manager).write({"small_sale_id": False}),
            lambda: self._closed(sale).with_user(self.manager).fsm_cancel(reason="Wrong"),
            lambda: self._closed(sale).with_user(self.manager).line_ids.remove_move_reconcile(),
            lambda: other.with_user(self.manager).js_assign_outstanding_line(money.id),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        self.assertFalse(payment.fsm_unused)
