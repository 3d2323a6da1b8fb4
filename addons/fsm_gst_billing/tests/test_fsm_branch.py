from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook
from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestFsmBranch(FsmGstBillingCommon):
    # === WHAT A BRANCH IS FOUNDED WITH === #

    def test_branch_has_its_own_series(self):
        journal = self.branch.sale_journal_id
        self.assertRecordValues(
            journal,
            [
                {
                    "name": "Sales SP Road",
                    "code": "SPR",
                    "type": "sale",
                    "company_id": self.company.id,
                    "refund_sequence": True,
                }
            ],
        )
        self.assertEqual(journal.default_account_id, self.company.income_account_id)

    def test_branch_has_four_tills(self):
        tills = self.branch._tills()
        self.assertLessEqual(  # an addon above may add ways
            {"cash": "SPRC", "upi": "SPRU", "card": "SPRD", "bank": "SPRB"}.items(),
            {method: journal.code for method, journal in tills.items()}.items(),
        )
        for journal in tills.values():
            lines = journal.inbound_payment_method_line_ids
            self.assertEqual(lines.payment_account_id, journal.default_account_id)

    def test_branches_share_no_account_code_and_no_series(self):
        other = self._found_branch("HSR Layout", "HS", "29AAGCB7383J1Z4", self.karnataka)
        tills = [*self.branch._tills().values(), *other._tills().values()]
        accounts = [till.default_account_id.with_company(self.organization) for till in tills]
        self.assertEqual(len({account.code for account in accounts}), len(tills))
        with self.assertRaisesRegex(ValidationError, "two documents the same number"):
            self._found_branch("Malleshwaram", "RHS", "29AAGCB7383J1Z4", self.karnataka)
        self._check_T17_code_that_is_taken()
        self._check_T16_series_side_by_side(other)

    def _check_T17_code_that_is_taken(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as refused:
            self._found_branch("Malleshwaram", "SPR", "29AAGCB7383J1Z4", self.karnataka)
        said = self.env["fsm.branch"]._sql_error_to_message(refused.exception)
        self.assertIn("Another branch of the organisation has this code", said)

    @freeze_time("2026-04-01 06:00:00")
    def _check_T16_series_side_by_side(self, next_door):
        """Two branches of one GSTIN, and one of another."""
        names = []
        for branch in (self.branch, self.other_branch, next_door, self.branch, self.other_branch):
            customer = self._meet("Murugan", branch.state_id, branch)
            manager = self._hire(f"m{len(names)}", "fsm_jobs.group_fsm_manager", branch)
            names.append(self._invoice(self._create_job(customer, branch), manager).name)
        numbers = ("SPR/00001", "CHN/00001", "HS/00001", "SPR/00002", "CHN/00002")
        self.assertEqual(names, [number.replace("/", "/26-27/") for number in numbers])

    # === WHAT IT SUPPLIES TO ANOTHER ONE === #

    def test_T31_goods_for_another_gstin_are_invoiced_and_their_tax_is_credit_there(self):
        other = self.other_branch
        lines = [{"product_id": self.ssd.id, "quantity": 5.0, "price_unit": 3000.0}]
        number = self.branch._supply_to(other, lines, "SPR/T/00001")
        documents = self.env["account.move"].search([("invoice_origin", "=", "SPR/T/00001")])
        self.assertEqual((number, documents.name), ("SPR/26-27/00001", number))
        self.assertEqual((documents.amount_tax, documents.amount_total), (2700.0, 17700.0))
        self.assertEqual(documents.l10n_in_gstin, other.vat)
        bill = self.env["account.move"].search([("ref", "=", number)])
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "in_invoice",
                    "state": "posted",
                    "company_id": other.company_id.id,
                    "amount_total": 17700.0,
                }
            ],
        )
        self.assertEqual(self._taxes(bill), {"IGST": 2700.0})
        period = bill.date.strftime("%m%Y")
        there = self.env["fsm.gst.return"].create({"gstin": other.vat, "period": period})
        credit = {row["ty"]: row["iamt"] for row in there.gstr3b()["itc_elg"]["itc_avl"]}
        self.assertEqual(credit["OTH"], 2700.0)
        self.company.l10n_in_upi_id = "namma@okhdfc"
        self.assertFalse(documents._upi_url(), "Branches settle in the books.")
        here = self.env["account.move"].with_user(self.accountant)
        self.assertEqual(here.fsm_invoice_stats(branch_id=self.branch.id)["count"], 0)
        self.assertEqual(here.fsm_pending_invoices(branch_id=self.branch.id), [])
        card = self.company.partner_id.with_user(self.accountant)
        self.assertEqual(
            (card.debit, bill.partner_id.with_company(self.company).debit), (0.0, 17700.0)
        )
        self.assertFalse(card.search([("debit", ">", 0), ("id", "=", card.id)]))
        with self.assertRaisesRegex(UserError, "which has it in its books"):
            documents.fsm_cancel(reason="Sent to the wrong branch")
        lines[0]["price_unit"] = 0.0
        with self.assertRaisesRegex(UserError, "SSD 512 GB NVMe: give the part a cost or a price"):
            self.branch._supply_to(other, lines, "SPR/T/00002")

    def test_T31_tax_is_cost_of_a_branch_that_takes_no_credit(self):
        """CGST Act s.10(4), s.16(1): on what another branch supplies, and on any vendor's bill."""
        there = self.other_branch.company_id
        there.partner_id.l10n_in_gst_treatment = "composition"
        lines = [{"product_id": self.ssd.id, "quantity": 5.0, "price_unit": 3000.0}]
        number = self.branch._supply_to(self.other_branch, lines, "SPR/T/00001")
        bill = self.env["account.move"].search([("ref", "=", number)])
        self.assertEqual((self._taxes(bill), bill.amount_total), ({"IGST": 2700.0}, 17700.0))
        self._check_all_is_cost(bill, 17700.0)
        invoice = self.env["account.move"].search([("invoice_origin", "=", "SPR/T/00001")])
        period = {"gstin": self.branch.vat, "period": invoice.date.strftime("%m%Y")}
        supplied = self.env["fsm.gst.return"].create(period).gstr3b()["inter_sup"]
        self.assertEqual(supplied["comp_details"][0]["iamt"], 2700.0)
        vendor = self.kaveri.copy({"name": "Chennai Spares", "company_id": False})
        for treatment, number in (("composition", there.vat), ("unregistered", False)):
            there.write({"vat": number})
            there.partner_id.l10n_in_gst_treatment = treatment
            bought = self._bill_of(vendor, there)
            self.assertEqual(bought.amount_total, 1180.0)
            self._check_all_is_cost(bought, 1180.0)
            self._check_all_is_cost(bought._reverse_moves(), -1180.0)
        there.write({"vat": "33AAGCB7383J1ZF"})
        there.partner_id.l10n_in_gst_treatment = "regular"
        self._check_all_is_cost(self._bill_of(vendor, there), 1000.0)

    def _bill_of(self, vendor, company):
        """Return a draft bill of a vendor in the same state: ₹1,000 and 18 %."""
        values = {"product_id": self.ssd.id, "price_unit": 1000.0}
        return (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "in_invoice",
                    "company_id": company.id,
                    "partner_id": vendor.id,
                    "invoice_line_ids": [Command.create(values)],
                }
            )
        )

    def _check_all_is_cost(self, bill, amount):
        account = bill.invoice_line_ids.account_id
        booked = bill.line_ids.filtered(lambda line: line.account_id == account)
        self.assertAlmostEqual(sum(booked.mapped("balance")), amount, 2)

    def test_T31_same_gstin_is_no_supply(self):
        other = self._found_branch("HSR Layout", "HSR", self.branch.vat, self.karnataka)
        lines = [{"product_id": self.ssd.id, "quantity": 5.0, "price_unit": 3000.0}]
        self.assertEqual(self.branch._supply_to(other, lines, "SPR/T/00001"), "")

    def test_provision_twice_changes_nothing(self):
        journals = self.env["account.journal"].search_count([])
        positions = self.env["account.fiscal.position"].search_count([])
        self.branch._provision()
        self.assertEqual(self.env["account.journal"].search_count([]), journals)
        self.assertEqual(self.env["account.fiscal.position"].search_count([]), positions)

    def test_branch_that_was_there_before_is_provided_for(self):
        self.branch.sale_journal_id = False
        job = self._create_job(state="diagnosis")
        job.amount_estimate = 4090.00
        self.branch._tills()["card"].unlink()
        post_init_hook(self.env)
        self.assertEqual(self.branch.sale_journal_id.code, "SPR")
        self.assertIn("card", self.branch._tills())
        self.assertEqual(job.amount_estimate, 4826.20)

    def test_provision_outlives_the_end_of_the_transaction(self):
        """`account` loads the chart of a new branch once more before the commit."""
        tills = self.branch._tills()
        self.env.cr.flush()
        self.assertEqual(self.company.account_sale_tax_id.name, "18% GST S")
        for journal in tills.values():
            lines = journal.inbound_payment_method_line_ids
            self.assertEqual(lines.payment_account_id, journal.default_account_id)

    def test_default_tax_is_18_percent(self):
        for company in self.organization | self.company:
            self.assertEqual(company.account_sale_tax_id.name, "18% GST S")

    def test_default_tax_survives_a_new_gstin(self):
        self.branch.vat = "29AAGCR4375J2ZT"
        self.assertEqual(self.company.account_sale_tax_id.name, "18% GST S")

    def test_branch_has_fiscal_positions_of_its_state(self):
        positions = self.env["account.fiscal.position"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(positions.mapped("name")), {"Within Karnataka", "Inter State"})

    def test_branch_keeps_the_books_as_the_law_wants(self):
        self.assertTrue(self.company.restrictive_audit_trail)
        self.assertEqual(self.company.tax_calculation_rounding_method, "round_per_line")
        self.assertEqual(self.company.fiscalyear_last_month, "3")

    def test_invoice_rounded_to_the_rupee_posts_in_a_branch(self):
        invoice = self._invoice(self._create_job(lines=[(self.labour, 999.99)]), post=False)
        invoice.invoice_cash_rounding_id = self.env.ref("l10n_in.cash_rounding_in_half_up")
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 1180.00)
        self.assertNotEqual(self.env.company, self.company)
        sale = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "journal_id": self.branch.sale_journal_id.id,
                "partner_id": self.suresh.id,
                "invoice_cash_rounding_id": invoice.invoice_cash_rounding_id.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.labour.id, "price_unit": 999.99})
                ],
            }
        )
        self.assertEqual(sale.amount_total, 1180.00, "Whichever branch is open on the screen.")

    # === GSTIN === #

    def test_gstin_is_stored_as_it_is_printed(self):
        self.branch.vat = " 29aagcb7383j1z4 "
        self.assertEqual(self.company.vat, "29AAGCB7383J1Z4")

    def test_gstin_with_a_wrong_character_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not a GSTIN"):
            self.branch.vat = "29AAGCR4375J1ZY"

    def test_gstin_of_another_state_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not of 29-Karnataka"):
            self.branch.vat = "33AAGCB7383J1ZF"

    def test_card_of_a_branch_is_held_to_the_rules_of_the_branch(self):
        self.branch.write({"vat": "33AAGCB7383J1ZF", "state_id": self.tamil_nadu.id})
        with self.assertRaisesRegex(ValidationError, "is not of 29-Karnataka"):
            self.company.partner_id.state_id = self.karnataka

    def test_series_of_a_branch_stays_as_it_is(self):
        journal = self.branch.sale_journal_id.sudo()
        for vals in (
            {"code": "ZZ"},
            {"refund_sequence": False},
            {"active": False},
            {"type": "general"},
            {"company_id": self.organization.id},
            {"fsm_voucher": "receipt_voucher"},
        ):
            with self.assertRaisesRegex(UserError, "stay as they are"), self.env.cr.savepoint():
                journal.write(vals)
        journal.write({"name": "Sales here", "code": journal.code})

    def test_new_branch_with_a_wrong_gstin_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not of 33-Tamil Nadu"):
            self._found_branch("Ritchie Street", "RST", "29AAGCB7383J1Z4", self.tamil_nadu)

    def test_organisation_with_other_books_is_refused(self):
        other = self._found_organization("Service Works Germany")
        self.env["account.chart.template"]._load("generic_coa", other, install_demo=False)
        self.env["account.move"].with_company(other).create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({"name": "a", "debit": 0.0, "account_id": account.id})
                    for account in self.env["account.account"]
                    .with_company(other)
                    .search([("company_ids", "in", other.ids)], limit=1)
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "another chart of accounts"):
            self._found_branch("Berlin", "BER", False, self.karnataka, other)
