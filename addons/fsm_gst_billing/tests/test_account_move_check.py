from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestAccountMoveCheck(FsmGstBillingCommon):
    """What is on an invoice, and what is not issued: T01 to T09, T12, T22 to T24, T29, T35 to T37."""

    def _sale(self, *lines, partner=None, **values):
        """Return a counter sale of ``(product, price, quantity, discount)`` each."""
        return (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.suresh).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": price,
                                "quantity": quantity,
                                "discount": discount,
                            }
                        )
                        for product, price, quantity, discount in lines
                    ],
                    **values,
                }
            )
        )

    def _figures(self, price, partner=None):
        sale = self._sale((self.labour, price, 1, 0), partner=partner)
        return sale.amount_untaxed, *self._taxes(sale).values(), sale.amount_total

    def _consumer(self, state):
        return self._meet("Consumer", state)

    # === AMOUNTS === #

    def test_T01_T37_round_off_never_touches_the_value(self):
        self.branch.rounds_to_rupee = True
        job = self._create_job(lines=[(self.labour, 999.99)])
        invoice = self._invoice(job)
        self.assertEqual(self._taxes(invoice), {"CGST": 90.0, "SGST/UTGST": 90.0})
        totals = dict(invoice._tax_document()["totals"])
        self.assertAlmostEqual(totals["Taxable Value"], 999.99)
        self.assertEqual(invoice.amount_total, 1180.0)
        self.assertFalse(list(job._blockers_of_invoicing(invoice.sudo(), job._billable_lines())))

    def test_T02_T03_T04_tax_of_each_head_is_half_up(self):
        other = self._consumer(self.tamil_nadu)
        for price, partner, figures in (
            (999.99, other, (999.99, 180.0, 1179.99)),
            (100.05, None, (100.05, 9.0, 9.0, 118.05)),
            (100.05, other, (100.05, 18.01, 118.06)),
            (0.5, None, (0.5, 0.05, 0.05, 0.6)),
            (16.5, None, (16.5, 1.49, 1.49, 19.48)),
        ):
            self.assertEqual(self._figures(price, partner), figures)

    def test_T05_discounts_come_before_tax(self):
        self.ssd.taxes_id = (
            self.env["account.chart.template"].with_company(self.organization).ref("sgst_sale_5")
        )
        sale = self._sale(
            (self.labour, 1499.0, 1, 10), (self.labour, 4250.5, 2, 0), (self.ssd, 199.0, 3, 0)
        )
        self.assertEqual(sale.amount_total, 12249.98)
        self.assertAlmostEqual(sale.amount_tax, 2 * (886.51 + 14.93))

    def test_T06_lines_are_rounded_one_by_one(self):
        sale = self._sale(*[(self.labour, 10.05, 1, 0)] * 3)
        self.assertEqual((sale.amount_tax, sale.amount_total), (5.4, 35.55))

    def test_T07_price_with_tax_is_what_the_tag_says(self):
        self.organization.account_price_include = "tax_included"
        other = self._consumer(self.tamil_nadu)
        for price, partner, figures in (
            (1180, None, (1000.0, 90.0, 90.0, 1180.0)),
            (999, None, (846.62, 76.19, 76.19, 999.0)),
            (1, None, (0.84, 0.08, 0.08, 1.0)),
            (499, None, (422.88, 38.06, 38.06, 499.0)),
            (2499, None, (2117.8, 190.6, 190.6, 2499.0)),
            (999, other, (846.61, 152.39, 999.0)),
            (1, other, (0.85, 0.15, 1.0)),
        ):
            self.assertEqual(self._figures(price, partner), figures)

    def test_T29_tourist_at_the_counter_pays_the_tax_of_the_branch(self):
        tourist = self._meet("John Smith", None, country=self.env.ref("base.us"))
        invoice = self._invoice(self._create_job(tourist, lines=[(self.labour, 1000.0)]))
        self.assertEqual(invoice.l10n_in_state_id, self.karnataka)
        self.assertEqual(invoice.amount_total, 1180.0)

    def test_sez_unit_is_supplied_between_states(self):
        sez = self._meet("Infopark", self.karnataka, vat="29AABCB1234C1ZA")
        sez.l10n_in_gst_treatment = "special_economic_zone"
        with freeze_time("2026-04-15 06:00:00"):
            invoice = self._invoice(self._create_job(sez))
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "042026"}
        )
        row = gst_return.gstr1()["b2b"][0]["inv"][0]
        self.assertEqual((row["inum"], row["inv_typ"]), (invoice.name, "SEWP"))
        self.assertEqual(row["itms"][0]["itm_det"]["iamt"], 736.2)

    # === LINES === #

    def test_line_is_added_to_a_draft_with_its_taxes(self):
        draft = self._invoice(self._create_job(), post=False).with_user(self.accountant)
        answer = draft.fsm_add_line(product_id=self.labour.id, name="Cleaning", price_unit=100.0)
        self.assertEqual((answer["amount_untaxed"], answer["amount_total"]), (4190.0, 4944.2))
        line = draft.invoice_line_ids.browse(answer["line_id"])
        self.assertEqual((line.name, line.l10n_in_hsn_code), ("Cleaning", "998713"))
        for arguments in ({"quantity": 0.0}, {"quantity": -1.0}, {"price_unit": -1.0}):
            with self.assertRaises(UserError):
                draft.fsm_add_line(product_id=self.labour.id, **arguments)
        with self.assertRaisesRegex(UserError, "no product of yours"):
            draft.fsm_add_line(product_id=2**31 - 1)
        with self.assertRaises(AccessError):
            draft.with_user(self.receptionist).fsm_add_line(product_id=self.labour.id)
        draft.action_post()
        with self.assertRaisesRegex(UserError, "draft invoice alone"):
            draft.fsm_add_line(product_id=self.labour.id)

    # === WHO CHARGES TAX === #

    def test_branch_without_gstin_charges_no_tax(self):
        self.branch.vat = False
        invoice = self._invoice(self._create_job())
        self.assertEqual((invoice.amount_tax, invoice.amount_total), (0.0, 4090.0))
        self.assertFalse(self._sale((self.ssd, 100.0, 1, 0)).amount_tax)
        self.assertEqual(invoice.job_id.amount_estimate, 4090.0)
        sale = self._sale((self.ssd, 100.0, 1, 0))
        sale.invoice_line_ids.tax_ids = self.organization.account_sale_tax_id
        with self.assertRaisesRegex(UserError, "charges no tax"):
            sale.action_post()

    def test_T36_composition_branch_issues_a_bill_of_supply(self):
        self.company.partner_id.l10n_in_gst_treatment = "composition"
        document = self._invoice(self._create_job())._tax_document()
        self.assertEqual((document["title"], document["taxes"]), ("Bill of Supply", []))
        self.assertIn("Composition taxable person", document["declaration"])

    # === WHAT IS NOT ISSUED === #

    def test_T36_taxed_and_exempt_for_a_gstin_are_two_documents(self):
        exempt = self.env["account.tax"].search(
            [
                ("company_id", "=", self.organization.id),
                ("type_tax_use", "=", "sale"),
                ("l10n_in_tax_type", "=", "exempt"),
            ],
            limit=1,
        )
        for partner, issued in ((self.suresh, True), (self.kaveri, False)):
            sale = self._sale((self.labour, 500.0, 1, 0), (self.ssd, 100.0, 1, 0), partner=partner)
            sale.invoice_line_ids[1].tax_ids = exempt
            self.assertEqual(sale.fsm_check()["ok"], issued)
        with self.assertRaisesRegex(UserError, "bill of supply of their own. .CGST Rule 46A"):
            sale.action_post()

    def test_T20_document_of_a_year_that_is_over_is_the_managers(self):
        with freeze_time("2027-03-31 10:00:00"):
            self._invoice(self._create_job())
        with freeze_time("2027-04-02 10:00:00"):
            self.assertEqual(self._invoice(self._create_job()).name, "SPR/27-28/00001")
            late = self._sale((self.labour, 500.0, 1, 0), invoice_date="2027-03-31")
            with self.assertRaisesRegex(UserError, "only a manager"), self.env.cr.savepoint():
                late.action_post()
            late.with_user(self.manager).action_post()
            self.assertEqual(late.name, "SPR/26-27/00002")
            declared = self.env["fsm.gst.return"].create(
                {"gstin": self.branch.vat, "period": "032027"}
            )
            declared.lock()
            later = self._sale((self.labour, 500.0, 1, 0), invoice_date="2027-03-31")
            self.assertIn("March 2027 of", later.gst_findings)
            with self.assertRaisesRegex(UserError, "is locked"):
                later.with_user(self.manager).action_post()

    def test_cash_that_the_law_forbids_is_said_before(self):
        draft = self._sale((self.labour, 200000.0, 1, 0))
        [finding] = draft.fsm_check()["findings"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("less than ₹2,00,000.00 of it may be taken in cash", finding["text"])

    # === WHAT IS NOT SHARED === #

    def test_estimate_says_what_the_invoice_would_be_refused_for(self):
        job = self._create_job(self.kaveri, state="diagnosis").with_user(self.manager)
        self.assertEqual(job.gst_check(), {"ok": True, "findings": []})
        self.labour.l10n_in_hsn_code = "99"
        answer = job.gst_check()
        self.assertFalse(answer["ok"])
        self.assertIn("too few digits", answer["findings"][0]["text"])
        self.assertIn("Notification 78/2020-CT", job.gst_findings)
        job.share_estimate()
        self.assertEqual(job.state, "estimate")
        self.assertFalse(self._create_job(state="ready").gst_findings)

    def test_estimate_at_a_wrong_price_is_not_shared(self):
        job = self._create_job(self.kaveri, state="diagnosis")
        self.kaveri.vat = False
        self.kaveri.l10n_in_gst_treatment = "regular"
        with self.assertRaisesRegex(UserError, "his GSTIN is missing. .CGST Rule 46"):
            job.with_user(self.manager).share_estimate()

    def test_T12_credit_note_without_its_invoice_is_not_issued(self):
        note = self._sale((self.labour, 500.0, 1, 0), move_type="out_refund")
        with self.assertRaisesRegex(UserError, "pick the original invoice"):
            note.action_post()

    def test_T35_hsn_is_as_long_as_the_turnover_asks_for(self):
        self.labour.l10n_in_hsn_code = False
        self._sale((self.labour, 500.0, 1, 0)).action_post()
        to_business = self._sale((self.labour, 500.0, 1, 0), partner=self.kaveri)
        self.assertFalse(to_business.fsm_check()["ok"])
        self.assertIn("too few digits", to_business.gst_findings)
        with self.assertRaisesRegex(UserError, "it needs 4. .Notification 78/2020"):
            to_business.action_post()
        self.company.l10n_in_hsn_code_digit = "6"
        self.labour.l10n_in_hsn_code = "9987"
        with self.assertRaisesRegex(UserError, "it needs 6"):
            self._sale((self.labour, 500.0, 1, 0)).action_post()

    def test_tax_of_the_wrong_head_is_not_issued(self):
        sale = self._sale((self.labour, 500.0, 1, 0), partner=self.kaveri)
        sale.invoice_line_ids.tax_ids = self.organization.account_sale_tax_id
        with self.assertRaisesRegex(UserError, "wrong tax for place of supply 33"):
            sale.action_post()

    def test_T23_T24_gstin_of_a_customer_can_exist(self):
        self.assertEqual(
            self._meet("A", self.env.ref("base.state_in_mh"), vat=" 27aapfu0939f1zv ").vat,
            "27AAPFU0939F1ZV",
        )
        for vat in ("27AAPFU0939F1ZA", "36AABCT1332L011", "29AAGCR4375J1ZY"):
            with self.assertRaises(ValidationError):
                self._meet("A", None, vat=vat)
        with self.assertRaisesRegex(ValidationError, "is not of 29-Karnataka"):
            self._meet("A", self.karnataka, vat="27AAPFU0939F1ZV")

    def test_T22_series_that_comes_to_its_end_is_said(self):
        invoice = self._invoice(self._create_job())
        self.assertEqual(invoice.fsm_check(), {"ok": True, "findings": []})
        last = self.env["account.move"].new(
            {"state": "posted", "sequence_number": 90000, "sequence_prefix": "SPR/26-27/"}
        )
        self.assertIn("comes to its end", last._check_series_left()[0]["text"])
