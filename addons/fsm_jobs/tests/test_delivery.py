from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.fsm_delivery_otp import OTP_PER_HOUR, OTP_TRIES
from .common import PNG, FsmJobsCommon


@tagged("post_install", "-at_install")
class TestDelivery(FsmJobsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._free_job(accessories=[{"name": "Charger"}])
        cls.job.accessory_ids.returned = True
        cls.desk = cls._as("receptionist", cls.job)

    def test_device_is_handed_over_against_a_signature(self):
        answer = self.desk.deliver(signature=PNG, received_by="Asha Kumar")
        self.assertEqual(answer["state"], "delivered")
        self.assertRecordValues(
            self.job, [{"delivery_method": "signature", "delivered_to": "Asha Kumar"}]
        )

    def test_device_is_handed_over_against_the_code(self):
        code = self.env["fsm.delivery.otp"]._issue(self.job)
        self.desk.deliver(otp=code)
        self.assertEqual(self.job.delivery_method, "otp")

    def test_nothing_is_handed_over_for_nothing(self):
        with self.assertRaisesRegex(UserError, "Neither a delivery OTP nor a signature"):
            self.desk.deliver()
        with self.assertRaisesRegex(UserError, "Neither a delivery OTP nor a signature"):
            self.desk.move_to(state="delivered")

    def test_all_reasons_come_at_once(self):
        self.job.accessory_ids.returned = False
        with self.assertRaisesRegex(UserError, "(?s)Neither a delivery OTP.*ticked back: Charger"):
            self.desk.deliver()

    def test_counted_accessory_is_ticked_back_not_deleted(self):
        charger = self.job.accessory_ids
        charger.returned = False
        for refused in (
            lambda: charger.with_user(self.receptionist).unlink(),
            lambda: charger.with_user(self.receptionist).write({"quantity": 3}),
            lambda: charger.with_user(self.receptionist).write({"name": "Nothing"}),
            lambda: self.desk.write({"accessory_ids": [(2, charger.id)]}),
        ):
            with self.assertRaisesRegex(UserError, "ticked back, not deleted"):
                refused()
        charger.with_user(self.receptionist).sudo().quantity = 2  # the system is no cashier
        charger.with_user(self.receptionist).write({"name": "Charger", "returned": True})
        charger.with_user(self.manager).unlink()
        self.assertFalse(self.job.accessory_ids)

    def test_accessory_is_corrected_while_the_device_is_taken_in(self):
        job = self._intake(accessories=[{"name": "Bag"}])
        self._as("receptionist", job).accessory_ids.write({"quantity": 2})
        self._as("receptionist", job).accessory_ids.unlink()
        self.assertFalse(job.accessory_ids)

    def test_wrong_codes_are_counted_and_end(self):
        self.env["fsm.delivery.otp"]._issue(self.job)
        with self.enter_registry_test_mode():
            for left in reversed(range(OTP_TRIES)):
                # Not `assertRaises`: its savepoint would take the count back.
                try:
                    self.desk.deliver(otp="not it")
                except UserError as refusal:
                    self.assertIn(f"{left} tries are left", str(refusal))
                self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Too many wrong codes"):
            self.desk.deliver(otp="000000")

    def test_tries_counted_by_others_meanwhile_count(self):
        code = self.env["fsm.delivery.otp"]._issue(self.job)
        otp = self.env["fsm.delivery.otp"].search([("job_id", "=", self.job.id)])
        self.assertEqual(otp.tries, 0)
        with self.enter_registry_test_mode():
            # Another transaction: this one has the count of before in its cache.
            self.env.cr.execute(
                "UPDATE fsm_delivery_otp SET tries = %s WHERE id = %s", (OTP_TRIES, otp.id)
            )
            with self.assertRaisesRegex(UserError, "Too many wrong codes"):
                self.desk.deliver(otp=code)
        self.env.cr.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        self.assertIn((otp.id,), self.env.cr.fetchall(), "One tries at a time.")

    def test_code_ends_after_ten_minutes(self):
        code = self.env["fsm.delivery.otp"]._issue(self.job)
        self.env["fsm.delivery.otp"].search([]).expires_at = fields.Datetime.now() - timedelta(
            seconds=1
        )
        with self.assertRaisesRegex(UserError, "has expired"):
            self.desk.deliver(otp=code)

    def test_new_code_ends_the_old_one(self):
        old = self.env["fsm.delivery.otp"]._issue(self.job)
        self.env["fsm.delivery.otp"]._issue(self.job)
        with self.assertRaises(UserError):
            self.desk.deliver(otp=old)

    def test_codes_within_an_hour_are_limited(self):
        for _code in range(OTP_PER_HOUR):
            self.env["fsm.delivery.otp"]._issue(self.job)
        with self.assertRaisesRegex(UserError, "Too many codes"):
            self.desk.send_delivery_otp()

    def test_code_is_stored_nowhere_in_clear(self):
        code = self.env["fsm.delivery.otp"]._issue(self.job)
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(o)::text FROM fsm_delivery_otp o")
        self.assertNotIn(f'"{code}"', self.env.cr.fetchall()[-1][0])

    def test_code_is_sent_to_the_customer_and_not_told_to_the_caller(self):
        answer = self.desk.send_delivery_otp()
        self.assertEqual(answer, {"sent_to": "+91 ••••• ••345"})
        sms = self.env["sms.sms"].search([("partner_id", "=", self.job.partner_id.id)])
        self.assertRegex(sms.body, r"^\d{6} is your code")

    def test_delivering_twice_answers_the_same(self):
        first = self.desk.deliver(signature=PNG, received_by="Asha Kumar")
        self.assertEqual(self.desk.deliver(signature=PNG, received_by="Asha Kumar"), first)
        self.assertEqual(self.job.history_ids.mapped("to_state").count("delivered"), 1)

    def test_signature_must_be_a_picture_with_a_name(self):
        with self.assertRaisesRegex(UserError, "“signature” must be"):
            self.desk.deliver(signature="aGVsbG8=", received_by="Asha")
        with self.assertRaisesRegex(UserError, "“received_by” is missing"):
            self.desk.deliver(signature=PNG)

    def test_managers_reason_counts_only_where_the_branch_allows_it(self):
        manager = self._as("manager", self.job)
        with self.assertRaises(UserError):
            manager.deliver(reason="The customer lost his phone")
        self.branch.allow_delivery_by_reason = True
        with self.assertRaises(UserError):
            self.desk.deliver(reason="The customer lost his phone")
        manager.deliver(reason="The customer lost his phone")
        self.assertEqual(self.job.delivery_method, "reason")

    # === THE DIALOG === #

    def _dialog(self, **values):
        return self.desk.env["fsm.job.deliver"].create({"job_id": self.desk.id, **values})

    def test_dialog_shows_all_that_is_missing_before_it_delivers(self):
        self.job.accessory_ids.returned = False
        dialog = self._dialog()
        self.assertRegex(dialog.missing, "(?s)ticked back: Charger.*Neither a delivery OTP")
        self.assertIn("No Fault Found", dialog.settled)
        dialog.write({"returned_ids": self.job.accessory_ids.ids, "otp": "123456"})
        self.assertFalse(dialog.missing)

    def test_one_tick_gives_all_back(self):
        self.job.accessory_ids.returned = False
        with Form(
            self.desk.env["fsm.job.deliver"].with_context(default_job_id=self.job.id)
        ) as form:
            form.accessories_returned = True
            self.assertEqual(form.returned_ids.ids, self.job.accessory_ids.ids)
            self.assertNotIn("ticked back", form.missing)
            form.returned_ids.remove(id=self.job.accessory_ids.id)
            self.assertFalse(form.accessories_returned)

    def test_dialog_ticks_back_one_by_one(self):
        self.job.accessory_ids.returned = False
        bag = self.job.accessory_ids.create({"job_id": self.job.id, "name": "Bag", "quantity": 2})
        dialog = self._dialog(signature=PNG, received_by="Asha", returned_ids=bag.ids)
        with self.assertRaisesRegex(UserError, "ticked back: Charger"):
            dialog.action_deliver()
        dialog.returned_ids += self.job.accessory_ids
        answer = dialog.action_deliver()
        self.assertEqual((self.job.state, bag.display_name), ("delivered", "2 × Bag"))
        self.assertEqual(answer["report_name"], "fsm_jobs.report_delivery_note")

    def test_dialog_keeps_no_code_that_opened(self):
        dialog = self._dialog(
            otp=self.env["fsm.delivery.otp"]._issue(self.job),
            returned_ids=self.job.accessory_ids.ids,
            print_gate_pass=False,
        )
        self.assertEqual(dialog.action_deliver()["type"], "ir.actions.act_window_close")
        self.assertFalse(dialog.otp)

    def test_dialog_says_where_the_code_went(self):
        dialog = self._dialog()
        dialog.action_send_otp()
        self.assertEqual(dialog.otp_sent_to, "+91 ••••• ••345")

    def test_refused_move_names_the_ways_there_are(self):
        with self.assertRaisesRegex(UserError, "goes to “In Repair”, “Delivered”, “Unclaimed”"):
            self.desk.move_to(state="qc")

    def test_technician_delivers_nothing(self):
        with self.assertRaises(AccessError):
            self._as("technician", self.job).deliver(signature=PNG, received_by="Asha")

    def test_only_what_is_ready_is_delivered(self):
        job = self._intake(device={"category": "Phone", "brand": "Nokia", "model": "G42"})
        with self.assertRaisesRegex(UserError, "only what is ready"):
            self._as("receptionist", job).deliver(signature=PNG, received_by="Asha")
