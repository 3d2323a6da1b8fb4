from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FsmJobsCommon

OTHER = {
    "customer": {"name": "Meera Nair", "phone": "99001 12233"},
    "device": {"category": "Laptop", "brand": "HP", "model": "14s", "serial": "CND99881"},
}


@tagged("post_install", "-at_install")
class TestLife(FsmJobsCommon):
    """What happens beside the straight way: reasons, holds, reworks, and how a card is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._walk(cls._intake(), "diagnosis")

    def _back(self, minutes):
        """Let the job card have been in its state for so long."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE fsm_job SET state_since = state_since - %s WHERE id = %s",
            [timedelta(minutes=minutes), self.job.id],
        )
        self.job.invalidate_recordset(["state_since"])

    # === REASONS === #

    def test_end_before_time_needs_a_reason(self):
        desk = self._as("manager", self.job)
        with self.assertRaisesRegex(UserError, "a reason is missing"):
            desk.move_to(state="cancelled")
        desk.move_to(state="cancelled", reason="Not worth it")
        self.assertEqual(self.job.history_ids[:1].reason, "Not worth it")

    def test_failed_quality_check_needs_a_reason(self):
        job = self._walk(self._intake(spend_limit=5000), "diagnosis", "repair", "qc")
        with self.assertRaisesRegex(UserError, "a reason is missing"):
            self._as("technician", job).move_to(state="repair")

    # === HOLD === #

    def test_hold_keeps_the_state_and_whose_time_it_was(self):
        self._back(60)
        answer = self._as("technician", self.job).hold(hold_reason="customer_unreachable")
        self.assertEqual((self.job.state, answer["clock"]), ("diagnosis", "customer"))
        self._back(120)
        self._as("technician", self.job).release()
        rested, worked = self.job.history_ids.sorted("id", reverse=True)[:2]
        self.assertEqual((worked.clock, worked.seconds // 60), ("us", 60))
        self.assertEqual((rested.clock, rested.seconds // 60), ("customer", 120))
        self.assertEqual(self.job.clock, "us")

    def test_move_ends_a_hold(self):
        self._as("technician", self.job).hold(hold_reason="equipment")
        self._as("manager", self.job).move_to(state="cancelled", reason="Not worth it")
        self.assertFalse(self.job.hold_reason)

    def test_other_hold_reason_is_told_in_words(self):
        with self.assertRaisesRegex(UserError, "in your words"):
            self._as("technician", self.job).hold(hold_reason="other")

    def test_hold_reason_is_one_of_the_table(self):
        with self.assertRaisesRegex(UserError, "must be one of: customer_unreachable"):
            self._as("technician", self.job).hold(hold_reason="lazy")

    def test_books_put_nothing_on_hold(self):
        with self.assertRaises(AccessError):
            self._as("accountant", self.job).hold(hold_reason="equipment")

    def test_hold_reason_is_not_written_by_hand(self):
        with self.assertRaises(AccessError):
            self._as("manager", self.job).hold_reason = "equipment"

    # === REWORK === #

    def _delivered(self):
        return self._walk(self._free_job(), "delivered")

    def test_rework_names_the_first_job_card_and_the_cause_before_it_ends(self):
        first = self._delivered()
        answer = self._as("receptionist", first).rework(complaint="It is black again")
        job = self.env["fsm.job"].browse(answer["id"])
        self.assertEqual((job.original_job_id, job.device_id), (first, first.device_id))
        self.assertEqual(first.rework_count, 1)
        self.assertIn("Say why the device came back", " ".join(job._blockers("ready")))
        self._as("manager", job).assign(technician_ids=self.tech.ids)
        self._as("technician", job).rework_cause = "workmanship"
        self.assertNotIn("Say why the device came back", " ".join(job._blockers("ready")))

    def test_rework_of_what_is_still_here_is_refused(self):
        with self.assertRaisesRegex(UserError, "was not delivered yet"):
            self._as("receptionist", self.job).rework(complaint="It is black again")

    def test_rework_is_for_the_same_device(self):
        with self.assertRaisesRegex(ValidationError, "for the same device"):
            self._as("manager", self._intake(**OTHER)).original_job_id = self._delivered()

    def test_technician_opens_no_rework(self):
        first = self._delivered()
        with self.assertRaises(AccessError):
            self._as("technician", first).rework(complaint="It is black again")

    # === FOUND === #

    def test_job_card_is_found_by_number_phone_name_and_serial(self):
        customer, device = self.job.partner_id, self.job.device_id
        device.serial = "5CD1234XYZ"
        digits = customer.phone.replace(" ", "")[-8:]
        for text in (self.job.name, self.job.name[-5:], digits, customer.name[:5], "5cd1234"):
            with self.subTest(text=text):
                found = self._as("receptionist").search([("display_name", "ilike", text)])
                self.assertIn(self.job, found)
        self.assertFalse(self._as("receptionist").search([("display_name", "ilike", "zz-zz")]))

    def test_age_is_said_at_a_glance(self):
        ages = [(5, "5 min"), (3 * 60, "3 h"), (50 * 60, "2 d")]
        for minutes, said in ages:
            self.assertEqual(self.job._age(timedelta(minutes=minutes)), said)
