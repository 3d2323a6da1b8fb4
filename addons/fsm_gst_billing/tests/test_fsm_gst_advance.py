from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FsmGstBillingCommon

APRIL, MAY = "2026-04-28 06:00:00", "2026-05-04 06:00:00"


@tagged("post_install", "-at_install")
class TestFsmGstAdvance(FsmGstBillingCommon):
    """Advances, credit notes, cash and the till: T10 to T14, T32, T33 of `gst.md`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls._hire(
            "meena", "fsm_jobs.group_fsm_receptionist,fsm_gst_billing.group_fsm_cashier"
        )

    def _advance(self, job, amount=1180.0, user=None, method="cash", **arguments):
        return job.with_user(user or self.cashier).record_advance(
            lines=[{"method": method, "amount": amount, "reference": f"U{job.id}"}], **arguments
        )

    def _vouchers(self, answer):
        return self.env["fsm.gst.advance"].browse([row["id"] for row in answer["vouchers"]])

    def _return(self, period):
        return self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": period})

    def _job(self, partner=None):
        return self._create_job(partner, lines=[(self.labour, 4100.0), (self.labour, 900.0)])

    # === ADVANCES === #

    def test_T13_advance_is_taxed_when_it_comes_and_not_again_on_the_invoice(self):
        job = self._job()
        with freeze_time(APRIL):
            voucher = self._vouchers(self._advance(job))
        self.assertRecordValues(
            voucher,
            [{"number": "VSPR/26-27/00001", "taxable": 1000.0, "cgst": 90.0, "sgst": 90.0}],
        )
        with freeze_time(MAY):
            invoice = self._invoice(job)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (5900.0, 4720.0))
        self.assertEqual(voucher.amount_left, 0.0)
        april, may = self._return("042026"), self._return("052026")
        item = {"rt": 18, "ad_amt": 1000.0, "camt": 90.0, "samt": 90.0}
        row = april.gstr1()["at"][0]
        self.assertEqual((row["pos"], row["sply_ty"]), ("29", "INTRA"))
        self.assertLessEqual(item.items(), row["itms"][0].items())
        self.assertLessEqual(item.items(), may.gstr1()["txpd"][0]["itms"][0].items())
        issued = {row["doc_num"]: row["docs"] for row in april.gstr1()["doc_issue"]["doc_det"]}
        self.assertEqual(issued[6][0]["from"], "VSPR/26-27/00001")
        owed = [
            figures["gstr3b"]["sup_details"]["osup_det"]["camt"]
            for figures in ({"gstr3b": april.gstr3b()}, {"gstr3b": may.gstr3b()})
        ]
        self.assertEqual(owed, [90.0, 360.0])
        for gst_return in (april, may):
            self.assertEqual(gst_return.check()["findings"], [])

    def test_T13_advance_includes_its_tax_whatever_price_tags_include(self):
        self.organization.account_price_include = "tax_included"
        with freeze_time(APRIL):
            voucher = self._vouchers(self._advance(self._job()))
        self.assertRecordValues(voucher, [{"taxable": 1000.0, "cgst": 90.0, "sgst": 90.0}])

    def test_T13_refund_gives_the_tax_back(self):
        with freeze_time(APRIL):
            voucher = self._vouchers(self._advance(self._job()))
            with self.assertRaisesRegex(AccessError, "Only a manager"):
                voucher.with_user(self.accountant).refund(method="cash")
            answer = voucher.with_user(self.manager).refund(method="cash")
        self.assertEqual(answer["name"], "FSPR/26-27/00001")
        self.assertRecordValues(
            voucher.child_ids, [{"kind": "refunded", "amount": 1180.0, "cgst": 90.0, "sgst": 90.0}]
        )
        self.assertTrue(voucher.payment_id.move_id.line_ids.filtered("reconciled"))
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            voucher.with_user(self.manager).refund(method="cash")

    def test_T14_rate_and_place_that_are_not_known_are_18_percent_between_states(self):
        """Nothing is estimated, nobody knows where: IGST of 180 on 1,180, Rule 50, provisos."""
        with freeze_time(APRIL):
            answer = self._advance(self._create_job(lines=[(self.ssd, 3490.0)]))
            payment = self.env["account.payment"].browse(answer["payment_ids"])
            job = self._create_job(state="received", lines=[])
            advances = self.env["fsm.gst.advance"].sudo()
            unknown = self.env["res.country.state"]
            supply = advances._supply_to(self.company, self.suresh, unknown)
            voucher = advances._receive(payment, 1180.0, supply, job)
        self.assertRecordValues(
            voucher,
            [{"rate": 18.0, "taxable": 1000.0, "igst": 180.0, "cgst": 0.0, "sgst": 0.0}],
        )
        [row] = self._return("042026").gstr1()["at"]
        self.assertEqual((row["pos"], row["sply_ty"]), ("97", "INTER"))
        self.assertEqual((row["itms"][0]["rt"], row["itms"][0]["iamt"]), (18, 180.0))

    def test_T14_no_tax_on_an_advance_for_goods(self):
        with freeze_time(APRIL):
            job = self._create_job(lines=[(self.ssd, 3490.0)])
            answer = self._advance(job)
            self.assertEqual((answer["vouchers"], answer["advance"]), ([], 1180.0))
            self.assertFalse(self.env["fsm.gst.advance"].search([("job_id", "=", job.id)]))
        april = self._return("042026")
        self.assertNotIn("at", april.gstr1())
        self.assertEqual(april.gstr3b()["sup_details"]["osup_det"]["txval"], 0.0)

    def test_advance_of_a_sez_unit_next_door_is_zero_rated_and_between_states(self):
        """Integrated tax, IGST Act s.7(5)(b), s.16; none under a letter of undertaking."""
        zone = self._meet("Infopark", self.karnataka, vat="29AABCB1234C1ZA")
        zone.l10n_in_gst_treatment = "special_economic_zone"
        with freeze_time(APRIL):
            voucher = self._vouchers(self._advance(self._job(zone)))
            self.assertRecordValues(
                voucher, [{"taxable": 1000.0, "igst": 180.0, "cgst": 0.0, "zero_rated": True}]
            )
            chart = self.env["account.chart.template"].with_company(self.organization)
            position = chart.ref("fiscal_position_in_lut_sez_1")
            zone.with_company(self.company).property_account_position_id = position
            job = self._job(zone)
            without_tax = self._vouchers(self._advance(job))
            self.assertRecordValues(
                without_tax, [{"rate": 0.0, "taxable": 1180.0, "igst": 0.0, "cgst": 0.0}]
            )
            invoice = self._invoice(job)
        self.assertEqual((invoice.amount_residual, without_tax.amount_left), (3820.0, 0.0))
        april = self._return("042026")
        [row] = april.gstr1()["at"]
        self.assertEqual((row["pos"], row["sply_ty"]), ("29", "INTER"))
        self.assertEqual(row["itms"][0]["iamt"], 180.0)
        details = april.gstr3b()["sup_details"]
        self.assertEqual((details["osup_zero"]["iamt"], details["osup_det"]["iamt"]), (180.0, 0.0))
        self.assertEqual(
            [row["text"] for row in april.check()["findings"] if row["severity"] == "error"], []
        )

    def test_advance_bears_the_rate_of_what_is_estimated(self):
        """The highest of several; what is exempt bears none, and is in no table of tax."""
        chart = self.env["account.chart.template"].with_company(self.organization)
        five = self.labour.copy({"taxes_id": [Command.set(chart.ref("sgst_sale_5").ids)]})
        exempt = self.labour.copy({"taxes_id": [Command.set(chart.ref("exempt_sale").ids)]})
        found = []
        with freeze_time(APRIL):
            for products in ((five,), (five, self.labour), (exempt,), (exempt, five)):
                job = self._create_job(lines=[(product, 2000.0) for product in products])
                voucher = self._vouchers(self._advance(job, 1050.0))
                found.append((voucher.rate, voucher.taxable, voucher.cgst))
        self.assertEqual(
            found, [(5, 1000.0, 25.0), (18, 889.84, 80.08), (0, 1050.0, 0.0), (5, 1000.0, 25.0)]
        )
        [row] = self._return("042026").gstr1()["at"]
        self.assertEqual([item["rt"] for item in row["itms"]], [5, 18])

    def test_payment_with_a_voucher_for_a_part_ties_out_whatever_comes_first(self):
        """What is open of it is what its advances have left, and what still waits for a voucher."""
        with freeze_time(APRIL):
            tills = self.branch.sudo()._tills()
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.suresh.id,
                    "amount": 1770.0,
                    "journal_id": tills["bank"].id,
                    "company_id": self.company.id,
                }
            )
            payment.action_post()
            credit = payment._receivable_lines()
            first, second = (
                self._invoice(self._create_job(lines=[(self.labour, 500.0)])) for _time in range(2)
            )
            first.js_assign_outstanding_line(credit.id)
            accountant = payment.with_user(self.accountant)
            accountant.fsm_receive_advance()
            advances = self.env["fsm.gst.advance"].search([("payment_id", "=", payment.id)])

            def open_amounts():
                payment.invalidate_recordset(["fsm_unused"])
                self.env.flush_all()
                waiting = [
                    row["unused"]
                    for row in self._return_of_april()._unused_payments()
                    if row["id"] == payment.id
                ]
                self.assertEqual(sum(waiting), payment.fsm_unused)
                left = sum(advances.mapped("amount_left"))
                self.assertEqual(left + payment.fsm_unused, -sum(credit.mapped("amount_residual")))
                return left, payment.fsm_unused

            self.assertEqual(open_amounts(), (1180.0, 0.0))
            first._terms().with_user(self.manager).remove_move_reconcile()
            self.assertEqual(open_amounts(), (1180.0, 590.0))
            second.js_assign_outstanding_line(credit.id)
            self.assertEqual(open_amounts(), (1180.0, 0.0))
            first.js_assign_outstanding_line(credit.id)
            self.assertEqual(open_amounts(), (590.0, 0.0))
            second._terms().with_user(self.manager).remove_move_reconcile()
            accountant.fsm_receive_advance()
            advances = self.env["fsm.gst.advance"].search(
                [("payment_id", "=", payment.id), ("kind", "=", "received")]
            )
            self.assertEqual((len(advances), open_amounts()), (2, (1180.0, 0.0)))
            for advance in advances.with_user(self.manager):
                advance.refund(method="bank")
            self.assertEqual(open_amounts(), (0.0, 0.0))
        self.assertNotIn("at", self._return_of_april().gstr1())

    def _return_of_april(self):
        found = self.env["fsm.gst.return"].search(
            [("gstin", "=", self.branch.vat), ("period", "=", "042026")]
        )
        return found or self._return("042026")

    def _check_goes_on(self, job, total):
        """Check that an advance of ₹1,180.50 without a voucher pays the invoice of its job card."""
        self.assertEqual(self._advance(job, 1180.5)["vouchers"], [])
        other = self._invoice(self._create_job(lines=[(self.ssd, 3490.0)]))
        self.assertEqual(other.amount_residual, other.amount_total)
        jobs = (other.job_id | job).with_user(self.receptionist)
        self.assertEqual(jobs.mapped("amount_advance"), [0.0, 1180.5])
        invoice, left = self._invoice(job, post=False), round(total - 1180.5, 2)
        dialog = self.env["fsm.job.deliver"].with_user(self.cashier).create({"job_id": job.id})
        self.assertEqual((invoice.amount_total, dialog.pay_due), (total, left))
        invoice.action_post()
        self.assertEqual((invoice.amount_residual, job.amount_due), (left, left))
        job.invalidate_recordset(["amount_advance"])
        self.assertEqual(job.amount_advance, 0.0)
        invoice._terms().with_user(self.manager).remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, total)
        answer = invoice.with_user(self.accountant).fsm_use_advances()
        self.assertEqual(answer, {"payment_state": "partial", "amount_residual": left})

    def test_T14_advance_for_goods_pays_their_invoice(self):
        self._check_goes_on(self._create_job(lines=[(self.ssd, 3490.0)]), 4118.20)

    def test_advance_of_a_composition_branch_pays_the_bill(self):
        self.company.partner_id.l10n_in_gst_treatment = "composition"
        self._check_goes_on(self._create_job(lines=[(self.labour, 4090.3)]), 4090.30)

    def test_part_of_an_advance_is_adjusted_to_the_paisa(self):
        with freeze_time(APRIL):
            job = self._create_job(lines=[(self.labour, 500.0)])
            voucher = self._vouchers(self._advance(job, 1000.0))
            self._invoice(job)
        self.assertEqual(voucher.amount_left, 410.0)
        voucher.with_user(self.manager).refund(method="bank")
        for name in ("amount", "taxable", "cgst", "sgst"):
            self.assertAlmostEqual(sum(voucher.child_ids.mapped(name)), voucher[name])

    def test_T32_what_is_paid_beyond_the_invoice_is_an_advance(self):
        invoice = self._invoice(self._create_job())
        answer = invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 5000.0}])
        self.assertEqual((answer["payment_state"], answer["advance"]), ("paid", 173.80))
        other = self._invoice(self._create_job())
        answer = other.with_user(self.accountant).fsm_use_advances()
        self.assertEqual(answer, {"payment_state": "partial", "amount_residual": 4652.40})

    def test_whatever_uses_an_advance_settles_its_tax(self):
        """Accounting's list of open credits, its reconciliation: all end in a partial."""
        with freeze_time(MAY):
            voucher = self._vouchers(self._advance(self._job()))
            credit = voucher.payment_id._receivable_lines()
            first, second = (
                self._invoice(self._create_job(lines=[(self.labour, 500.0)])).with_user(
                    self.accountant
                )
                for _number in range(2)
            )
            self.assertEqual(first.amount_residual, 590.0)
            first.js_assign_outstanding_line(credit.id)
            self.assertEqual(voucher.child_ids.invoice_id, first)
            due = second.line_ids.filtered(lambda line: line.display_type == "payment_term")
            (due | credit.with_user(self.accountant)).reconcile()
        self.assertRecordValues(
            voucher.child_ids.sorted("id"),
            [{"kind": "adjusted", "amount": 590.0, "taxable": 500.0, "cgst": 45.0}] * 2,
        )
        self.assertEqual((voucher.amount_left, second.payment_state), (0.0, "paid"))
        self.assertEqual(sum(voucher.child_ids.entry_id.line_ids.mapped("debit")), 180.0)
        for attack in (
            lambda: due.with_user(self.manager).remove_move_reconcile(),
            lambda: voucher.payment_id.with_user(self.manager).action_draft(),
            lambda: voucher.payment_id.with_user(self.manager).action_cancel(),
        ):
            with self.assertRaisesRegex(UserError, "it stays"), self.env.cr.savepoint():
                attack()

    def test_advance_is_paid_back_with_its_voucher_alone_and_no_more_than_is_left(self):
        voucher = self._vouchers(self._advance(self._job()))
        payment = voucher.payment_id
        tills = self.branch.sudo()._tills()
        back = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": payment.partner_id.id,
                "amount": 1180.0,
                "journal_id": tills["cash"].id,
                "company_id": self.company.id,
            }
        )
        back.action_post()
        lines = (payment | back)._receivable_lines()
        with self.assertRaisesRegex(UserError, "paid back with “Pay Back”"):
            lines.with_user(self.manager).reconcile()
        voucher = voucher.with_user(self.manager)
        self.assertEqual(voucher.refund(method="cash", amount=180.0)["amount_total"], 180.0)
        with self.assertRaisesRegex(UserError, "between 0 and ₹1,000.00"):
            voucher.refund(method="cash", amount=1000.01)
        voucher.refund(method="cash")
        self.assertEqual((voucher.amount_left, sum(payment.mapped("fsm_unused"))), (0.0, 0.0))
        self.assertEqual(
            sum(lines.filtered(lambda line: line.balance < 0).mapped("amount_residual")), 0.0
        )

    def test_cash_in_a_foreign_currency_gets_no_voucher(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        values = {"payment_type": "inbound", "partner_type": "customer", "amount": 10.0}
        values |= {"partner_id": self.suresh.id, "currency_id": dollar.id}
        till = self.branch.sudo()._tills()["cash"]
        payment = self.env["account.payment"].create({**values, "journal_id": till.id})
        payment.action_post()
        unused = payment._fields["fsm_unused"].get_currency_field(payment)
        self.assertEqual(payment[unused], self.company.currency_id, "It is counted in rupees.")
        for for_goods in (False, True):
            with self.assertRaisesRegex(UserError, "is in USD, but cash and UPI come in rupees"):
                payment.with_user(self.accountant).fsm_receive_advance(for_goods=for_goods)

    def test_money_that_waits_is_found_until_somebody_says_what_it_is_for(self):
        with freeze_time(APRIL):
            payment = self.env["account.payment"].with_user(self.accountant)
            payment = payment.create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.suresh.id,
                    "amount": 1180.0,
                    "journal_id": self.branch.sudo()._tills()["bank"].id,
                }
            )
            payment.action_post()
        april = self._return("042026")
        [finding] = april.check()["findings"]
        self.assertEqual((finding["model"], finding["id"]), ("account.payment", payment.id))
        self.assertIn("₹1180.00 of Suresh Kumar", finding["text"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            payment.with_user(self.cashier).fsm_receive_advance()
        with self.env.cr.savepoint() as undone:
            self.assertFalse(payment.fsm_receive_advance(for_goods=True)["voucher"])
            self.assertEqual(april.check()["findings"], [])
            undone.rollback()
        payment.invalidate_recordset()
        self.assertEqual(payment.fsm_receive_advance()["voucher"], "VSPR/26-27/00001")
        self.assertEqual(april.gstr1()["at"][0]["itms"][0]["ad_amt"], 1000.0)
        self.assertEqual(april.check()["findings"], [])
        with self.assertRaisesRegex(UserError, "waits for a voucher"):
            payment.fsm_receive_advance()

    def test_declared_month_is_not_touched_by_what_happens_to_an_advance(self):
        job = self._job()
        with freeze_time(APRIL):
            voucher = self._vouchers(self._advance(job))
            invoice = self._invoice(self._create_job())
        with freeze_time(MAY):
            self._return("042026").lock()
            credit = voucher.payment_id._receivable_lines()
            invoice.with_user(self.accountant).js_assign_outstanding_line(credit.id)
            self.assertEqual(voucher.child_ids.day, date(2026, 5, 4))
            with self.assertRaisesRegex(UserError, "042026|April 2026"):
                self._advance(job, date="2026-04-28")
        with freeze_time("2027-04-02 06:00:00"):
            with self.assertRaisesRegex(UserError, "year 26-27, which is over"):
                self._advance(job, date="2027-03-31")
            number = self._vouchers(self._advance(job, user=self.manager, date="2027-03-31")).number
        self.assertTrue(number.startswith("VSPR/26-27/"))

    def test_advances_and_vouchers_are_not_changed_by_hand(self):
        voucher = self._vouchers(self._advance(self._job())).with_user(self.manager)
        for attack in (
            lambda: voucher.sudo().write({"amount": 1.0}),
            lambda: voucher.sudo().unlink(),
            lambda: voucher.sudo().create({"kind": "received"}),
            lambda: voucher.entry_id.button_draft(),
            lambda: voucher.entry_id.line_ids[0].sudo().write({"balance": 1.0}),
            lambda: voucher.entry_id.copy().action_post(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()

    def test_dialog_of_a_cashier_prints_the_voucher_of_an_advance(self):
        dialogs = self.env["fsm.payment"].with_user(self.cashier)
        dialog = dialogs.create({"job_id": self._job().id, "method": "cash", "amount": 590.0})
        action = dialog.action_pay()  # no layout was chosen yet, and who collects is asked for none
        self.assertEqual(action["report_name"], "fsm_gst_billing.report_voucher")

    def test_advance_is_for_who_may_collect_in_the_branch(self):
        job = self._job()
        for user in (self.receptionist, self.technician):
            with self.assertRaises(AccessError):
                self._advance(job, user=user)
        other = self.other_branch
        stranger = self._hire("anand", "fsm_jobs.group_fsm_accountant", other)
        voucher = self._vouchers(self._advance(job))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._advance(job, user=stranger)
        with self.assertRaises(AccessError):
            voucher.with_user(stranger).read(["amount"])

    def test_same_client_ref_takes_an_advance_once(self):
        job = self._job()
        first = self._advance(job, client_ref="till-1")
        self.assertEqual(self._advance(job, client_ref="till-1"), first)

    # === CREDIT NOTES === #

    def test_T10_lines_are_credited_by_quantity_and_once(self):
        invoice = self._invoice(self._create_job()).with_user(self.accountant)
        ssd, labour = invoice._credit_lines()
        answer = invoice.fsm_credit_note(
            reason="SSD came back", lines=[{"line_id": ssd.id, "quantity": 0.5}]
        )
        self.assertEqual(answer["amount_total"], 2059.10)
        note = self.env["account.move"].browse(answer["id"])
        self.assertEqual((note.reversed_entry_id, note.job_id), (invoice, invoice.job_id))
        self.assertEqual(invoice.amount_residual, 2767.10)
        with self.assertRaisesRegex(UserError, "between 0 and 0.5"):
            invoice.fsm_credit_note(reason="x", lines=[{"line_id": ssd.id, "quantity": 1.0}])
        answer = invoice.fsm_credit_note(reason="All of it")
        self.assertEqual((answer["amount_total"], invoice.amount_residual), (2767.10, 0.0))
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            invoice.fsm_credit_note(reason="Again")

    def test_T09_T10_note_on_a_large_invoice_stays_in_its_table_however_small(self):
        """One paisa above a lakh of rupees, with tax: Tables 5, 7, 9B and 12."""
        selvam = self._afar()
        with freeze_time("2026-04-15 06:00:00"):
            small, large = (
                self._invoice(self._create_job(selvam, lines=[(self.labour, p) for p in prices]))
                for prices in ([84745.76], [64745.77, 20000.0])
            )
            april = self._return("042026").gstr1()
        self.assertEqual((small.amount_total, large.amount_total), (100000.0, 100000.01))
        self.assertEqual((small.amount_tax, large.amount_tax), (15254.24, 15254.24))
        [row] = april["b2cs"]
        self.assertEqual((row["sply_ty"], row["pos"], row["txval"]), ("INTER", "33", 84745.76))
        [group] = april["b2cl"]
        [listed] = group["inv"]
        self.assertEqual((listed["inum"], listed["val"]), (large.name, 100000.01))
        with freeze_time("2026-05-02 06:00:00"):
            line = {"line_id": large._credit_lines()[1].id, "quantity": 1.0}
            note = large.fsm_credit_note(reason="Not wanted", lines=[line])
            may = self._return("052026").gstr1()
        [row] = may["cdnur"]
        self.assertEqual(
            (row["typ"], row["nt_num"], row["val"], row["itms"][0]["itm_det"]["iamt"]),
            ("B2CL", note["name"], 23600.0, 3600.0),
        )
        self.assertNotIn("b2cs", may)
        self.assertEqual([row["txval"] for row in may["hsn"]["hsn_b2c"]], [-20000.0])

    def _afar(self):
        """Return a consumer of another state, with the address that Rule 46(e) asks for."""
        address = {"street": "1, Beach Road", "city": "Chennai", "zip": "600001"}
        return self._meet("Selvam", self.tamil_nadu, **address)

    def test_invoice_is_credited_once_whoever_writes_the_note(self):
        invoice = self._invoice(self._create_job()).with_user(self.accountant)
        ssd, labour = invoice._credit_lines()
        notes = [invoice._reverse_moves() for _time in range(2)]
        self.assertEqual(notes[0]._credit_lines().credited_line_id, ssd | labour)
        notes[0]._credit_lines()[0].quantity = 0.5
        notes[0].action_post()
        self._refused(notes[1], "Only 0.5 of .*SSD.* can still be credited")
        notes[1]._credit_lines()[0].quantity = 0.5
        self._refused(notes[1], "Only 0 of .*Repair.* can still be credited")
        notes[1]._credit_lines()[1].unlink()
        notes[1].action_post()
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            invoice.fsm_credit_note(reason="Again")

    def test_note_credits_what_its_invoice_has_and_who_owes_it(self):
        invoice = self._invoice(self._create_job()).with_user(self.accountant)
        note = invoice._reverse_moves()
        note._credit_lines()[0].price_unit = 3490.1
        self._refused(note, "was ₹4,118.20 on .*: no more of it")
        note._credit_lines()[0].write({"price_unit": 3490.0, "credited_line_id": False})
        note._credit_lines()[1].product_id = self.ssd.copy({"name": "SSD 1 TB"})
        self._refused(note, "SSD 1 TB.* is no line of SPR/")
        note._credit_lines()[1].unlink()
        cancelled = self._invoice(self._create_job())
        cancelled.fsm_cancel(reason="Billed twice")
        leela = self._meet("Leela Menon", self.karnataka)
        for other in (cancelled, self._invoice(self._create_job(leela))):
            note.reversed_entry_id = other
            self._refused(note, "is for the customer of an invoice")
        note.reversed_entry_id = invoice
        note.action_post()
        line = note._credit_lines()
        self.assertEqual(
            line.credited_line_id, invoice._credit_lines()[0], "The only one it can be."
        )
        with self.assertRaisesRegex(UserError, "was issued"):
            line.credited_line_id = False

    def _refused(self, note, sentence):
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            note.action_post()

    def test_T11_credit_note_of_the_next_year_and_its_last_day(self):
        with freeze_time("2026-03-30 06:00:00"):
            invoice = self._invoice(self._create_job(self._afar(), lines=[(self.labour, 90000.0)]))
        [group] = self._return("032026").gstr1()["b2cl"]
        self.assertEqual((group["pos"], group["inv"][0]["val"]), ("33", 106200.0))
        with freeze_time("2026-12-01 06:00:00"):
            with self.assertRaisesRegex(
                UserError, "until 30-Nov-2026: CGST Act, s.34.*issue the credit note without GST"
            ):
                invoice.fsm_credit_note(reason="Late")
            with self.assertRaisesRegex(UserError, "until 30-Nov-2026: CGST Act, s.34"):
                invoice.fsm_credit_note(reason="Late, and says November", date="2026-11-30")
            wizard = invoice._reverse_moves([{"invoice_date": "2026-11-30", "date": "2026-11-30"}])
            with self.assertRaisesRegex(UserError, "after 30-Nov-2026"), self.env.cr.savepoint():
                wizard.action_post()
        with self.assertRaisesRegex(UserError, "before the invoice"):
            invoice.fsm_credit_note(reason="Early", date="2026-03-29")
        with freeze_time("2026-04-10 06:00:00"):
            answer = invoice.fsm_credit_note(reason="Came back")
        self.assertEqual((invoice.name, answer["name"]), ("SPR/25-26/00001", "RSPR/26-27/00001"))
        note = self.env["account.move"].browse(answer["id"])
        self.assertEqual(note.invoice_date, date(2026, 4, 10))
        april = self._return("042026").gstr1()
        [row] = april["cdnur"]
        self.assertEqual(
            (row["typ"], row["pos"], row["nt_num"], row["nt_dt"], row["val"]),
            ("B2CL", "33", note.name, "10-04-2026", 106200.0),
        )
        self.assertNotIn("b2cs", april)

    def test_T11_late_credit_note_is_of_the_price_alone(self):
        lines = [(self.ssd, 3490.0), (self.labour, 600.0)]
        with freeze_time("2026-03-30 06:00:00"):
            invoice = self._invoice(self._create_job(self.kaveri, lines=lines))
        with freeze_time("2026-12-01 06:00:00"):
            december = self._return("122026")
            before = december.gstr1(), december.gstr3b()
            ssd, _labour = invoice._credit_lines()
            answer = invoice.with_user(self.accountant).fsm_credit_note(
                reason="SSD came back",
                lines=[{"line_id": ssd.id, "quantity": 1.0}],
                financial=True,
            )
            self.assertEqual(
                (answer["name"], answer["amount_total"]), ("NSPR/26-27/00001", 4118.20)
            )
            wizard = self.env["account.move.reversal"].with_user(self.accountant)
            wizard = wizard.with_context(active_model="account.move", active_ids=invoice.ids)
            journal = self.branch.sudo().sale_journal_id.id
            wizard = wizard.create(
                {"reason": "All of it", "date": "2026-12-01", "journal_id": journal}
            )
            self.assertTrue(wizard.fsm_financial)
            wizard.reverse_moves()
            with self.assertRaisesRegex(UserError, "numbers documents under GST"):
                invoice.with_user(self.accountant).copy(
                    {"journal_id": wizard.new_move_ids.journal_id.id}
                ).action_post()
            self.assertEqual((december.gstr1(), december.gstr3b()), before)
            self.assertEqual(december.check()["findings"], [])
        note = self.env["account.move"].browse(answer["id"])
        self.assertEqual((note.fsm_financial, note.amount_tax), (True, 0.0))
        self.assertFalse((note | wizard.new_move_ids).line_ids.tax_tag_ids)
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (0.0, "reversed"))
        document = note._tax_document()
        self.assertEqual((document["title"], document["taxes"]), ("Credit Note without GST", []))

    def test_T11_late_credit_note_is_not_taken_out_of_gst_by_hand(self):
        with freeze_time("2026-03-30 06:00:00"):
            invoice = self._invoice(self._create_job())
        with freeze_time("2026-12-01 06:00:00"):
            note = invoice._reverse_moves([{"invoice_date": "2026-12-01", "date": "2026-12-01"}])
            chart = self.env["account.chart.template"].with_company(self.organization)
            note.invoice_line_ids.tax_ids = chart.ref("non_gst_supplies_sale")
            with self.assertRaisesRegex(UserError, "credit the invoice with “Without GST”"):
                note.action_post()

    def test_price_of_thirds_is_credited_to_the_paisa(self):
        invoice = self._invoice(self._create_job(lines=[(self.labour, 600.0)]), post=False)
        invoice.fsm_add_line(product_id=self.labour.id, quantity=3.0, price_unit=33.31)
        invoice.action_post()
        line = invoice._credit_lines()[-1]
        self.assertEqual(line.price_total, 117.91)  # 39.30 three times is 117.90
        answer = invoice.fsm_credit_note(
            reason="No use",
            lines=[{"line_id": line.id, "quantity": 3.0}],
            financial=True,
        )
        self.assertEqual(answer["amount_total"], 117.91)

    def test_counter_credits_nothing(self):
        invoice = self._invoice(self._create_job())
        for user in (self.receptionist, self.technician, self.cashier):
            with self.assertRaises(AccessError):
                invoice.with_user(user).fsm_credit_note(reason="x")

    def test_payment_is_taken_off_an_invoice_by_a_manager_alone(self):
        invoice = self._invoice(self._create_job())
        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1000.0}])
        lines = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        with self.assertRaisesRegex(AccessError, "Only a manager takes a payment off"):
            lines.with_user(self.accountant).remove_move_reconcile()
        lines.with_user(self.manager).remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, 4826.20)

    # === CASH === #

    def test_T33_cash_of_two_lakh_is_refused(self):
        self.suresh.street = "4, 8th Cross"
        invoice = self._invoice(self._create_job(lines=[(self.labour, 200000.0)]))
        with freeze_time("2026-11-25 08:00:00"):
            invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 110000.0}])
        with freeze_time("2026-11-26 08:00:00"):
            for amount in (90000.0, 110000.0):
                with self.assertRaisesRegex(UserError, "s.186 forbids ₹2,00,000.00"):
                    with self.env.cr.savepoint():
                        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": amount}])
            halves = [{"method": "cash", "amount": 45000.0}] * 2
            with self.assertRaisesRegex(UserError, "s.186 forbids"), self.env.cr.savepoint():
                invoice.fsm_record_payment(lines=halves)
            invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 89999.0}])
            invoice.fsm_record_payment(lines=[{"method": "bank", "amount": 30000.0}])

    def _sale_for_cash(self, partner, price=200000.0):
        """Return a posted counter sale, without a job card, of ₹2,36,000."""
        sale = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "journal_id": self.branch.sale_journal_id.id,
                "partner_id": partner.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.labour.id, "price_unit": price})
                ],
            }
        )
        sale.action_post()
        return sale

    def _cash_journal(self):
        """Return a second drawer, that the till knows nothing of."""
        return self.env["account.journal"].create(
            {"name": "Drawer", "type": "cash", "code": "DRW9", "company_id": self.company.id}
        )

    def test_cash_for_one_invoice_is_counted_over_days_and_doors(self):
        self.suresh.street = "4, 8th Cross"
        with freeze_time("2026-11-25 08:00:00"):
            sale = self._sale_for_cash(self.suresh)
            sale.fsm_record_payment(lines=[{"method": "cash", "amount": 110000.0}])
        with freeze_time("2026-11-27 08:00:00"):
            dialogs = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=sale.ids
            )
            drawer = self._cash_journal()

            def pay(amount):
                dialogs.create({"journal_id": drawer.id, "amount": amount}).action_create_payments()

            with self.assertRaisesRegex(UserError, "after ₹1,10,000.00: .*s.186"):
                with self.env.cr.savepoint():
                    pay(90000.0)
            pay(89999.0)
        self.assertEqual(sale.amount_residual, 36001.0)

    def test_cash_of_one_person_in_a_day_is_counted_through_every_door(self):
        drawer = self._cash_journal()
        office = self._meet("Kaveri, office", self.tamil_nadu, parent_id=self.kaveri.id)
        day = "2026-11-25"

        def payment(amount):
            self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": office.id,
                    "journal_id": drawer.id,
                    "amount": amount,
                    "date": day,
                }
            ).action_post()

        def statement(amount):
            return self.env["account.bank.statement.line"].create(
                {
                    "journal_id": drawer.id,
                    "partner_id": self.kaveri.id,
                    "payment_ref": "Cash",
                    "amount": amount,
                    "date": day,
                }
            )

        def entry(amount):
            partner = self.kaveri.with_company(self.company)
            receivable = partner.property_account_receivable_id
            lines = [(drawer.default_account_id, amount), (receivable, -amount)]
            self.env["account.move"].create(
                {
                    "journal_id": drawer.id,
                    "date": day,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "balance": balance,
                                "partner_id": self.kaveri.id,
                            }
                        )
                        for account, balance in lines
                    ],
                }
            ).action_post()

        with freeze_time(f"{day} 08:00:00"):
            payment(60000.0)
            line = statement(60000.0)
            entry(60000.0)
            for door in (payment, statement, entry):
                with self.assertRaisesRegex(UserError, "after ₹1,80,000.00: .*s.186"):
                    with self.env.cr.savepoint():
                        door(20000.0)
            payment(19999.0)
            with self.assertRaisesRegex(UserError, "after ₹1,39,999.00: .*s.186"):
                line.amount = 60001.0

    def test_who_counts_the_cash_of_a_person_is_the_only_one(self):
        def version():
            self.env.cr.execute(
                "SELECT ctid::text FROM res_partner WHERE id = %s", (self.kaveri.id,)
            )
            return self.env.cr.fetchone()

        before = version()
        self.company._cash_taken(self.kaveri, date(2026, 11, 25), self.env["fsm.job"])
        self.assertNotEqual(version(), before)  # a till that has read it before is told to repeat

    def test_day_is_closed_with_the_cash_that_was_counted(self):
        with freeze_time("2026-11-25 08:00:00"):
            invoice = self._invoice(self._create_job())
            invoice.fsm_record_payment(
                lines=[
                    {"method": "cash", "amount": 1000.0},
                    {"method": "upi", "amount": 500.0, "reference": "412345000001"},
                ]
            )
            branch = self.branch.with_user(self.cashier)
            with self.assertRaisesRegex(UserError, "₹1,000.00 should be there: say why"):
                branch.close_day(cash_counted=990.0)
            answer = branch.close_day(
                cash_counted=990.0, explanation="Change given", references=["412345000001"]
            )
            self.assertEqual((answer["cash"], answer["upi"]), (1000.0, 500.0))
            self.assertEqual(answer["difference"], -10.0)
            closed = self.assertRaisesRegex(UserError, "closed up to 25-Nov-2026")
            with closed, self.env.cr.savepoint():
                invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])
            with self.assertRaisesRegex(UserError, "closed up to"):
                branch.close_day(cash_counted=990.0)
        with freeze_time("2026-11-26 08:00:00"):
            till = self.env["fsm.day.closing"].with_user(self.cashier)
            till = till.create({"branch_id": branch.id, "cash_counted": 990.0})
            self.assertEqual((till.cash_expected, till.difference), (990.0, 0.0))
            till.action_close()
            self.assertEqual(branch.sudo()._last_close().difference, 0.0)
        with self.assertRaises(AccessError):
            self.branch.with_user(self.receptionist).close_day(cash_counted=990.0)
        other = self._found_branch("HSR Layout", "HSR", self.branch.vat, self.karnataka)
        with self.assertRaises(AccessError):
            till.create({"branch_id": other.id, "cash_counted": 0.0}).mapped("cash_expected")
