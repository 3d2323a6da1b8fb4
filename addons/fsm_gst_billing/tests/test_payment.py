from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.fsm_jobs.blockers import Blocker

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestPayment(FsmGstBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_job()
        cls.invoice = cls._invoice(cls.job)
        cls.cashier = cls._hire(
            "meena", "fsm_jobs.group_fsm_receptionist,fsm_gst_billing.group_fsm_cashier"
        )

    def _pay(self, *lines, user=None, **arguments):
        """Pay with ``(method, amount, reference)`` each."""
        invoice = self.invoice.with_user(user or self.accountant)
        keys = ("method", "amount", "reference")
        return invoice.fsm_record_payment(
            lines=[dict(zip(keys, line, strict=False)) for line in lines], **arguments
        )

    # === WAYS OF PAYING === #

    def test_upi_payment_settles_the_invoice(self):
        answer = self._pay(("upi", 4826.20, "4123 4567 8901"))
        self.assertEqual((answer["payment_state"], answer["amount_residual"]), ("paid", 0.0))
        payment = self.env["account.payment"].browse(answer["payment_ids"])
        self.assertRecordValues(
            payment,
            [
                {
                    "amount": 4826.20,
                    "state": "paid",
                    "fsm_method": "upi",
                    "payment_reference": "412345678901",
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(payment.reconciled_invoice_ids, self.invoice)

    def test_T32_several_ways_in_one_call(self):
        """Three payments in three journals of the branch, and part paid until the last of them."""
        self.invoice = self._invoice(self._create_job(lines=[(self.ssd, 8350.0)]))
        lines = [("cash", 3000.0), ("upi", 2000.50, "412345000001"), ("card", 4852.50)]
        with self.assertRaisesRegex(UserError, "needs its reference"):
            self._pay(("cash", 3000.0), ("upi", 2000.50), ("card", 4852.50))
        answer = self._pay(*lines)
        self.assertEqual((answer["payment_state"], answer["amount_residual"]), ("paid", 0.0))
        tills = self.branch._tills()
        payments = self.env["account.payment"].browse(answer["payment_ids"])
        self.assertEqual(
            [(payment.journal_id, payment.amount) for payment in payments],
            [(tills[method], amount) for method, amount, *_reference in lines],
        )
        self.assertEqual(payments.journal_id.company_id, self.company)
        self.invoice = self._invoice(self._create_job(lines=[(self.ssd, 8350.0)]))
        lines[1] = ("upi", 2000.50, "412345000002")
        states = [self._pay(line)["payment_state"] for line in lines]
        self.assertEqual(states, ["partial", "partial", "paid"])

    def test_part_payment_leaves_the_rest(self):
        answer = self._pay(("bank", 4000.0))
        self.assertEqual((answer["payment_state"], answer["amount_residual"]), ("partial", 826.20))
        self.assertEqual(self.job.amount_due, 826.20)

    def test_payment_is_dated_in_india(self):
        payment = self._pay(("cash", 1.0), date=str(self.invoice.invoice_date))
        self.assertEqual(
            self.env["account.payment"].browse(payment["payment_ids"]).date,
            self.invoice.invoice_date,
        )

    # === IN THE DELIVERY DIALOG === #

    def _dialog(self, job, user, **values):
        return self.env["fsm.job.deliver"].with_user(user).create({"job_id": job.id, **values})

    def test_dialog_posts_settles_and_delivers_with_one_click(self):
        self.branch.allow_delivery_by_reason = True
        job = self._create_job()
        self._invoice(job, post=False)
        dialog = self._dialog(job, self.manager, reason="Customer is a neighbour")
        self.assertEqual(
            (dialog.pay_state, dialog.pay_due, dialog.upi_qr), ("draft", 4826.2, False)
        )
        self.assertIn("There is no posted invoice", dialog.missing)
        dialog.pay_reference = "4123 4567 8901"
        self.assertFalse(dialog.missing)
        dialog.action_deliver()
        [payment] = job.account_move_ids.reconciled_payment_ids
        self.assertEqual((payment.fsm_method, payment.amount), ("upi", 4826.2))
        self.assertEqual((payment.payment_reference, job.state), ("412345678901", "delivered"))

    def test_dialog_takes_several_ways_one_after_the_other(self):
        self.company.l10n_in_upi_id = "rcblr@okhdfc"
        dialog = self._dialog(self.job, self.cashier, pay_method="cash", pay_amount=1000.0)
        self.assertTrue(dialog.upi_qr.startswith("data:image/png"))
        self.assertIn("₹4,826.20 are still due", dialog.missing)
        dialog.action_receive()
        dialog.invalidate_recordset()
        self.assertEqual((dialog.pay_due, dialog.pay_amount), (3826.20, 3826.20))
        dialog.write({"pay_method": "card", "pay_reference": "SLIP 7"})
        self.assertNotIn("still due", dialog.missing)
        dialog.action_receive()
        self.assertEqual(self.job.amount_due, 0.0)

    def test_dialog_pays_all_invoices_of_the_job_card_with_one_payment(self):
        second = self.job._make_invoice(self.job._invoice_values(self.job._billable_lines()))
        second.action_post()
        dialog = self._dialog(self.job, self.cashier, pay_method="cash", pay_amount=9652.40)
        self.assertNotIn("still due", dialog.missing)
        dialog.action_receive()
        self.assertEqual((self.job.amount_due, second.payment_state), (0.0, "paid"))
        [payment] = (self.invoice | second).reconciled_payment_ids
        self.assertFalse(self.env["fsm.gst.advance"].search([("payment_id", "=", payment.id)]))

    def test_dialog_knows_what_it_settles_by_its_key_and_not_by_its_words(self):
        job, words = self.job, "Pay first."
        self.patch(type(job), "_blocker_due", lambda job, move: Blocker("due", f"{words}{move.id}"))
        dialog = self._dialog(job, self.cashier, pay_method="cash", pay_amount=100.0)
        self.assertIn(words, dialog.missing)
        self.patch(type(job), "_blockers", lambda job, target: [Blocker("due", words)])
        dialog = self._dialog(job, self.cashier, pay_method="cash", pay_amount=4826.20)
        self.assertNotIn(words, dialog.missing)

    def test_dialog_wants_a_utr_that_paid_nothing_yet(self):
        other = self._create_job()
        self._invoice(other)
        self._dialog(other, self.cashier, pay_reference="412345678901").action_receive()
        for utr, sentence in (
            ("412345678901", "already paid ₹4,826.20"),
            ("41234", "“41234” is not a UTR"),
        ):
            dialog = self._dialog(self.job, self.cashier, pay_reference=utr)
            self.assertIn(sentence, dialog.missing)
            with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
                dialog.action_receive()
        self.assertEqual(self.job.amount_due, 4826.20)

    def test_dialog_of_the_counter_shows_and_takes_nothing(self):
        dialog = self._dialog(self.job, self.receptionist, pay_method="cash")
        self.assertEqual(dialog.pay_due, 4826.20)
        with self.assertRaisesRegex(AccessError, "does not record payments"):
            dialog.action_receive()
        with self.assertRaisesRegex(AccessError, "does not issue invoices"):
            self._dialog(self._create_job(), self.receptionist).action_issue_invoice()

    def test_dialog_says_what_to_know_before_one_click_issues_the_invoice(self):
        self.suresh.street = "4, 8th Cross"
        job = self._create_job(lines=[(self.labour, 200000.0)])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_job SET ready_at = now() - interval '40 days' WHERE id = %s", [job.id]
        )
        job.invalidate_recordset()
        told = self._dialog(job, self.manager).gst_findings
        self.assertRegex(told, "may be taken in cash")
        self.assertRegex(told, "comes 40 days after the work was done")
        said = self._dialog(job, self.manager).action_issue_invoice()["params"]
        self.assertRegex(said["message"], "is issued(.|\n)*taken in cash")
        self.assertEqual((said["type"], said["sticky"]), ("warning", True))
        self.assertFalse(self._dialog(job, self.manager).gst_findings)

    # === THE DAY IS CLOSED === #

    def _close(self, counted, *references, user=None, **arguments):
        branch = self.branch.with_user(user or self.cashier)
        return branch.close_day(cash_counted=counted, references=list(references), **arguments)

    def _drawer_entry(self, rupees, day, account=None):
        """Return a draft that brings cash into the drawer from another account."""
        till, other = self.branch._tills()["cash"], self.organization.income_account_id
        lines = ((account or till.default_account_id, rupees), (other, -rupees))
        values = {"company_id": self.company.id, "journal_id": till.id, "date": day}
        return self.env["account.move"].create(
            {
                **values,
                "line_ids": [
                    Command.create({"account_id": of.id, "balance": amount}) for of, amount in lines
                ],
            }
        )

    def test_close_ticks_off_upi_and_card_by_reference(self):
        self._pay(("upi", 500.0, "4123 4567 8901"), ("card", 300.0, "Slip 7"), ("card", 200.0))
        with self.assertRaisesRegex(UserError, r"UPI 412345678901 \(₹500.00\).*Tick"):
            self._close(0.0, "SLIP 7")
        with self.assertRaisesRegex(UserError, "“999” is no UPI or card payment"):
            self._close(0.0, "999")
        with self.assertRaisesRegex(UserError, "“SLIP 7” is no UPI or card payment"):
            self._close(0.0, "SLIP 7", "SLIP 7")
        no_slip = self.env["account.payment"].search([("amount", "=", 200.0)], limit=1)
        answer = self._close(0.0, "slip7", no_slip.name, explanation="The bank's list is of 6 p.m.")
        self.assertEqual((answer["not_found"], answer["difference"]), (500.0, 0.0))
        close = self.branch._last_close()
        self.assertEqual(close.not_found_ids.mapped("payment_reference"), ["412345678901"])

    def test_dialog_of_the_close_ticks_what_is_scanned(self):
        self._pay(("upi", 500.0, "412345678901"), ("card", 300.0, "SLIP 7"), ("cash", 100.0))
        dialogs = self.env["fsm.day.closing"].with_user(self.cashier)
        with Form(dialogs.with_context(default_branch_id=self.branch.id)) as dialog:
            dialog.branch_id = self.env["fsm.branch"]
            self.assertEqual((dialog.cash_expected, dialog.is_missing), (0.0, False))
            dialog.branch_id = self.branch
            self.assertEqual((dialog.cash_expected, dialog.not_found), (100.0, 800.0))
            dialog.scanned = "4123 4567 8901"
            self.assertEqual((dialog.not_found, dialog.scanned), (300.0, False))
            with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
                dialog.scanned = "777"
            dialog.scanned = "slip 7"
            dialog.cash_counted = 100.0
        dialog.record.action_close()
        close = self.branch._last_close()
        self.assertEqual((close.not_found, close.difference, close.explanation), (0.0, 0.0, False))

    def test_dialog_asks_why_where_what_is_missing_comes_to_nothing(self):
        self._pay(("upi", 500.0, "412345678901"))
        values = {"payment_type": "outbound", "partner_id": self.suresh.id, "amount": 500.0}
        values |= {"journal_id": self.branch._tills()["upi"].id, "partner_type": "customer"}
        values |= {"date": self.invoice.invoice_date, "payment_reference": "412345678902"}
        back = self.env["account.payment"].create(values)
        back.action_post()
        dialogs = self.env["fsm.day.closing"].with_user(self.cashier)
        dialog = Form(dialogs.with_context(default_branch_id=self.branch.id))
        self.assertEqual((dialog.not_found, dialog.difference), (0.0, 0.0))
        with self.assertRaisesRegex(AssertionError, "explanation is a required field"):
            dialog.save()

    def test_difference_needs_the_journal_of_the_drawer(self):
        self.branch._tills()["cash"].active = False
        with self.assertRaisesRegex(UserError, "has no journal for cash"):
            self._close(10.0, explanation="₹10 lay there")
        self.assertEqual(self._close(0.0)["difference"], 0.0)

    def test_cash_lies_in_the_drawer_whose_journal_was_archived(self):
        self._pay(("cash", 1000.0))
        self.branch._tills()["cash"].active = False
        answer = self._close(1000.0)
        self.assertEqual((answer["cash"], answer["difference"]), (1000.0, 0.0))

    def test_entries_of_the_drawer_are_cash_that_should_be_there(self):
        self._pay(("cash", 1000.0))
        today = self.invoice.invoice_date
        self._drawer_entry(-400.0, today).action_post()
        answer = self._close(590.0, explanation="₹10 too much change")
        figures = [answer[name] for name in ("cash", "cash_other", "difference")]
        self.assertEqual(figures, [1000.0, -400.0, -10.0])
        # The difference is in the books: tomorrow begins with what was counted.
        self.assertEqual(self.branch._drawer_before(today + timedelta(days=1)), 590.0)

    def test_day_that_is_closed_stays_as_it_was_counted(self):
        upi, cash = (
            self.env["account.payment"].browse(self._pay(line)["payment_ids"])
            for line in (("upi", 500.0, "412345000001"), ("cash", 100.0))
        )
        today, tomorrow = (self.invoice.invoice_date + timedelta(days=days) for days in (0, 1))
        entry, later, draft = (self._drawer_entry(10.0, day) for day in (today, tomorrow, tomorrow))
        other = self.organization.income_account_id
        elsewhere = self._drawer_entry(5.0, today, account=other)
        (entry | later | elsewhere).action_post()
        values = {"date": today, "amount": 5.0, "journal_id": self.branch._tills()["upi"].id}
        values |= {"payment_reference": "412345000009"}
        values |= {"partner_id": self.suresh.id, "payment_type": "inbound"}
        payments = self.env["account.payment"]
        waiting = payments.create(values)
        drawer = self.branch._tills()["cash"].default_account_id.id
        self._close(110.0, "412345000001")
        doors = (
            lambda: self._pay(("cash", 1.0)),
            lambda: self._pay(("upi", 1.0, "412345000002")),
            lambda: self._pay(("bank", 1.0)),
            lambda: upi.action_cancel(),
            lambda: upi.action_draft(),
            lambda: upi.write({"state": "canceled"}),
            lambda: upi.write({"payment_reference": "412345000003"}),
            lambda: upi.move_id.button_draft(),
            lambda: upi.move_id.button_cancel(),
            lambda: upi.unlink(),
            lambda: cash.write({"amount": 90.0}),
            lambda: cash.write({"date": tomorrow}),
            lambda: waiting.action_post(),
            lambda: entry.button_draft(),
            lambda: entry.line_ids[0].write({"account_id": other.id}),
            lambda: elsewhere.line_ids[0].write({"account_id": drawer}),
            lambda: later.with_context(skip_readonly_check=True).write({"date": today}),
            lambda: self._drawer_entry(10.0, today).action_post(),
        )
        for number, door in enumerate(doors):
            with self.subTest(door=number), self.env.cr.savepoint() as undone:
                with self.assertRaisesRegex(UserError, "closed up to"):
                    door()
                undone.rollback()
        draft.action_post()  # tomorrow is open
        entries = draft | later | entry.copy({"date": tomorrow})
        entries._check_day_open()
        with self.assertQueryCount(2):  # the drawers, and the closed days: however many entries
            entries._check_day_open()

    def test_customer_of_a_closed_day_becomes_part_of_another(self):
        """Odoo lets his name on entries follow in locked periods; nobody else changes it."""
        office, company = self.env["res.partner"].create([{"name": "Office"}, {"name": "Company"}])
        entry = self._drawer_entry(10.0, self.invoice.invoice_date)
        entry.line_ids.partner_id = office
        entry.action_post()
        self._close(10.0)
        with self.assertRaisesRegex(UserError, "closed up to"):
            entry.line_ids.partner_id = company
        office.write({"parent_id": company.id})
        self.assertEqual(entry.line_ids.partner_id, company)

    def test_manager_reopens_the_day_that_was_closed_last(self):
        self._pay(("cash", 100.0))
        first = self._close(90.0, explanation="₹10 too much change")
        with self.assertRaisesRegex(AccessError, "Only a manager reopens"):
            self.branch.with_user(self.cashier).reopen_day(reason="I typed it wrong")
        branch = self.branch.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "10 characters"):
            branch.reopen_day(reason="oops")
        self.assertEqual(branch.reopen_day(reason="It was ₹50 by card")["id"], first["id"])
        self._pay(("cash", 50.0))
        self.assertEqual(self._close(150.0)["difference"], 0.0)
        closes = self.env["fsm.day.close"].search([("company_id", "=", self.company.id)])
        self.assertEqual(closes.mapped("reopen_reason"), [False, "It was ₹50 by card"])
        reopening = self.env["fsm.day.reopening"].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "closed last is reopened first"):
            reopening.create(
                {"close_id": first["id"], "reason": "The older one of them"}
            ).action_reopen()
        with self.assertRaisesRegex(UserError, "a manager reopens it"):
            closes[0].write({"reopened_at": False})

    # === WHAT IS REFUSED === #

    def test_upi_needs_its_reference(self):
        with self.assertRaisesRegex(UserError, "needs its reference"):
            self._pay(("upi", 100.0))
        for nonsense in ("abc", "paid", "41234567890", "4123456789012"):
            with self.assertRaisesRegex(UserError, "is not the reference of a UPI payment"):
                self._pay(("upi", 100.0, nonsense))

    def test_upi_needs_its_reference_in_the_dialog_of_accounting_too(self):
        tills = self.branch._tills()
        dialogs = self.env["account.payment.register"].with_user(self.accountant)
        dialogs = dialogs.with_context(active_model="account.move", active_ids=self.invoice.ids)
        values = {"journal_id": tills["upi"].id, "amount": 100.0}
        with self.assertRaisesRegex(UserError, "needs its reference"):
            dialogs.create(values).action_create_payments()
        with self.assertRaisesRegex(UserError, "is not the reference"):
            dialogs.create(values | {"fsm_reference": "paid"}).action_create_payments()
        dialogs.create(values | {"fsm_reference": "4123 4500 0001"}).action_create_payments()
        payment = self.invoice.matched_payment_ids
        self.assertRecordValues(payment, [{"payment_reference": "412345000001", "amount": 100.0}])

    def test_upi_reference_pays_once(self):
        self._pay(("upi", 100.0, "UTR123456"))
        with self.assertRaisesRegex(UserError, "already paid ₹100.00"):
            self._pay(("upi", 100.0, "utr123456"))
        with self.assertRaisesRegex(UserError, "given twice"):
            self._pay(("upi", 1.0, "UTR223456"), ("upi", 1.0, "utr 223456"))

    def test_nonsense_is_refused_with_a_sentence(self):
        for lines, sentence in (
            ([], "is empty"),
            (["cash"], "must be an object"),
            ([None], "must be one of"),
            ([{"method": "cash"}], "more than zero"),
            ([{"method": "cash", "amount": -1}], "more than zero"),
            ([{"method": "cash", "amount": 0.001}], "more than two decimals"),
            ([{"method": "cash", "amount": "ten"}], "must be a number"),
            ([{"method": "gold", "amount": 1}], "must be one of: cash, upi, card, bank"),
            ([{"method": "cash", "amount": 1, "tip": 1}], "does not know “tip”"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self.invoice.fsm_record_payment(lines=lines)
        for date in ("tomorrow", "2999-01-01", "2026-13-01"):
            with self.assertRaisesRegex(UserError, "a day up to today"):
                self._pay(("cash", 1.0), date=date)
        self.assertEqual(self.invoice.amount_residual, 4826.20)

    def test_payment_is_not_older_than_the_invoice(self):
        yesterday = self.invoice.invoice_date - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "cannot be before the invoice"):
            self._pay(("cash", 1.0), date=str(yesterday))

    def test_dialog_of_accounting_takes_no_more_than_is_due(self):
        context = {"active_model": "account.move", "active_ids": self.invoice.ids}
        dialogs = self.env["account.payment.register"].with_user(self.accountant)
        dialogs = dialogs.with_context(**context)
        with self.assertRaisesRegex(UserError, "₹9,000.00 is more than the ₹4,826.20"):
            dialogs.create({"amount": 9000.0}).action_create_payments()
        dialogs.create({"amount": 4826.20}).action_create_payments()
        self.assertEqual(self.invoice.amount_residual, 0.0)
        self.assertEqual(self.invoice.matched_payment_ids.fsm_method, "bank")  # of the branch

    def test_booked_payment_is_the_managers_to_change(self):
        answer = self._pay(("cash", 4826.20))
        payment = self.env["account.payment"].browse(answer["payment_ids"])
        payment = payment.with_user(self.accountant)
        other = self.branch.sale_journal_id.default_account_id
        for attack in (
            lambda: payment.write({"amount": 1.0}),
            lambda: payment.write({"date": "2026-01-01"}),
            lambda: payment.write({"partner_id": self.kaveri.id}),
            lambda: payment.write({"journal_id": self.branch.sale_journal_id.id}),
            lambda: payment.action_draft(),
            lambda: payment.action_cancel(),
            lambda: payment.move_id.button_draft(),
            lambda: payment.move_id.button_cancel(),
            lambda: payment.unlink(),
            lambda: payment.move_id.write({"date": "2026-01-01"}),
            lambda: payment.move_id.write({"origin_payment_id": False}),
            lambda: payment.move_id.line_ids.write({"account_id": other.id}),
            lambda: payment.move_id.with_context(skip_readonly_check=True).write(
                {"line_ids": [Command.clear()]}
            ),
            lambda: payment.move_id.line_ids[:1].copy({"move_id": payment.move_id.id}),
        ):
            with self.assertRaisesRegex(AccessError, "Only a manager"), self.env.cr.savepoint():
                attack()
        for renamed in (payment, payment.move_id):
            with self.assertRaisesRegex(UserError, "under this number"), self.env.cr.savepoint():
                renamed.with_user(self.manager).name = "SPR/26-27/00901"
        payment.with_user(self.manager).action_cancel()
        self.assertEqual(self.invoice.amount_residual, 4826.20)

    def test_nobody_writes_that_an_invoice_is_paid(self):
        """What a line repeats of its document, or is computed from payments, has one source."""
        answer = self._pay(("cash", 1000.0))
        payment = self.env["account.payment"].browse(answer["payment_ids"])
        draft = self._invoice(self._create_job(), post=False)
        for entry in (self.invoice, payment.move_id, draft):
            [line] = entry.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            for values in (
                {"amount_residual": 7.0, "amount_residual_currency": 7.0},
                {"reconciled": not line.reconciled},
                {"full_reconcile_id": -1},
                {"matching_number": "I1"},
                {"matched_credit_ids": [Command.clear()]},
                {"parent_state": "cancel"},
                {"date": "2026-01-01"},
                {"invoice_date": "2026-01-01"},
                {"move_name": "X"},
                {"journal_id": -1},
                {"payment_id": -1},
            ):
                with self.assertRaisesRegex(UserError, "not written"), self.env.cr.savepoint():
                    line.with_user(self.accountant).write(values)
        self.assertEqual((self.invoice.amount_residual, draft.amount_residual), (3826.2, 4826.2))

    def test_invoice_is_settled_by_its_customers_money_alone(self):
        """A row that matches two lines is made by accounting, or by who says what it is not."""
        answer = self._pay(("cash", 1000.0))
        payment = self.env["account.payment"].browse(answer["payment_ids"])
        [due] = self.invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        [paid] = due.matched_credit_ids.credit_move_id
        partials = self.env["account.partial.reconcile"].with_user(self.accountant)
        for credit, amount in (
            (self.invoice.invoice_line_ids[0], 600.0),
            (due, 3826.2),
            (paid, 1.0),
            (payment.move_id.line_ids - paid, 1.0),
        ):
            values = dict.fromkeys(
                ("amount", "debit_amount_currency", "credit_amount_currency"), amount
            )
            with self.assertRaisesRegex(UserError, "is settled by"), self.env.cr.savepoint():
                partials.create({**values, "debit_move_id": due.id, "credit_move_id": credit.id})
        with self.assertRaisesRegex(UserError, "matched anew"), self.env.cr.savepoint():
            due.matched_credit_ids.with_user(self.accountant).amount = 4826.2
        self.assertEqual(self.invoice.amount_residual, 3826.2)

    def test_draft_is_not_paid(self):
        draft = self._invoice(self._create_job(), post=False)
        with self.assertRaisesRegex(UserError, "Only a posted invoice"):
            draft.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])

    def test_credit_note_says_how_the_money_goes_back_and_so_it_does(self):
        self._pay(("cash", 4826.20))
        answer = self.invoice.with_user(self.accountant).fsm_credit_note(reason="Came back")
        note = self.invoice.browse(answer["id"]).with_user(self.accountant)
        money = [{"method": "cash", "amount": 1.0}]
        with self.assertRaisesRegex(UserError, "₹4,826.20 with “Pay” on the credit note"):
            note.fsm_record_payment(lines=money)
        action = note.action_register_payment()
        till = self.branch.sudo()._tills()["cash"]
        pay = self.env[action["res_model"]].with_user(self.accountant)
        pay = pay.with_context(**action["context"]).create({"journal_id": till.id})
        self.assertEqual((pay.payment_type, pay.amount), ("outbound", 4826.20))
        pay.action_create_payments()
        self.assertEqual((note.amount_residual, note.payment_state), (0.0, "paid"))
        with self.assertRaisesRegex(UserError, "is a credit note and settled"):
            note.fsm_record_payment(lines=money)
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        with self.assertRaisesRegex(UserError, "is no invoice to a customer"):
            bill.fsm_record_payment(lines=money)

    def test_same_client_ref_pays_once(self):
        first = self._pay(("cash", 100.0), client_ref="till-1")
        self.assertEqual(self._pay(("cash", 100.0), client_ref="till-1"), first)
        self.assertEqual(self.invoice.amount_residual, 4726.20)
        with self.assertRaisesRegex(UserError, "already used for something else"):
            self._pay(("cash", 200.0), client_ref="till-1")

    # === WHO MAY === #

    def test_counter_takes_no_money_by_default(self):
        for user in (self.receptionist, self.technician):
            with self.assertRaisesRegex(AccessError, "does not record payments"):
                self._pay(("cash", 100.0), user=user)

    def test_cashier_takes_money(self):
        answer = self._pay(("cash", 4826.20), user=self.cashier)
        self.assertEqual(answer["payment_state"], "paid")

    def test_cashier_takes_money_for_his_branch_only(self):
        other = self._found_branch("HSR Layout", "HSR", "29AAGCB7383J1Z4", self.karnataka)
        stranger = self._hire(
            "deepa", "fsm_jobs.group_fsm_receptionist,fsm_gst_billing.group_fsm_cashier", other
        )
        with self.assertRaises(AccessError):
            self._pay(("cash", 100.0), user=stranger)
        missing = self.env["account.move"].with_user(stranger).browse(2**31 - 1)
        with self.assertRaises(AccessError):
            missing.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])

    def test_cashier_takes_money_in_the_dialog(self):
        wizard = (
            self.env["fsm.payment"]
            .with_user(self.cashier)
            .create({"job_id": self.job.id, "method": "upi", "reference": "412345000009"})
        )
        self.assertEqual(wizard.amount, 4826.20)
        wizard.action_pay()
        self.assertEqual(self.job.amount_due, 0.0)

    def test_dialog_stays_until_the_rest_is_paid_another_way(self):
        dialogs = self.env["fsm.payment"].with_user(self.cashier)
        dialog = dialogs.create({"job_id": self.job.id, "method": "cash", "amount": 826.20})
        self.assertIn("₹4,000.00 are still due", dialog.action_pay_part()["params"]["message"])
        dialog.write({"method": "card", "reference": "SLIP 9"})
        dialog.action_pay()
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_owner_says_which_receptionist_takes_payments(self):
        owner = self._hire("owner", "fsm_jobs.group_fsm_owner")
        people = self.env["fsm.person"].with_user(owner)
        person = people.browse(self.receptionist.id)
        person.takes_payments = True
        answer = self._pay(("cash", 100.0), user=self.receptionist)
        self.assertEqual(answer["payment_state"], "partial")
        person.role = "technician"  # the right goes with the role
        self.assertFalse(self.receptionist.has_group("fsm_gst_billing.group_fsm_cashier"))
        with self.assertRaisesRegex(UserError, "Only a receptionist"):
            people.browse(self.technician.id).takes_payments = True
        with self.assertRaisesRegex(AccessError, "Only an owner"):
            self.receptionist.with_user(self.manager).fsm_set_cashier(allowed=True)

    def test_dialog_tells_nothing_of_another_branch(self):
        other = self._found_branch("HSR Layout", "HSR", "29AAGCB7383J1Z4", self.karnataka)
        stranger = self._hire(
            "deepa", "fsm_jobs.group_fsm_receptionist,fsm_gst_billing.group_fsm_cashier", other
        )
        dialogs = self.env["fsm.payment"].with_user(stranger)
        self.env.invalidate_all()
        for attack in (
            lambda: dialogs.create({"job_id": self.job.id}),
            lambda: dialogs.with_context(default_job_id=self.job.id).create({}),
            lambda: dialogs.onchange(
                {"job_id": self.job.id}, ["job_id"], {"amount": {}, "amount_due": {}}
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attack()
