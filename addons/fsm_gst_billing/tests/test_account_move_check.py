from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

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

    def _tax(self, name):
        return self.env["account.chart.template"].with_company(self.organization).ref(name)

    def _exempt(self):
        return self._tax("exempt_sale")

    # === AMOUNTS === #

    def test_T01_T37_round_off_never_touches_the_value(self):
        self.branch.rounds_to_rupee = True
        job = self._create_job(lines=[(self.labour, 999.99)])
        invoice = self._invoice(job)
        self.assertEqual(self._taxes(invoice), {"CGST": 90.0, "SGST/UTGST": 90.0})
        totals = dict(invoice._tax_document()["totals"])
        self.assertAlmostEqual(totals["Taxable Value"], 999.99)
        self.assertEqual(invoice.amount_total, 1180.0)
        said = (invoice._fsm_figures(), self.suresh.fsm_invoices()[0])
        self.assertEqual([answer["amount_untaxed"] for answer in said], [999.99] * 2)
        self.assertEqual(invoice.gst_value_signed, 999.99)
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
        self.ssd.taxes_id = self._tax("sgst_sale_5")
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
        self.assertEqual((row["val"], invoice.amount_total), (4826.20, 4826.20))
        self.assertEqual(row["itms"][0]["itm_det"]["iamt"], 736.2)

    def test_R16_counter_sale_is_rounded_as_its_branch_rounds(self):
        self.branch.rounds_to_rupee = True
        sale = self._sale((self.labour, 999.99, 1, 0))
        sale.action_post()
        self.assertEqual((sale.amount_total, sale.amount_tax), (1180.0, 180.0))
        self.assertTrue(sale.fsm_check()["ok"])

    def test_R16_each_tax_is_in_whole_rupees_where_the_branch_has_it_so(self):
        """s.170 read for each invoice and head: draft, books, paper and return say the same."""
        before = self._sale((self.labour, 333.33, 3, 0))
        before.action_post()
        self.branch.rounds_tax = True
        for rows, heads in (
            ([(self.labour, 333.33, 3, 0), (self.labour, 105.49, 1, 0)], {"cgst": 99, "sgst": 99}),
            ([(self.labour, 105.49, 1, 0)], {"cgst": 9, "sgst": 9}),  # 9.49
            ([(self.labour, 105.56, 1, 0)], {"cgst": 10, "sgst": 10}),  # 9.50
        ):
            sale = self._sale(*rows)
            value = sale.amount_untaxed
            total = value + sum(heads.values())
            self.assertAlmostEqual(sale.tax_totals["total_amount_currency"], total, 2)
            sale.action_post()
            self.assertEqual(self._heads_in_books(sale), heads)
            self.assertAlmostEqual(sale.amount_untaxed, value, 2)
            self.assertAlmostEqual(sale.amount_total, total, 2)
            self.assertEqual(self._heads_in_return(sale), heads)
            self.assertEqual(self._heads_on_paper(sale), heads)
            self.assertTrue(sale.fsm_check()["ok"])
        self.assertEqual(self._heads_in_books(before), {"cgst": 90.0, "sgst": 90.0})
        self.assertAlmostEqual(before._tax_document()["total"], before.amount_total, 2)

    def test_R16_notes_give_back_the_whole_rupees_of_their_invoice(self):
        self.branch.rounds_tax = True
        for price, count in ((116.67, 3), (105.55, 4), (5.0, 3)):
            sale = self._sale((self.labour, price, count, 0))
            sale.action_post()
            line = sale.invoice_line_ids.filtered("product_id")
            part = [{"line_id": line.id, "quantity": 1.0}]
            for _one in range(count):
                answer = sale.fsm_credit_note(reason="One of them", lines=part)
                self.branch.rounds_tax = False  # a note is as its invoice
                note = sale.browse(answer["id"])
                self.assertEqual(self._heads_in_return(note), self._heads_in_books(note))
                self.assertTrue(
                    all(tax == round(tax) for tax in self._heads_in_books(note).values())
                )
            self.branch.rounds_tax = True
            self.assertEqual((sale.amount_residual, sale.payment_state), (0.0, "reversed"))
        sale = self._sale((self.labour, 105.55, 1, 0), (self.labour, 33.33, 3, 0))
        sale.action_post()
        note = sale._reverse_moves(cancel=True)
        self.assertEqual(self._heads_in_books(note), self._heads_in_books(sale))
        self.assertEqual(sale.amount_residual, 0.0)

    def _heads_in_books(self, move):
        lines = move.line_ids.filtered(lambda line: line.tax_line_id and line.balance)
        return {
            line.tax_line_id.l10n_in_gst_tax_type: round(abs(line.balance), 2) for line in lines
        }

    def _heads_in_return(self, move):
        self.env.flush_all()
        returns = self.env["fsm.gst.return"]
        [document] = returns._documents_where(SQL("m.id = %s", move.id))
        sums = {
            head: sum(getattr(line, head) for line in document.lines) / 100
            for head in ("cgst", "sgst")
        }
        return {head: amount for head, amount in sums.items() if amount}

    def _heads_on_paper(self, move):
        totals = dict(move._tax_document()["totals"])
        return {head: round(totals[head.upper()], 2) for head in ("cgst", "sgst")}

    def test_R16_notes_on_parts_of_a_rounded_invoice_are_together_the_invoice(self):
        self.branch.rounds_to_rupee = True
        for price, count, totals in (
            (333.33, 3, [393.33, 393.33, 393.34]),
            (100.40, 3, [118.48, 118.48, 118.04]),
            (0.42, 5, [0.5, 0.5, 0.5, 0.5, 0.0]),
        ):
            sale = self._sale((self.labour, price, count, 0))
            sale.action_post()
            part = [{"line_id": sale.invoice_line_ids.filtered("product_id").id, "quantity": 1.0}]
            notes = [sale.fsm_credit_note(reason="One of them", lines=part) for _one in totals]
            self.assertEqual([note["amount_total"] for note in notes], totals)
            self.assertEqual(sale.amount_total, round(sum(totals), 2))
            self.assertEqual(sale.amount_residual, 0.0)

    def test_R16_note_on_all_of_a_rounded_invoice_is_its_total(self):
        self.branch.rounds_to_rupee = True
        for financial in (False, True):
            sale = self._sale((self.labour, 333.33, 3, 0), (self.labour, 100.40, 1, 0))
            sale.action_post()
            note = sale.fsm_credit_note(reason="Not done at all", financial=financial)
            self.assertEqual((note["amount_total"], sale.amount_residual), (sale.amount_total, 0.0))

    # === LINES === #

    def test_same_client_ref_credits_and_adds_once(self):
        sale = self._sale((self.labour, 100.0, 3, 0))
        line = {"product_id": self.labour.id, "price_unit": 50.0, "client_ref": "app-1"}
        answers = [sale.fsm_add_line(**line) for _again in range(2)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(len(sale.invoice_line_ids), 2)
        sale.action_post()
        part = [{"line_id": answers[0]["line_id"], "quantity": 1.0}]
        asked = {"reason": "Not cleaned", "lines": part, "client_ref": "app-1"}
        notes = [sale.fsm_credit_note(**asked) for _again in range(2)]
        self.assertEqual(notes[0], notes[1])
        self.assertEqual(len(sale.reversal_move_ids), 1)
        with self.assertRaisesRegex(UserError, "already used for something else"):
            sale.fsm_credit_note(**{**asked, "lines": []})

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

    def test_branch_without_tax_is_asked_for_all_else(self):
        self.branch.vat = False
        with freeze_time("2026-04-15 06:00:00"):
            for values, sentence in (
                ({"invoice_date": "2026-04-16"}, "is of 16-Apr-2026, which has not come yet"),
                ({"move_type": "out_refund"}, "pick the original invoice"),
            ):
                self._refused(self._sale((self.labour, 500.0, 1, 0), **values), sentence)
            self._refused(self._sale((self.labour, 50000.0, 1, 0)), "name, address and state")
            self._sale((self.labour, 500.0, 1, 0)).action_post()

    def test_T36_composition_branch_issues_a_bill_of_supply(self):
        self.company.partner_id.l10n_in_gst_treatment = "composition"
        document = self._invoice(self._create_job())._tax_document()
        self.assertEqual((document["title"], document["taxes"]), ("Bill of Supply", []))
        self.assertIn("Composition taxable person", document["declaration"])
        costly = self._create_job(lines=[(self.labour, 240000.0)])
        rules = {row["rule"] for row in costly.gst_check()["findings"]}
        self.assertIn("CGST Rule 46(e)", rules, "It is refused when it is issued, so it is said.")

    def test_day_that_no_return_takes_is_refused(self):
        for day in ("1926-05-01", "2017-06-30", "2022-06-30"):
            sale = self._sale((self.labour, 500.0, 1, 0), invoice_date=day)
            self._refused(sale, "no return takes a document of that day", self.manager)

    # === WHAT IS NOT ISSUED === #

    def test_T36_taxed_and_exempt_for_a_gstin_are_two_documents(self):
        self.ssd.taxes_id = exempt = self._exempt()
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

    def test_invoice_of_a_branch_is_in_rupees(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        sale = self._sale((self.labour, 500.0, 1, 0), currency_id=dollar.id)
        self.assertIn("choose INR", sale.fsm_check()["findings"][0]["text"])
        with self.assertRaisesRegex(UserError, "are in rupees: choose INR"):
            sale.action_post()
        note = self._sale(  # of one that was issued before
            (self.labour, 500.0, 1, 0),
            currency_id=dollar.id,
            move_type="out_refund",
            reversed_entry_id=sale.id,
        )
        texts = [finding["text"] for finding in note.fsm_check()["findings"]]
        self.assertNotIn("choose INR", " ".join(texts))

    def test_sale_on_which_nothing_is_charged_is_no_invoice(self):
        for line in ((self.ssd, 3490.0, 1, 100), (self.labour, 0.0, 1, 0)):
            sale = self._sale(line)
            sale.invoice_line_ids.price_unit = line[1]
            with self.assertRaisesRegex(UserError, "Hand it out as goodwill"):
                sale.action_post()

    def test_gstin_of_another_state_is_found_for_a_customer_of_all_branches(self):
        self.kaveri.company_id = False
        self.kaveri.state_id = self.karnataka
        sale = self._sale((self.labour, 500.0, 1, 0), partner=self.kaveri)
        with self.assertRaisesRegex(UserError, "33AACFK4521M1ZG is of state 33.*address of 29"):
            sale.action_post()
        office = self.kaveri.create(
            {"name": "Mysuru", "parent_id": self.kaveri.id, "state_id": self.karnataka.id}
        )
        self.kaveri.state_id = self.tamil_nadu
        of_office = self._sale((self.labour, 500.0, 1, 0), partner=office)
        self.assertTrue(of_office.fsm_check()["ok"])

    def test_G7_number_of_an_earlier_day_is_said_before_and_listed_in_its_month(self):
        with freeze_time("2026-04-20 06:00:00"):
            later = self._invoice(self._create_job())
            late = self._sale((self.labour, 500.0, 1, 0), invoice_date="2026-04-11")
            [finding] = late.fsm_check()["findings"]
            self.assertEqual(finding["severity"], "warning")
            self.assertIn(f"already has {later.name} of 20-Apr-2026", finding["text"])
            late.action_post()
            gst_return = self.env["fsm.gst.return"].create(
                {"gstin": self.branch.vat, "period": "042026"}
            )
            [listed] = gst_return.check()["findings"]
            self.assertEqual((listed["severity"], listed["id"]), ("warning", late.id))
            self.assertIn("Rule 46(b)", listed["rule"])
            self.assertFalse(self._sale((self.labour, 500.0, 1, 0)).fsm_check()["findings"])

    def test_T19_each_dialog_opens_on_the_day_of_india(self):
        with freeze_time("2027-03-31 18:45:00"):
            invoice = self._invoice(self._create_job())
            dialogs = self.env(
                user=self.accountant,
                context={"tz": False, "active_ids": invoice.ids, "active_model": "account.move"},
            )
            self.accountant.tz = False
            for model, field in (
                ("account.debit.note", "date"),
                ("account.move.reversal", "date"),
                ("account.payment.register", "payment_date"),
                ("account.payment", "date"),
                ("l10n_in.withhold.wizard", "date"),
            ):
                values = dialogs[model].with_company(self.company).default_get([field])
                self.assertEqual(str(values[field]), "2027-04-01", model)
            entry = dialogs["account.move"].with_company(self.company).new({"move_type": "entry"})
            self.assertEqual(str(entry.date), "2027-04-01")

    def test_cash_that_the_law_forbids_is_said_before(self):
        self.suresh.street = "4, 8th Cross"
        draft = self._sale((self.labour, 200000.0, 1, 0))
        [finding] = draft.fsm_check()["findings"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("less than ₹2,00,000.00 of it may be taken in cash", finding["text"])

    def _refused(self, sale, sentence, user=None):
        """Assert that a draft says `sentence` in its banner, and is refused with it."""
        self.assertRegex(sale.gst_findings, sentence)
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            sale.with_user(user or self.accountant).action_post()

    def test_line_without_tax_is_not_a_tax_invoice_at_nothing(self):
        sale = self._sale((self.labour, 500.0, 1, 0))
        sale.invoice_line_ids.tax_ids = False
        self._refused(sale, "bears no GST, and nothing says why")
        sale.invoice_line_ids.tax_ids = self._exempt()
        self._refused(sale, "bears 0 %, its product 18 %")
        self.labour.taxes_id = self._exempt()
        self.assertTrue(sale.fsm_check()["ok"])

    def test_amounts_typed_into_a_drafts_journal_items_are_not_issued(self):
        """Each is accepted by accounting; the balance is made up by what the customer owes."""

        def add(lines, amount):
            for line in lines:
                amounts = {"balance": line.balance + amount}
                line.write({**amounts, "amount_currency": line.amount_currency + amount})

        manual = {"currency_id": 0, "price_unit": 600.0, "quantity": 1.0, "discount": 0.0}
        attacks = {
            "both taxes": lambda sale: add(sale.line_ids.filtered("tax_line_id"), 49.0),
            "one tax": lambda sale: add(sale.line_ids.filtered("tax_line_id")[:1], 0.01),
            "no tax": lambda sale: (
                sale.line_ids.filtered("tax_line_id")[:1].with_context(dynamic_unlink=True).unlink()
            ),
            "tax as income": lambda sale: sale.line_ids.filtered("tax_line_id")[:1].write(
                {"account_id": sale.invoice_line_ids.account_id.id}
            ),
            "value": lambda sale: add(sale.invoice_line_ids, 100.0),
            "subtotal": lambda sale: sale.invoice_line_ids.write(
                {"price_subtotal": 10.0, "price_total": 11.8}
            ),
            "taxes of elsewhere": lambda sale: sale.invoice_line_ids.write(
                {
                    "extra_tax_data": manual
                    | {
                        "currency_id": sale.currency_id.id,
                        "manual_tax_amounts": {
                            str(tax.id): {"tax_amount_currency": 1.0, "tax_amount": 1.0}
                            for tax in sale.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
                        },
                    },
                    "quantity": 1.0,
                }
            ),
        }
        for name, attack in attacks.items():
            with self.subTest(name):
                sale = self._sale((self.labour, 600.0, 1, 0))
                attack(sale)
                try:
                    with self.env.cr.savepoint():
                        sale.action_post()
                except UserError as error:
                    self.assertIn("change a quantity of the document", str(error))
                    sale.invoice_line_ids.quantity = 2
                    sale.invoice_line_ids.quantity = 1
                    sale.action_post()
                else:
                    self.assertEqual(name, "taxes of elsewhere")
                self.assertEqual(self._taxes(sale), {"CGST": 54.0, "SGST/UTGST": 54.0})
                self.assertEqual(sale.amount_total, 708.0)

    def test_discount_line_below_the_taxed_ones_is_refused(self):
        sale = self._sale((self.ssd, 3490.0, 1, 0), (self.labour, -500.0, 1, 0))
        for taxes in (False, self._exempt()):
            sale.invoice_line_ids[1].tax_ids = taxes
            self._refused(sale, "takes ₹500.00 off without tax.*use “Discount”")
        sale.invoice_line_ids.filtered(lambda line: line.price_unit > 0).tax_ids = False
        sale.invoice_line_ids[1].tax_ids = False
        self._refused(sale, "bears no GST")
        self._refused(sale, "takes ₹500.00 off without tax")
        sale.invoice_line_ids.tax_ids = self._tax("sgst_sale_18")
        sale.action_post()
        self.assertEqual(sale.amount_total, 3528.2)

    def test_other_rate_than_the_products_needs_a_managers_reason(self):
        sale = self._sale((self.labour, 500.0, 1, 0))
        sale.invoice_line_ids.tax_ids = self._tax("sgst_sale_5")
        self._refused(sale, "bears 5 %, its product 18 %")
        with self.assertRaisesRegex(AccessError, "Only a manager"), self.env.cr.savepoint():
            sale.gst_rate_reason = "Notification 45/2017-CT(R)"
        managed = sale.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, "10 characters"), self.env.cr.savepoint():
            managed.gst_rate_reason = "cheaper"
        managed.gst_rate_reason = "Notification 45/2017-CT(R): research"
        [finding] = managed.fsm_check()["findings"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("because: Notification 45/2017", finding["text"])
        managed.action_post()
        self.assertEqual(sale.amount_total, 525.0)
        with self.assertRaisesRegex(UserError, "was issued"):
            managed.gst_rate_reason = "Another reason than before"

    def test_T26_rate_of_a_monitor_is_that_of_two_of_three_days(self):
        """Work on 20, invoice on 25 September 2025; paid on the 20th, all of it or not the tax."""
        monitor = self._stock("Monitor 34 inch", "consu", "85285900", 12000.0)
        monitor.write(
            {
                "gst_changed_on": "2025-09-22",
                "gst_taxes_before_ids": [Command.set(self._tax("sgst_sale_28").ids)],
            }
        )
        invoices = []
        for paid, half in ((15360.0, 1680.0), (12000.0, 1080.0)):
            before = half == 1680.0
            with freeze_time("2025-09-20 06:00:00"):
                job = self._create_job(lines=[(monitor, 12000.0)])
                job.sudo().ready_at = "2025-09-20 05:00:00"
                lines = [{"method": "bank", "amount": paid}]
                job.with_user(self.manager).record_advance(lines=lines)
            with freeze_time("2025-09-25 06:00:00"):
                draft = self._invoice(job, post=False)
                self.assertEqual(self._taxes(draft), {"CGST": half, "SGST/UTGST": half})
                wrong = self._tax("sgst_sale_18" if before else "sgst_sale_28")
                right = draft.invoice_line_ids.tax_ids
                draft.invoice_line_ids.tax_ids = wrong
                draft.gst_rate_reason = "The customer wants it"
                day = "20-Sep-2025" if before else "25-Sep-2025"
                self._refused(draft, f"changed on 22-Sep-2025.* {day} decides", self.manager)
                draft.invoice_line_ids.tax_ids = right
                draft.action_post()
                invoices.append(draft)
        self._check_split(monitor)
        with freeze_time("2026-02-05 06:00:00"):
            answer = invoices[0].with_user(self.accountant).fsm_credit_note(reason="Came back")
            note = self.env["account.move"].browse(answer["id"])
            self.assertEqual(self._taxes(note), {"CGST": 1680.0, "SGST/UTGST": 1680.0})
            other = invoices[1].with_user(self.manager)._reverse_moves()
            other.invoice_line_ids.tax_ids = self._tax("sgst_sale_28")
            self._refused(other, "bears 28 %, its invoice 18 %", self.manager)

    def _check_split(self, monitor):
        """Half of it paid before: ₹6,000 of the value at 28 %, the rest at 18 %."""
        with freeze_time("2025-09-20 06:00:00"):
            job = self._create_job(lines=[(monitor, 12000.0)])
            job.sudo().ready_at = "2025-09-20 05:00:00"
            lines = [{"method": "bank", "amount": 7680.0}]
            job.with_user(self.manager).record_advance(lines=lines)
        with freeze_time("2025-09-25 06:00:00"):
            draft = self._invoice(job, post=False)
            [finding] = draft.fsm_check()["findings"]
            self.assertEqual(finding["severity"], "warning")
            self.assertIn("₹6,000.00 of its value bears 28 %, and ₹0.00 does", finding["text"])
            draft.invoice_line_ids.quantity = 0.5
            half = {"tax_ids": [Command.set(self._tax("sgst_sale_28").ids)]}
            draft.invoice_line_ids += draft.invoice_line_ids.copy(half)
            self.assertEqual(draft.fsm_check()["findings"], [])
            draft.invoice_line_ids[-1].quantity = 0.6
            self._refused(draft, "25-Sep-2025 decides", self.manager)
            draft.invoice_line_ids[-1].quantity = 0.5
            draft.action_post()
            self.assertEqual(draft.amount_tax, 6000 * 0.28 + 6000 * 0.18)

    def test_product_whose_rate_will_change_has_the_old_one_until_then(self):
        self.labour.write(
            {
                "gst_changed_on": "2099-04-01",
                "gst_taxes_before_ids": [Command.set(self._tax("sgst_sale_5").ids)],
            }
        )
        sale = self._sale((self.labour, 500.0, 1, 0))
        self.assertEqual(sale.amount_total, 525.0)
        self.assertTrue(sale.fsm_check()["ok"])
        sale.invoice_line_ids.tax_ids = self._tax("sgst_sale_18")
        self._refused(sale, "bears 18 %, its product 5 %")

    def test_day_that_has_not_come_is_refused(self):
        with freeze_time("2026-04-15 19:00:00"):  # the 16th in India
            today = self._sale((self.labour, 500.0, 1, 0)).with_context(tz=False)
            today.action_post()
            self.assertEqual(str(today.invoice_date_due), "2026-04-16")
            sale = self._sale((self.labour, 500.0, 1, 0), invoice_date="2026-04-17")
            self._refused(sale, "is of 17-Apr-2026, which has not come yet")
            sale.invoice_date = "2026-04-16"
            sale.action_post()
            for day, sentence in (("2026-04-17", "has not come"), ("2026-04-15", "before its")):
                note = sale._reverse_moves([{"invoice_date": day, "date": day}])
                self._refused(note, sentence)
            job = self._create_job(state="diagnosis")
            payment = self.env["account.payment"].new({"date": "2026-04-17", "amount": 100.0})
            with self.assertRaisesRegex(UserError, "voucher of 17-Apr-2026 cannot be issued yet"):
                payment.update({"company_id": self.company.id, "partner_id": self.suresh.id})
                advances = self.env["fsm.gst.advance"].sudo()
                supply = advances._supply_to(self.company, self.suresh, self.karnataka)
                advances._receive(payment, 100.0, supply, job)

    @freeze_time("2026-10-21 08:00:00")
    def test_what_should_be_known_is_said_as_it_is_issued_from_each_door(self):
        """Rule 46(b), a number of an earlier day; nothing is said where there is nothing to know."""
        late = lambda: self._sale((self.labour, 100.0, 1, 0), invoice_date="2026-10-20")  # noqa: E731
        self.assertFalse(self._sale((self.labour, 100.0, 1, 0)).action_post())
        dialog = self.env["validate.account.move"].create({"move_ids": late().ids})
        for said, count in (
            (late().action_post(), 1),
            ((late() | late()).action_validate_moves_with_confirmation(), 2),
            (dialog.validate_move(), 1),
        ):
            self.assertEqual(len(said["params"]["warnings"]), count)
            self.assertIn("already has SPR/26-27/00001", said["params"]["message"])

    def test_service_is_invoiced_within_thirty_days(self):
        job = self._create_job()
        job.sudo().ready_at = "2026-03-01 10:00:00"
        for day, late in (("2026-03-31 10:00:00", False), ("2026-04-01 10:00:00", True)):
            with freeze_time(day):
                draft = self._invoice(job, post=False)
                answer = draft.fsm_check()
                self.assertTrue(answer["ok"])
                rules = [finding["rule"] for finding in answer["findings"]]
                self.assertEqual("CGST Rule 47" in rules, late)

    def test_consumer_who_buys_for_fifty_thousand_says_where_he_lives(self):
        job = self._create_job(state="diagnosis", lines=[(self.labour, 50000.0)])
        self.assertIn("CGST Rule 46(e)", job.with_user(self.manager).gst_findings)
        below = self._sale((self.labour, 49999.99, 1, 0))
        self.assertTrue(below.fsm_check()["ok"])
        sale = self._sale((self.labour, 50000.0, 1, 0))
        self._refused(sale, "name, address and state of a customer without GSTIN")
        self.suresh.street = "4, 8th Cross, Malleshwaram"
        sale.action_post()
        recipient = sale._tax_document()["recipient"]
        self.assertEqual(recipient["state"], "29-Karnataka")
        self.assertIn("4, 8th Cross, Malleshwaram", recipient["address"])

    def test_large_taxpayer_registers_in_time_or_declares_that_he_need_not(self):
        """Rules 46(s) and 48(4): what the owner says of the turnover decides."""
        owner = self._hire("owner", "fsm_jobs.group_fsm_owner")
        with self.assertRaises(AccessError):
            self.branch.with_user(self.manager).gst_turnover = 12.0
        self.branch.with_user(owner).gst_turnover = 12.0
        self.assertEqual(self.organization.gst_turnover, 12.0)
        with freeze_time("2026-04-15 06:00:00"):
            to_business = self._invoice(self._create_job(self.kaveri))
            to_consumer = self._invoice(self._create_job())
        declared = "we are not required to prepare an invoice in terms of"
        self.assertNotIn(declared, str(to_business._tax_document()["notes"]))
        self.assertIn(declared, to_consumer._tax_document()["notes"][0])
        self.organization.gst_turnover = 4.0
        self.assertIn(declared, to_consumer._tax_document()["notes"][0])
        self.organization.gst_turnover = 10.0
        for day, sentence in (
            ("2026-05-15", "until 15-May-2026, later"),
            ("2026-05-16", "took it"),
        ):
            with freeze_time(f"{day} 06:00:00"):
                [finding] = to_business.fsm_check()["findings"]
                self.assertIn(sentence, finding["text"])
                self.assertEqual(to_consumer.fsm_check()["findings"], [])

    # === WHERE AND TO WHOM === #

    def test_counter_sale_is_placed_as_the_law_says_and_keeps_the_reason(self):
        mumbai = self.env.ref("base.state_in_mh")
        contact = self._meet("Store Room", mumbai, parent_id=self.kaveri.id, type="delivery")
        tourist = self._meet("John Smith", None, country=self.env.ref("base.us"))
        shipped, taken = ({"partner_shipping_id": to.id} for to in (contact, self.kaveri))
        for product, partner, values, code, section in (
            (self.ssd, self._meet("Walk-in", None), {}, "29", "supplier, IGST Act s.10(1)(ca)"),
            (self.labour, self._meet("Walk-in", None), {}, "29", "s.12(2)(b)(ii)"),
            (self.ssd, self.kaveri, taken, "33", "himself, IGST Act s.10(1)(a)"),
            (self.labour, self.kaveri, shipped, "33", "s.12(2)(a)"),  # T28
            (self.ssd, self.kaveri, shipped, "27", "s.10(1)(a)"),
            (self.ssd, tourist, {}, "29", "s.10(1)(ca)"),
            (self.labour, tourist, {}, "29", "s.13(3)(a)"),
            (self.ssd, tourist, {"l10n_in_gst_treatment": "overseas"}, "96", "s.11(b)"),
        ):
            with self.subTest(product=product.name, partner=partner.name, **values):
                sale = self._sale((product, 1000.0, 1, 0), partner=partner, **values)
                self.assertEqual(sale.l10n_in_state_id.l10n_in_tin, code)
                self.assertIn(section, sale.gst_place_reason)
                inter = ["IGST"] if code != "29" else ["CGST", "SGST/UTGST"]
                self.assertEqual(sorted(self._taxes(sale)), inter)
        walk_in = self._sale((self.ssd, 1000.0, 1, 0), partner=self._meet("Walk-in", None))
        walk_in.l10n_in_state_id = mumbai
        self.assertIn("and 29 would be right", walk_in.gst_findings)
        self.assertFalse(walk_in._parties_now()["place"])
        walk_in.l10n_in_state_id = self.env.ref("l10n_in.state_in_oc")
        with self.assertRaisesRegex(UserError, "neither its customer nor its delivery is abroad"):
            walk_in.action_post()
        tourists = self._sale((self.ssd, 1000.0, 1, 0), partner=tourist)
        tourists.action_post()
        tourist.country_id = self.india
        self.assertIn("s.10(1)(ca)", tourists.gst_place_reason)

    def test_registered_customer_is_not_invoiced_as_a_consumer(self):
        sale = self._sale((self.labour, 500.0, 1, 0), partner=self.kaveri)
        for treatment in ("consumer", "unregistered"):
            sale.l10n_in_gst_treatment = treatment
            self._refused(sale, "33AACFK4521M1ZG is on his record")
        sale.l10n_in_gst_treatment = "regular"
        sale.action_post()

    def test_document_keeps_the_name_and_address_it_was_issued_to(self):
        self.suresh.write({"street": "7, MG Road", "city": "Bengaluru"})
        with freeze_time("2026-04-15 06:00:00"):
            invoice = self._invoice(self._create_job())
        before = invoice._tax_document()
        self.suresh.write({"name": "Suresh K.", "street": "1, Anna Salai", "city": "Chennai"})
        self.company.partner_id.street = "99, New Road"
        after = invoice._tax_document()
        for party in ("recipient", "supplier", "delivery"):
            self.assertEqual(after[party], before[party])
        self.assertIn("7, MG Road", after["recipient"]["address"])
        [row] = self.env["fsm.gst.return"]._documents_where(SQL("m.id = %s", invoice.id))
        self.assertEqual(row.customer, "Suresh Kumar")
        with self.assertRaisesRegex(UserError, "was issued"):
            invoice.with_user(self.manager).gst_parties = {}
        draft = self._invoice(self._create_job(), post=False)
        draft.gst_parties = {"recipient": {"name": "Somebody else"}}
        draft.action_post()
        self.assertEqual(draft._tax_document()["recipient"]["name"], "Suresh K.")

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
        with self.assertRaisesRegex(UserError, "it needs 4. .+Notification 78/2020"):
            to_business.action_post()
        self.labour.l10n_in_hsn_code = "99871"
        self._refused(self._sale((self.labour, 500.0, 1, 0)), "is no code: it has 4, 6 or 8 digits")
        self.labour.l10n_in_hsn_code = "9987"
        self.organization.gst_turnover = 5.01
        self._refused(self._sale((self.labour, 500.0, 1, 0)), "it needs 6")
        self.organization.gst_turnover = 5.0
        self.assertTrue(self._sale((self.labour, 500.0, 1, 0)).fsm_check()["ok"])
        self.company.l10n_in_hsn_code_digit = "6"
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
        everybody_s = self.env["res.partner"].with_company(self.company)
        with self.assertRaisesRegex(ValidationError, "is not a GSTIN"):
            everybody_s.create(
                {"name": "B", "vat": "36AABCT1332L011", "country_id": self.karnataka.country_id.id}
            )

    def test_T22_series_that_comes_to_its_end_is_said(self):
        invoice = self._invoice(self._create_job())
        self.assertEqual(invoice.fsm_check(), {"ok": True, "findings": []})
        last = self.env["account.move"].new(
            {"state": "posted", "sequence_number": 90000, "sequence_prefix": "SPR/26-27/"}
        )
        self.assertIn("comes to its end", last._check_series_left()[0]["text"])
