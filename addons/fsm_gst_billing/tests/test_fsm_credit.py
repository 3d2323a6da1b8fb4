from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import FsmGstBillingCommon

WHY = "He pays every month"


@tagged("post_install", "-at_install")
class TestFsmCredit(FsmGstBillingCommon):
    """What stays due when a device leaves: a credit that a manager approves, or nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch.allow_delivery_by_reason = True
        cls.job = cls._create_job().with_user(cls.manager)

    def test_device_leaves_unpaid_where_a_manager_approved(self):
        self._invoice(self.job)
        with self.assertRaisesRegex(UserError, "still due"):
            self.job.deliver(reason=WHY)
        answer = self.job.approve_credit(reason=WHY, pay_by="2099-01-31")
        self.assertEqual(answer["amount"], 4826.20)
        self.assertEqual(self.job.deliver(reason=WHY)["state"], "delivered")
        self.assertRecordValues(
            self.job.credit_ids, [{"reason": WHY, "user_id": self.manager.id, "amount": 4826.20}]
        )

    def test_credit_covers_its_amount_and_no_more(self):
        self._invoice(self.job)
        self.job.approve_credit(reason=WHY, amount=1000.0)
        self.assertTrue(any("still due" in why for why in self.job._blockers("delivered")))
        self.job.invoice_ids.fsm_record_payment(lines=[{"method": "cash", "amount": 3826.2}])
        self.assertFalse(any("still due" in why for why in self.job._blockers("delivered")))

    def test_only_a_manager_approves_with_a_reason_what_is_due(self):
        with self.assertRaisesRegex(UserError, "post its invoice first"):
            self.job.approve_credit(reason=WHY)
        self._invoice(self.job)
        for user in (self.receptionist, self.accountant, self.technician):
            with self.assertRaises(AccessError):
                self.job.with_user(user).approve_credit(reason=WHY)
        with self.assertRaisesRegex(UserError, "at least 10 characters"):
            self.job.approve_credit(reason="ok")
        with self.assertRaisesRegex(UserError, "not more than what is due"):
            self.job.approve_credit(reason=WHY, amount=5000.0)

    def test_nobody_writes_or_takes_back_a_credit(self):
        self._invoice(self.job)
        self.job.approve_credit(reason=WHY)
        credit = self.job.credit_ids
        with self.assertRaises(AccessError):
            credit.create({"job_id": self.job.id, "amount": 1.0, "reason": WHY})
        for change in (lambda: credit.sudo().write({"amount": 1.0}), credit.sudo().unlink):
            with self.assertRaises(UserError):
                change()

    def test_dialog_tells_what_is_due_and_lets_a_manager_approve(self):
        self._invoice(self.job)
        dialog = self.job.env["fsm.job.deliver"].create({"job_id": self.job.id, "reason": WHY})
        self.assertTrue(dialog.needs_credit)
        self.assertIn("₹4,826.20 are still due", dialog.missing)
        dialog.credit_reason = WHY
        dialog.action_approve_credit()
        dialog.invalidate_recordset()
        self.assertFalse(dialog.needs_credit or dialog.missing)
        self.assertIn("has approved credit for invoice SPR/", dialog.settled)

    def test_storage_ends_with_the_invoice(self):
        storage = self._stock("Storage", "service", "996729", 20.0)
        self.branch.write(
            {"storage_free_days": 10, "storage_product_id": storage.id, "storage_fee_per_day": 20.0}
        )
        now = self.env.cr.now()
        self.job.with_context(fsm_gate=GATE).sudo().ready_at = now - timedelta(days=15)
        self.assertEqual(self.job.storage_fee, 100.0)
        invoice = self._invoice(self.job)
        self.assertEqual(invoice.amount_untaxed, 4190.0)
        other = self._create_job()
        other.with_context(fsm_gate=GATE).sudo().ready_at = now - timedelta(days=15)
        with freeze_time(now + timedelta(days=30)):
            (self.job | other).invalidate_recordset(["storage_fee", "storage_days"])
            self.assertEqual(other.storage_fee, 700.0)
            self.assertEqual(self.job.storage_fee, 100.0)
            self.assertFalse(any("Only" in why for why in self.job._blockers("delivered")))
