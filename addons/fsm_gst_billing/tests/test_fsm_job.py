import base64
import io

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fsm_gst_billing.models.res_partner_gst import COUNTER_KEYS
from odoo.addons.fsm_jobs.models.fsm_job import GATE

from ..gst.words import indian_format
from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestFsmJob(FsmGstBillingCommon):
    # === THE INVOICE OF A JOB CARD === #

    def test_counter_does_not_look_for_who_only_sells_to_us(self):
        vendor = self._meet("Neha Computers", self.karnataka, supplier_rank=1)
        desk = self.env["fsm.job"].with_user(self.receptionist)
        self.assertFalse(desk.intake_customers(text="Neha Comp"))
        self.assertFalse(desk.palette(text="Neha Comp"))
        self.assertTrue(vendor.fsm_only_sells)
        self._create_job(vendor)
        self.assertEqual(desk.intake_customers(text="Neha Comp")[0]["id"], vendor.id)
        self.assertFalse(self.suresh.fsm_only_sells)

    def test_customer_of_the_state_pays_cgst_and_sgst(self):
        invoice = self._invoice(self._create_job())
        self.assertEqual(self._taxes(invoice), {"CGST": 368.10, "SGST/UTGST": 368.10})
        self.assertEqual(invoice.amount_untaxed, 4090.00)
        self.assertEqual(invoice.amount_total, 4826.20)

    def test_customer_with_gstin_of_another_state_pays_igst(self):
        invoice = self._invoice(self._create_job(self.kaveri))
        self.assertEqual(self._taxes(invoice), {"IGST": 736.20})
        self.assertEqual(invoice.amount_total, 4826.20)
        self.assertEqual(invoice.l10n_in_gstin, "33AACFK4521M1ZG")

    def test_gstin_decides_where_the_address_says_otherwise(self):
        """T28: an office of theirs here is supplied where their GSTIN is."""
        office = self._meet("Kaveri, Bengaluru", self.karnataka, parent_id=self.kaveri.id)
        invoice = self._invoice(self._create_job(office))
        self.assertEqual(invoice.l10n_in_state_id, self.tamil_nadu)
        self.assertEqual(self._taxes(invoice), {"IGST": 736.20})

    def test_walk_in_without_address_is_supplied_here(self):
        walk_in = self._meet("Walk-in", None)
        invoice = self._invoice(self._create_job(walk_in))
        self.assertEqual(invoice.l10n_in_state_id, self.karnataka)
        self.assertEqual(self._taxes(invoice), {"CGST": 368.10, "SGST/UTGST": 368.10})

    def test_tourist_pays_the_tax_of_the_branch(self):
        """T29: the device was here, it is no export."""
        tourist = self._meet("John Smith", None, country=self.env.ref("base.us"))
        invoice = self._invoice(self._create_job(tourist, lines=[(self.labour, 1000.0)]))
        self.assertEqual(self._taxes(invoice), {"CGST": 90.0, "SGST/UTGST": 90.0})
        self.assertEqual(
            set(invoice.invoice_line_ids.mapped("l10n_in_gstr_section")), {"sale_b2cs"}
        )

    def test_estimate_with_tax_is_what_the_invoice_says(self):
        for partner in (self.suresh, self.kaveri):
            job = self._create_job(partner)
            self.assertEqual(job._amount_with_tax(job._billable_lines()), 4826.20)
            self.assertEqual(job.amount_estimate, 4826.20)

    def test_product_without_tax_gets_that_of_the_branch(self):
        self.labour.taxes_id = False
        job = self._create_job(lines=[(self.labour, 1000.0)])
        self.assertEqual(job.amount_estimate, 1180.00)
        self.assertEqual(self._invoice(job).amount_total, 1180.00)

    def test_invoice_is_a_draft_of_the_branch(self):
        job = self._create_job()
        answer = job.with_user(self.accountant).create_invoice()
        self.assertEqual(
            answer,
            {
                "invoice_id": answer["invoice_id"],
                "name": False,
                "state": "draft",
                "amount_untaxed": 4090.00,
                "amount_tax": 736.20,
                "amount_total": 4826.20,
            },
        )
        invoice = job.invoice_ids
        self.assertEqual(invoice.journal_id, self.branch.sale_journal_id)
        self.assertEqual(invoice.company_id, self.company)
        self.assertEqual(invoice.invoice_origin, job.name)

    def test_second_call_returns_the_same_invoice(self):
        job = self._create_job().with_user(self.manager)
        first = job.create_invoice()
        self.assertEqual(job.create_invoice(), first)
        job.invoice_ids.action_post()
        self.assertEqual(job.create_invoice()["invoice_id"], first["invoice_id"])
        self.assertEqual(len(job.invoice_ids), 1)

    def test_cancelled_invoice_makes_room_for_another(self):
        job = self._create_job()
        invoice = self._invoice(job)
        invoice.fsm_cancel(reason="Wrong customer")
        self.assertNotEqual(self._invoice(job, post=False), invoice)

    def test_job_without_lines_has_nothing_to_bill(self):
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            self._create_job(lines=[]).with_user(self.manager).create_invoice()

    # === WHO PAYS FOR A LINE === #

    def _claimed_job(self):
        lines = [(self.labour, 1500.0), (self.labour, 500.0), (self.ssd, 3500.0)]
        job = self._create_job(state="diagnosis", lines=lines)
        for line, billing in zip(job.line_ids, ("warranty", "oem", "oem"), strict=True):
            line.billing = billing
        maharashtra = self.env.ref("base.state_in_mh")
        job.oem_partner_id = self._meet("Acme Laptops", maharashtra, vat="27AAACX9876L1ZE")
        return job

    def test_T15_customer_gets_no_tax_invoice_for_a_free_repair(self):
        job = self._claimed_job()
        self.assertEqual((job.amount_untaxed, job.amount_estimate), (0.0, 0.0))
        self.assertIn("under our warranty, no charge", job._billable_lines()[0]["name"])
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            job.with_user(self.accountant).create_invoice()
        self.assertFalse(list(job._blockers_of_payment()))

    def test_T15_maker_is_invoiced_for_what_he_pays(self):
        job = self._claimed_job().with_user(self.accountant)
        answer = job.create_claim()
        self.assertEqual((answer["amount_untaxed"], answer["amount_total"]), (4000.0, 4720.0))
        self.assertEqual(job.create_claim(), answer)
        claim = job.claim_move_ids
        claim.action_post()
        self.assertEqual(self._taxes(claim), {"IGST": 720.0})
        sections = claim.invoice_line_ids.mapped("l10n_in_gstr_section")
        self.assertEqual(set(sections), {"sale_b2b_regular"})
        self.assertEqual((job.invoice_count, job.amount_total, job.amount_due), (0, 0.0, 0.0))
        with self.assertRaisesRegex(AccessError, "does not issue invoices"):
            job.with_user(self.receptionist).create_claim()
        with self.assertRaisesRegex(UserError, "The job card of an invoice"):
            claim.copy().write({"claim_job_id": job.id})

    def test_T15_goodwill_is_a_note_and_costs_its_credit(self):
        job = self._create_job(state="diagnosis")
        job.line_ids[0].billing = "goodwill"
        with freeze_time("2026-04-15 06:00:00"):
            invoice = self._invoice(job)
            job.with_context(fsm_gate=GATE).write(
                {"state": "delivered", "delivered_at": fields.Datetime.now()}
            )
        products = invoice._credit_lines().product_id
        self.assertEqual((products, invoice.amount_untaxed), (self.labour, 600.0))
        notes = [row["note"] for row in invoice._tax_document()["rows"] if "note" in row]
        self.assertEqual(notes, ["1 × SSD 512 GB NVMe – goodwill, no charge"])
        for period, rules in (("042026", ["CGST Act s.17(5)(h)"]), ("052026", [])):
            gst_return = self.env["fsm.gst.return"].create(
                {"gstin": self.branch.vat, "period": period}
            )
            findings = gst_return.check()["findings"]
            self.assertEqual([finding["rule"] for finding in findings], rules)

    def test_R32_credit_on_what_was_given_away_is_that_of_its_last_bill(self):
        job = self._create_job(state="diagnosis")
        job.line_ids[0].write({"billing": "goodwill", "quantity": 2.0})
        with freeze_time("2026-04-15 06:00:00"):
            self._invoice(job)
            job.with_context(fsm_gate=GATE).write(
                {"state": "delivered", "delivered_at": fields.Datetime.now()}
            )
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "042026"}
        )
        [finding] = gst_return.check()["findings"]
        self.assertIn("No vendor bill of it is here", finding["text"])
        bill = self._buy(self.ssd, 2000.0, "2026-04-02")
        rate = bill.invoice_line_ids.tax_ids.amount
        [finding] = gst_return.check()["findings"]
        self.assertIn("2 × SSD 512 GB NVMe. Table 4(B)(1) takes back", finding["text"])
        self.assertIn(bill.name, finding["text"])
        credit = gst_return.gstr3b()["itc_elg"]
        [for_good, _to_reclaim] = credit["itc_rev"]
        self.assertEqual((for_good["ty"], for_good["camt"]), ("RUL", 4000.0 * rate / 200))
        self.assertEqual(for_good["camt"], for_good["samt"])
        # Five were bought, three are left.
        self.assertEqual(credit["itc_net"]["samt"], 6000.0 * rate / 200)
        for text in ("4(B)(1)", "s.17(5)", "not known here", "3.1(a)"):
            self.assertIn(text, gst_return.summary_table)
        content = base64.b64decode(gst_return.export_gstr3b()["content"])
        page = load_workbook(io.BytesIO(content)).active
        cells = {row[0]: row for row in page.iter_rows(min_row=4, values_only=True)}
        self.assertEqual(cells["4(B)(1)"][4], for_good["camt"])
        self.assertEqual(cells["4(A)(4)"][2], "not known here")
        without = self._buy(self.ssd, 1000.0, "2026-04-10", tax=self.env["account.tax"])
        [finding] = gst_return.check()["findings"]
        self.assertIn(f"no GST on bill {without.name}", finding["text"])
        self.assertEqual(gst_return.gstr3b()["itc_elg"]["itc_rev"][0]["camt"], 0.0)

    def test_s17_5_blocked_credit_stands_in_4A_and_is_taken_back_in_4B1(self):
        """Marked on the bill, by its product, its account or its HSN; its refund gives it back."""
        meal = self.labour.copy({"name": "Dinner of the staff", "l10n_in_hsn_code": "996331"})
        marked = self.ssd.copy({"name": "Gift box", "gst_blocked": "g"})
        bills = [self._buy(product, 1000.0, "2026-04-02") for product in (self.ssd, meal, marked)]
        lines = [bill.invoice_line_ids for bill in bills]
        self.assertEqual([line.gst_blocked for line in lines], [False, "b", "g"])
        typed = bills[0].copy().invoice_line_ids
        typed.l10n_in_hsn_code = "996331"
        self.assertEqual(typed.gst_blocked, "b")
        rate = lines[0].tax_ids.amount
        april = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "042026"})

        def credit():
            self.env.flush_all()
            table = april.gstr3b()["itc_elg"]
            return (
                table["itc_avl"][4]["camt"],
                table["itc_rev"][0]["camt"],
                table["itc_net"]["camt"],
            )

        each = 5000.0 * rate / 200
        self.assertEqual(credit(), (3 * each, 2 * each, each))
        findings = april.check()["findings"]
        self.assertEqual([row["id"] for row in findings], (bills[1] | bills[2]).ids)
        self.assertIn("Table 4(B)(1) takes it back", findings[0]["text"])
        refund = bills[1]._reverse_moves([{"invoice_date": "2026-04-20", "date": "2026-04-20"}])
        refund.ref = "PC/refund"
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.gst_blocked, "b")
        self.assertEqual(credit(), (2 * each, each, each))
        lines[2].gst_blocked = False
        self.assertEqual(credit(), (2 * each, 0.0, 2 * each))
        april.lock()
        with self.assertRaisesRegex(UserError, "which is locked"):
            lines[2].gst_blocked = "h"

    def test_R32_goods_without_a_bill_cost_the_tax_on_their_cost(self):
        part = self.ssd.copy({"name": "Charger"})
        part.with_company(self.company).standard_price = 1000.0
        with freeze_time("2026-04-15 06:00:00"):
            job = self._create_job(state="diagnosis", lines=[(part, 1500.0), (self.labour, 600.0)])
            job.line_ids[0].billing = "goodwill"
            self._invoice(job)
            job.with_context(fsm_gate=GATE).write(
                {"state": "delivered", "delivered_at": fields.Datetime.now()}
            )
        april = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "042026"})
        [finding] = april.check()["findings"]
        [for_good, _to_reclaim] = april.gstr3b()["itc_elg"]["itc_rev"]
        self.assertEqual((for_good["camt"], for_good["samt"]), (90.0, 90.0))
        self.assertIn("the tax on its cost", finding["text"])

    def test_R32_credit_is_that_of_one_piece_though_dozens_were_bought(self):
        job = self._create_job(state="diagnosis")
        job.line_ids[0].billing = "goodwill"
        with freeze_time("2026-04-15 06:00:00"):
            self._invoice(job)
            job.with_context(fsm_gate=GATE).write(
                {"state": "delivered", "delivered_at": fields.Datetime.now()}
            )
        dozen = self.env.ref("uom.product_uom_dozen")
        bill = self._buy(self.ssd, 1200.0, "2026-04-02", unit=dozen)
        rate = bill.invoice_line_ids.tax_ids.amount
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "042026"}
        )
        [for_good, _to_reclaim] = gst_return.gstr3b()["itc_elg"]["itc_rev"]
        self.assertEqual(for_good["camt"], 100.0 * rate / 200)
        with freeze_time("2026-04-16 06:00:00"):
            lines = [
                {"product_id": self.labour.id, "price_unit": 600.0},
                {"product_id": self.ssd.id, "price_unit": 0.0, "product_uom_id": dozen.id},
            ]
            self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "company_id": self.company.id,
                    "journal_id": self.branch.sale_journal_id.id,
                    "partner_id": self.suresh.id,
                    "invoice_line_ids": [Command.create(line) for line in lines],
                }
            ).action_post()
        texts = [finding["text"] for finding in gst_return.check()["findings"]]
        self.assertIn("given away for nothing: 12 × SSD", texts[-1])

    def test_credit_of_bills_that_came_after_the_lock_is_found_in_the_next_month(self):
        self._buy(self.ssd, 1000.0, "2026-04-02")
        april, may = self.env["fsm.gst.return"].create(
            [{"gstin": self.branch.vat, "period": period} for period in ("042026", "052026")]
        )
        april.lock()
        self.assertEqual(may.check(), {"ok": True, "findings": []})
        rate = self._buy(self.ssd, 2000.0, "2026-04-20").invoice_line_ids.tax_ids.amount
        [finding] = may.check()["findings"]
        self.assertEqual((finding["severity"], finding["id"]), ("warning", april.id))
        self.assertEqual((finding["model"], finding["rule"]), (april._name, "CGST Act s.16(4)"))
        for price in (1000.0, 3000.0):
            self.assertIn(f"₹{indian_format(5 * price * rate / 100)}", finding["text"])

    def test_tax_under_reverse_charge_is_owed_and_credited(self):
        """From who has no GSTIN, and of a service from abroad: Tables 3.1(d), 4(A)(2), 4(A)(3)."""
        chart = self.env["account.chart.template"].with_company(self.organization)
        small = self._meet("Ramesh Transport", self.karnataka)
        abroad = self._meet("Cloud Inc", None, country=self.env.ref("base.us"))
        self._buy(
            self.labour, 100.0, "2026-04-02", vendor=small, tax=chart.ref("sgst_purchase_18_rc")
        )
        service = chart.ref("igst_purchase_18_service_rc")
        self._buy(self.labour, 200.0, "2026-04-03", vendor=abroad, tax=service)
        april = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "042026"})
        gstr3b = april.gstr3b()
        owed = {"txval": 1500.0, "iamt": 180.0, "camt": 45.0, "samt": 45.0, "csamt": 0.0}
        self.assertEqual(gstr3b["sup_details"]["isup_rev"], owed)
        rows = {row["ty"]: (row["iamt"], row["camt"]) for row in gstr3b["itc_elg"]["itc_avl"]}
        self.assertEqual((rows["IMPS"], rows["ISRC"]), ((180.0, 0.0), (0.0, 45.0)))
        self.assertEqual(april.check(), {"ok": True, "findings": []})
        april.lock()
        may = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "052026"})
        self.assertEqual(may.check(), {"ok": True, "findings": []})

    def test_bill_of_who_is_under_composition_is_in_table_5(self):
        vendor = self._meet("Balaji Stores", self.karnataka, vat="29AABCB1234C1ZA")
        vendor.l10n_in_gst_treatment = "composition"
        self._buy(self.ssd, 100.0, "2026-04-02", vendor=vendor, tax=self.env["account.tax"])
        april = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "042026"})
        [untaxed, _non_gst] = april.gstr3b()["inward_sup"]["isup_details"]
        self.assertEqual((untaxed["inter"], untaxed["intra"]), (0.0, 500.0))

    def _buy(self, product, price, day, unit=None, vendor=None, tax=None):
        """Return the posted bill of a vendor here for five of a product, or of another unit."""
        vendor = vendor or self._meet("Parts & Co", self.karnataka, vat="29AABCB1234C1ZA")
        tax = self.organization.account_purchase_tax_id if tax is None else tax
        line = {
            "product_id": product.id,
            "quantity": 5,
            "price_unit": price,
            "tax_ids": [Command.set(tax.ids)],
            "product_uom_id": (unit or product.uom_id).id,
        }
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.company.id,
                "partner_id": vendor.id,
                "invoice_date": day,
                "date": day,
                "ref": f"PC/{day}",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        return bill

    # === HOW IT IS SUPPLIED === #

    def test_R27_composite_supply_is_taxed_as_the_repair(self):
        job = self._create_job(state="diagnosis")
        job.supplies_as = "composite"
        self.assertEqual((job.amount_untaxed, job.amount_estimate), (4090.0, 4826.20))
        invoice = self._invoice(job)
        self.assertEqual(invoice._credit_lines().mapped("l10n_in_hsn_code"), ["998713"])
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (4090.0, 4826.20))
        rows = invoice._tax_document()["rows"]
        self.assertEqual(rows[1]["note"], "1 × SSD 512 GB NVMe")
        self.assertFalse(list(job._blockers_of_payment())[1:])

    def test_T07_product_whose_price_includes_tax_costs_what_its_tag_says(self):
        self.ssd.price_includes_gst = True
        for partner, untaxed in ((self.suresh, 846.62), (self.kaveri, 846.61)):
            job = self._create_job(partner, lines=[(self.ssd, 999.0)])
            self.assertEqual((job.amount_untaxed, job.amount_estimate), (untaxed, 999.0))
            invoice = self._invoice(job)
            self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (untaxed, 999.0))
            self.assertEqual(invoice._tax_document()["rows"][0]["price"], f"{untaxed:.2f}")
            self.assertTrue(invoice.fsm_check()["ok"])
            answer = invoice.with_user(self.accountant).fsm_credit_note(reason="Came back")
            self.assertEqual(answer["amount_total"], 999.0)
        draft = self._invoice(self._create_job(lines=[(self.labour, 999.0)] * 2), post=False)
        draft.invoice_line_ids.price_includes_gst = True  # ticked by hand
        self.assertEqual(
            (draft.amount_total, self._taxes(draft)),
            (1998.0, {"CGST": 152.38, "SGST/UTGST": 152.38}),
        )

    def test_T05_discount_on_the_whole_is_spread_before_tax(self):
        job = self._create_job(lines=[(self.labour, 10.0)] * 3)
        draft = self._invoice(job, post=False).with_user(self.accountant)
        self.assertEqual(draft.fsm_discount(amount=1.0)["amount_untaxed"], 29.0)
        self.assertEqual(draft._credit_lines().mapped("price_subtotal"), [9.67, 9.66, 9.67])
        self.assertEqual(draft.fsm_discount(amount=9.0)["amount_untaxed"], 20.0)
        for amount in (0.0, -1.0, 20.01):
            with self.assertRaisesRegex(UserError, "not more than the invoice"):
                draft.fsm_discount(amount=amount)
        with self.assertRaises(AccessError):
            draft.with_user(self.receptionist).fsm_discount(amount=1.0)
        draft.action_post()
        self.assertFalse(list(job._blockers_of_invoicing(draft.sudo(), job._billable_lines())))
        with self.assertRaisesRegex(UserError, "on a draft"):
            draft.fsm_discount(amount=1.0)

    # === WHO MAY === #

    def test_counter_and_workshop_issue_no_invoices(self):
        job = self._create_job()
        for user in (self.receptionist, self.technician):
            with self.assertRaisesRegex(AccessError, "does not issue invoices"):
                job.with_user(user).create_invoice()
        self.assertFalse(job.invoice_ids)

    def test_counter_and_workshop_read_no_invoices(self):
        invoice = self._invoice(self._create_job())
        for user in (self.receptionist, self.technician):
            self.assertFalse(self.env["account.move"].with_user(user).has_access("read"))
            with self.assertRaises(AccessError):
                invoice.with_user(user).read(["name"])

    def test_counter_sees_number_total_and_due(self):
        job = self._create_job()
        invoice = self._invoice(job)
        seen = job.with_user(self.receptionist).read(
            ["invoice_ids", "invoice_summary", "amount_total", "amount_due"]
        )[0]
        self.assertEqual(seen["invoice_ids"], [])
        rows = (job | self._create_job()).with_user(self.receptionist)._desk_rows()
        self.assertEqual([row["amount_due"] for row in rows], [4826.20, False])
        self.assertEqual(seen["amount_total"], 4826.20)
        self.assertEqual(seen["amount_due"], 4826.20)
        self.assertEqual(
            seen["invoice_summary"],
            [
                {
                    "id": invoice.id,
                    "name": invoice.name,
                    "state": "posted",
                    "amount_total": 4826.20,
                    "amount_residual": 4826.20,
                }
            ],
        )

    def test_accountant_reads_the_invoices_of_the_job_card(self):
        job = self._create_job()
        invoice = self._invoice(job)
        seen = job.with_user(self.accountant).read(["invoice_ids"])[0]
        self.assertEqual(seen["invoice_ids"], invoice.ids)
        found = self.env["fsm.job"].search([("invoice_ids", "in", invoice.ids)])
        self.assertEqual(found, job)

    # === THE CUSTOMER === #

    def test_customers_bills_are_listed_whole_for_the_books_and_in_short_for_the_counter(self):
        invoice = self._invoice(self._create_job())
        sale = invoice.copy({"job_id": False, "invoice_date": invoice.invoice_date})
        sale.action_post()
        rows = self.suresh.with_user(self.accountant).fsm_invoices()
        self.assertEqual(
            [(row["id"], row["amount_total"], row["amount_residual"]) for row in rows],
            [(sale.id, 4826.20, 4826.20), (invoice.id, 4826.20, 4826.20)],
        )
        (told,) = self.suresh.with_user(self.receptionist).fsm_invoices()
        self.assertEqual(told, {name: rows[1][name] for name in COUNTER_KEYS})
        self.assertNotIn("amount_tax", told)
        with self.assertRaises(AccessError):
            self.suresh.with_user(self.technician).fsm_invoices()

    def test_gstin_with_a_wrong_character_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not a GSTIN"):
            self.kaveri.vat = "33AACFK4521M1ZH"

    # === THE LIFE CYCLE === #

    def test_device_stays_until_the_invoice_is_posted(self):
        job = self._create_job()
        self.assertIn("There is no posted invoice.", job._blockers("delivered"))
        self._invoice(job, post=False)
        self.assertIn("There is no posted invoice.", job._blockers("delivered"))

    def test_device_stays_until_the_invoice_is_paid(self):
        job = self._create_job()
        invoice = self._invoice(job)
        self.assertIn(
            f"₹4,826.20 are still due on invoice {invoice.name}.", job._blockers("delivered")
        )
        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 4826.20}])
        self.assertFalse(any("due" in reason for reason in job._blockers("delivered")))

    def test_device_stays_while_less_is_invoiced_than_billable(self):
        job = self._create_job()
        invoice = self._invoice(job, post=False)
        invoice.invoice_line_ids[0].price_unit = 1.0
        invoice.action_post()
        self.assertIn(
            f"Only ₹{invoice.amount_total:.2f} of ₹4,826.20 are invoiced.",
            job._blockers("delivered"),
        )

    def test_device_of_a_free_repair_may_leave(self):
        job = self._create_job(state="diagnosis", lines=[(self.labour, 1.0)])
        job.line_ids.price_unit = 0.0
        self.assertNotIn("There is no posted invoice.", job._blockers("delivered"))

    def test_one_call_posts_settles_and_delivers(self):
        self.branch.allow_delivery_by_reason = True
        job = self._create_job().with_user(self.manager)
        job.create_invoice()
        payments = [{"method": "upi", "amount": 4826.20, "reference": "412345678901"}]
        answer = job.deliver(reason="Customer is a neighbour", payments=payments)
        self.assertEqual(answer["state"], "delivered")
        self.assertEqual(job.invoice_ids.payment_state, "paid")
        again = job.deliver(reason="Customer is a neighbour", payments=payments)
        self.assertEqual(again, answer)
        self.assertEqual(len(job.invoice_ids.reconciled_payment_ids), 1)

    def test_payment_is_taken_for_one_job_card_at_a_time(self):
        jobs = self._create_job() + self._create_job()
        with self.assertRaisesRegex(UserError, "one by one"), self.env.cr.savepoint():
            jobs.with_user(self.manager).deliver(
                reason="x" * 10, payments=[{"method": "cash", "amount": 4826.20}]
            )
        self.assertFalse(self.env["account.payment"].search([("job_id", "in", jobs.ids)]))

    def test_counter_does_not_post_by_delivering(self):
        self.receptionist.group_ids += self.env.ref("fsm_gst_billing.group_fsm_cashier")
        job = self._create_job()
        self._invoice(job, post=False)
        with self.assertRaisesRegex(AccessError, "does not issue invoices"):
            job.with_user(self.receptionist).deliver(
                reason="x" * 10, payments=[{"method": "cash", "amount": 4826.20}]
            )

    def test_ready_and_invoiced_in_one_call(self):
        job = self._create_job(state="qc").with_user(self.manager)
        job.spend_limit = 5000.0
        self.assertEqual(job.mark_ready(invoice=True)["state"], "ready")
        self.assertEqual(job.invoice_ids.state, "draft")

    def test_customer_search_shows_what_is_owed(self):
        self._invoice(self._create_job())
        found = self.env["res.partner"].with_user(self.receptionist).fsm_search_by_mobile("12345")
        self.assertEqual(found[0]["balance_due"], 4826.20)
