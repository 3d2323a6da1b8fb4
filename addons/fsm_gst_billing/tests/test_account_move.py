from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import FsmGstBillingCommon

# Queries to make, post and pay the invoice of the journey, each from a cold cache; plain Odoo: 510.
QUERY_BUDGET = 300


@tagged("post_install", "-at_install")
class TestAccountMove(FsmGstBillingCommon):
    # === NUMBERS === #

    @freeze_time("2026-11-21 08:00:00")
    def test_first_number_of_a_branch(self):
        first, second = (self._invoice(self._create_job()) for _ in range(2))
        self.assertEqual(first.name, "SPR/26-27/00001")
        self.assertEqual(second.name, "SPR/26-27/00002")

    @freeze_time("2026-11-21 08:00:00")
    def test_T16_each_branch_has_its_own_series_and_letter_of_undertaking(self):
        other = self.other_branch
        murugan = self._meet("Murugan", self.tamil_nadu, other)
        manager = self._hire("manager", "fsm_jobs.group_fsm_manager", other)
        here = [self._invoice(self._create_job()).name]
        invoice = self._invoice(self._create_job(murugan, other), manager)
        here.append(self._invoice(self._create_job()).name)
        there = [invoice.name, self._invoice(self._create_job(murugan, other), manager).name]
        self.assertEqual(here, ["SPR/26-27/00001", "SPR/26-27/00002"])
        self.assertEqual(there, ["CHN/26-27/00001", "CHN/26-27/00002"])
        self.assertEqual(self._taxes(invoice), {"CGST": 368.10, "SGST/UTGST": 368.10})
        self._check_letter_of_undertaking(other.company_id)

    def _check_letter_of_undertaking(self, there):
        """Only its branch supplies without tax, whichever branch is open: IGST Act s.16(3)."""
        zone = self._meet("Infopark", self.karnataka, vat="29AABCB1234C1ZA", company_id=False)
        zone.l10n_in_gst_treatment = "special_economic_zone"
        abroad = self._meet("Acme", None, country=self.env.ref("base.us"), company_id=False)
        chart = self.env["account.chart.template"].with_company(self.organization)
        for partner, name, treatment in (
            (zone, "fiscal_position_in_lut_sez_1", "special_economic_zone"),
            (abroad, "fiscal_position_in_lut_sez", "overseas"),
        ):
            partner.with_company(there).property_account_position_id = chart.ref(name)
            for seller, opened in ((there, self.company), (self.company, there)):
                invoice = (
                    self.env["account.move"]
                    .with_context(allowed_company_ids=(opened | seller).ids)
                    .create(
                        {
                            "move_type": "out_invoice",
                            "company_id": seller.id,
                            "partner_id": partner.id,
                            "l10n_in_gst_treatment": treatment,
                            "invoice_line_ids": [Command.create({"product_id": self.labour.id})],
                        }
                    )
                )
                taxes = invoice.invoice_line_ids.tax_ids
                untaxed = any((taxes | taxes.children_tax_ids).mapped("l10n_in_is_lut"))
                self.assertEqual((name, untaxed), (name, seller == there))
                if partner == zone:  # of exports `l10n_in` gives the tax back in the same entry
                    self.assertEqual(invoice.amount_tax, 0.0 if seller == there else 108.0)

    @freeze_time("2026-11-21 08:00:00")
    def test_credit_notes_have_their_own_series(self):
        invoice = self._invoice(self._create_job())
        note = invoice._reverse_moves()
        note.action_post()
        self.assertEqual(note.name, "RSPR/26-27/00001")
        self.assertEqual(note.job_id, invoice.job_id)
        self.assertEqual(invoice.job_id.amount_total, 0.0)

    def test_T19_T20_new_financial_year_begins_at_midnight_in_india(self):
        """T19: whatever the time zone of the user; a cron has none."""
        self.manager.tz = False
        for utc, number in (
            ("2026-03-31 18:29:59", "SPR/25-26/00001"),
            ("2026-03-31 18:30:00", "SPR/26-27/00001"),
            ("2026-03-31 23:59:59", "SPR/26-27/00002"),
        ):
            with freeze_time(utc):
                invoice = self._invoice(self._create_job())
            self.assertEqual(invoice.name, number)
        self.assertEqual(invoice.invoice_date, Date.to_date("2026-04-01"))

    def test_invoice_without_job_card_goes_through_the_series_of_the_branch(self):
        """G1: Odoo would take the journal of the organisation."""
        invoice = self._counter_sale()
        self.assertEqual(invoice.journal_id, self.branch.sale_journal_id)
        invoice.action_post()
        self.assertRegex(invoice.name, r"^SPR/\d\d-\d\d/00001$")

    def test_G1_series_of_the_organisation_takes_no_invoice_of_a_branch(self):
        invoice = self._counter_sale()
        shared = self.env["account.journal"].search(
            [("company_id", "=", self.organization.id), ("type", "=", "sale")], limit=1
        )
        self.assertTrue(shared)
        self.assertNotIn(shared, invoice.suitable_journal_ids)
        invoice.journal_id = shared
        with self.assertRaisesRegex(UserError, "is not of branch"):
            invoice.action_post()

    def test_organisation_sells_through_its_branches(self):
        sale = self.env["account.move"].with_company(self.organization)
        sale = sale.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.kaveri.copy({"company_id": self.organization.id}).id,
                "invoice_line_ids": [Command.create({"product_id": self.labour.id})],
            }
        )
        self.assertEqual(sale.company_id, self.organization)
        with self.assertRaisesRegex(UserError, "sells through its branches"):
            sale.action_post()

    def test_number_that_the_law_forbids_is_not_posted(self):
        with self.assertRaisesRegex(ValidationError, "cannot begin the numbers"):
            self._other_journal("OT_R")
        self.env.cr.execute(  # as a journal was before the addon came
            "UPDATE account_journal SET code = 'SP_R' WHERE id = %s",
            self.branch.sale_journal_id.ids,
        )
        self.branch.sale_journal_id.invalidate_recordset()
        invoice = self._invoice(self._create_job(), post=False)
        with self.assertRaisesRegex(UserError, "cannot be the number of a"):
            invoice.action_post()

    def test_T21_issued_invoice_keeps_its_number(self):
        """T21: no renaming, clearing, reopening, moving or deleting."""
        invoice = self._invoice(self._create_job())
        for attack in (
            lambda: invoice.write({"name": "SPR/26-27/00777"}),
            lambda: invoice.write({"name": False}),
            lambda: invoice.button_draft(),
            lambda: invoice.write({"state": "draft"}),
            lambda: invoice.sudo().write({"journal_id": self._other_journal().id}),
            lambda: invoice.sudo().unlink(),
            lambda: invoice.sudo().with_context(force_delete=True).unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        self._check_T21_is_not_numbered_anew(invoice)
        self.assertRegex(invoice.name, r"^SPR/\d\d-\d\d/00001$")
        self.assertEqual(invoice.state, "posted")

    def _check_T21_is_not_numbered_anew(self, invoice):
        """By Odoo's own wizard, whoever opens it, and though its rights be enough."""
        name = invoice.name
        for user in (self.accountant, self.manager, self.env.ref("base.user_root")):
            for ordering in ("keep", "date"):
                wizard = self.env["account.resequence.wizard"].with_user(user)
                wizard = wizard.with_context(active_model="account.move", active_ids=invoice.ids)
                with self.assertRaisesRegex(UserError, "its number, series and content stay"):
                    values = {"first_name": f"{name[:-5]}00077", "ordering": ordering}
                    wizard.sudo().create(values).resequence()
        invoice.invalidate_recordset()
        self.assertEqual(invoice.name, name)

    def test_issued_invoice_keeps_what_is_in_print(self):
        """`account` lets a line change as long as no total does, and the paper would be wrong."""
        invoice = self._invoice(self._create_job()).sudo()
        line = invoice.invoice_line_ids[0]
        for attack in (
            lambda: line.write({"name": "Another part"}),
            lambda: line.write({"price_unit": 1.0}),
            lambda: line.write({"l10n_in_hsn_code": "9987"}),
            lambda: line.copy({"move_id": invoice.id}),
            lambda: line.create({"move_id": invoice.id, "name": "More", "price_unit": 1.0}),
            lambda: invoice.write({"l10n_in_state_id": self.tamil_nadu.id}),
            lambda: invoice.write({"job_id": False}),
        ):
            with self.assertRaisesRegex(UserError, "was issued"), self.env.cr.savepoint():
                attack()
        line.write({"name": line.name, "price_unit": line.price_unit})

    def test_issued_invoice_keeps_what_is_booked(self):
        """Whatever context the accountant sends along: it is his to choose."""
        invoice = self._invoice(self._create_job()).with_user(self.accountant)
        open_context = {"skip_readonly_check": True, "force_delete": True, "dynamic_unlink": True}
        invoice = invoice.with_context(**open_context, check_move_validity=False)
        line = invoice.invoice_line_ids[0]
        other = line.account_id.search([("id", "!=", line.account_id.id)], limit=1)
        for attack in (
            lambda: line.write({"balance": -1.0}),
            lambda: line.write({"credit": 1.0}),
            lambda: line.write({"debit": 1.0}),
            lambda: line.write({"amount_currency": -1.0}),
            lambda: line.write({"tax_ids": [Command.clear()]}),
            lambda: line.write({"account_id": other.id}),
            lambda: line.unlink(),
            lambda: invoice.line_ids.unlink(),
            lambda: line.create({"move_id": invoice.id, "balance": 1.0}),
            lambda: line.create(
                {"move_id": invoice.id, "display_type": "line_note", "name": "Warranty: ten years"}
            ),
            lambda: invoice.write({"invoice_line_ids": [Command.delete(line.id)]}),
            lambda: invoice.write({"partner_id": self.kaveri.id}),
            lambda: invoice.write({"partner_shipping_id": self.kaveri.id}),
            lambda: invoice.write({"invoice_date": "2026-01-01"}),
            lambda: invoice.write({"date": "2026-01-01"}),
            lambda: invoice.write({"currency_id": self.env.ref("base.EUR").id}),
            lambda: invoice.write({"narration": "Warranty: ten years"}),
            lambda: invoice.write({"ref": "Another"}),
            lambda: invoice.write({"amount_residual": 0.0}),
            lambda: invoice.write({"state": "cancel"}),
        ):
            with self.assertRaisesRegex(UserError, "was issued"), self.env.cr.savepoint():
                attack()

    def test_line_belongs_to_a_document(self):
        for nonsense in ([], {}, None, False, "1"):
            with self.assertRaisesRegex(UserError, "must be the id"):
                self.env["account.move.line"].create({"move_id": nonsense, "name": "x"})

    @freeze_time("2026-11-21 08:00:00")
    def test_nobody_chooses_the_number(self):
        chosen = {"name": "SPR/26-27/00999", "sequence_number": 999}
        created = self._counter_sale(**chosen)
        written = self._counter_sale()
        written.write(chosen)
        default = self._counter_sale(context={"default_name": "SPR/26-27/00999"})
        (created + written + default).action_post()
        self.assertEqual(
            sorted((created + written + default).mapped("name")),
            ["SPR/26-27/00001", "SPR/26-27/00002", "SPR/26-27/00003"],
        )

    def test_nobody_chooses_the_job_card(self):
        job = self._create_job()
        with self.assertRaisesRegex(UserError, "is set when"):
            self._counter_sale(job_id=job.id)
        with self.assertRaisesRegex(UserError, "is set when"):
            self._counter_sale().write({"job_id": job.id})
        self.assertFalse(self._counter_sale(context={"default_job_id": job.id}).job_id)

    def test_accountant_credits_but_does_not_cancel(self):
        invoice = self._invoice(self._create_job()).with_user(self.accountant)
        with self.assertRaisesRegex(AccessError, "Only a manager cancels"):
            invoice.fsm_cancel(reason="Wrong customer")
        note = invoice._reverse_moves(cancel=True)
        self.assertEqual((note.state, invoice.payment_state), ("posted", "reversed"))
        self.assertEqual(note.job_id, invoice.job_id)

    def test_cancelled_invoice_keeps_its_number(self):
        invoice = self._invoice(self._create_job())
        number = invoice.name
        for reason in ("", "  "):
            with self.assertRaises(UserError):
                invoice.fsm_cancel(reason=reason)
        with self.assertRaisesRegex(UserError, "say why"):
            invoice.button_cancel()
        invoice.fsm_cancel(reason="Issued to the wrong customer")
        self.assertEqual((invoice.state, invoice.name), ("cancel", number))
        self.assertEqual(
            invoice.gst_number_ids.cancellation_ids.reason, "Issued to the wrong customer"
        )
        with self.assertRaisesRegex(UserError, "was issued"):
            invoice.button_draft()
        self.assertNotEqual(self._invoice(self._create_job()).name, number)

    def test_draft_may_still_be_deleted(self):
        self._invoice(self._create_job(), post=False).unlink()

    # === FIGURES === #

    def test_queries_of_make_post_and_pay(self):
        for _warm_up in range(2):
            self._make_post_and_pay()
        count = self._make_post_and_pay()
        self.assertLessEqual(count, QUERY_BUDGET)

    def _make_post_and_pay(self):
        """Return the number of queries, with an empty cache before each of the three calls."""
        job = self._create_job().with_user(self.manager)
        moves = job.env["account.move"]
        reference = f"41234{job.id:07d}"
        count = self._count(lambda: job.create_invoice())
        invoice = moves.browse(job.invoice_ids.id)
        count += self._count(lambda: invoice.action_post())
        lines = [{"method": "upi", "amount": 4826.20, "reference": reference}]
        return count + self._count(lambda: invoice.fsm_record_payment(lines=lines))

    def _count(self, call):
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # === FIXTURES === #

    def _counter_sale(self, context=None, **values):
        return (
            self.env["account.move"]
            .with_user(self.accountant)
            .with_context(**(context or {}))
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.suresh.id,
                    "invoice_line_ids": [Command.create({"product_id": self.ssd.id})],
                    **values,
                }
            )
        )

    def _other_journal(self, code="OTH"):
        return self.env["account.journal"].create(
            {"name": "Other", "code": code, "type": "sale", "company_id": self.company.id}
        )
