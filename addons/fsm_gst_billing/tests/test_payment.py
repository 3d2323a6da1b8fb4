from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

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

    def test_several_ways_in_one_call(self):
        """T32: three payments in three journals of the branch."""
        answer = self._pay(("cash", 1000.0), ("upi", 2000.50, "U1"), ("card", 1825.70))
        self.assertEqual(len(answer["payment_ids"]), 3)
        self.assertEqual(answer["payment_state"], "paid")

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

    # === WHAT IS REFUSED === #

    def test_upi_needs_its_reference(self):
        with self.assertRaisesRegex(UserError, "needs its reference"):
            self._pay(("upi", 100.0))

    def test_upi_reference_pays_once(self):
        self._pay(("upi", 100.0, "UTR1"))
        with self.assertRaisesRegex(UserError, "already paid ₹100.00"):
            self._pay(("upi", 100.0, "utr1"))
        with self.assertRaisesRegex(UserError, "given twice"):
            self._pay(("upi", 1.0, "UTR2"), ("upi", 1.0, "utr 2"))

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

    def test_booked_payment_is_the_managers_to_change(self):
        answer = self._pay(("cash", 4826.20))
        payment = self.env["account.payment"].browse(answer["payment_ids"])
        payment = payment.with_user(self.accountant)
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
        ):
            with self.assertRaisesRegex(AccessError, "Only a manager"), self.env.cr.savepoint():
                attack()
        payment.with_user(self.manager).action_cancel()
        self.assertEqual(self.invoice.amount_residual, 4826.20)

    def test_draft_is_not_paid(self):
        draft = self._invoice(self._create_job(), post=False)
        with self.assertRaisesRegex(UserError, "Only a posted invoice"):
            draft.fsm_record_payment(lines=[{"method": "cash", "amount": 1.0}])

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
            .create({"job_id": self.job.id, "method": "upi", "reference": "UTR9"})
        )
        self.assertEqual(wizard.amount, 4826.20)
        wizard.action_pay()
        self.assertEqual(self.job.amount_due, 0.0)

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
