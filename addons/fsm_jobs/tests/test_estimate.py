from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestEstimate(FsmJobsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._walk(cls._intake(), "diagnosis")

    def test_diagnosis_adds_up(self):
        self.assertEqual(self.job.amount_untaxed, 4090.0)

    def test_price_that_is_left_out_is_the_list_price(self):
        self.assertEqual(self.job.line_ids.mapped("price_unit"), [600.0, 3490.0])

    def test_each_sharing_is_a_version_word_for_word(self):
        self._walk_to_estimate(self.job)
        self._as("receptionist", self.job).record_answer(answer="revise", reason="Too dear")
        self._as("technician", self.job).line_ids[1].write({"price_unit": 2990.0})
        answer = self._as("technician", self.job).share_estimate()
        self.assertEqual(answer["version"], 2)
        first, second = self.job.estimate_ids.sorted("version")
        self.assertEqual([line["price_unit"] for line in first.lines], [600.0, 3490.0])
        self.assertEqual(second.amount_untaxed, 3590.0)

    def test_shared_estimate_cannot_be_changed(self):
        self._walk_to_estimate(self.job)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.job.estimate_ids.write({"amount": 1.0})
        with self.assertRaisesRegex(UserError, "Awaiting Approval"):
            self._as("technician", self.job).line_ids[0].write({"price_unit": 1.0})

    def test_customer_answers_once(self):
        self._walk(self.job, "estimate", "approved")
        with self.assertRaisesRegex(UserError, "does not wait for an answer"):
            self._walk_to_approved(self.job)

    def test_approval_is_not_a_plain_move(self):
        self._walk_to_estimate(self.job)
        with self.assertRaisesRegex(UserError, "has not approved"):
            self._as("receptionist", self.job).move_to(state="approved")

    def test_declined_device_goes_back_unrepaired_and_unbilled(self):
        self._walk_to_estimate(self.job)
        self._as("receptionist", self.job).record_answer(answer="declined", reason="Too dear")
        self.assertRecordValues(self.job, [{"state": "ready", "outcome": "declined"}])
        self.assertEqual(self.job._billable_lines(), [])

    def test_estimate_of_which_there_is_no_version_is_shared_before_it_is_answered(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE fsm_job SET state = 'estimate' WHERE id = %s", self.job.ids)
        self.env.invalidate_all()
        desk = self._as("receptionist", self.job)
        with self.assertRaisesRegex(UserError, "was shown no estimate yet"):
            desk.record_answer(answer="approved")
        self.job.line_ids.with_user(self.manager).unlink()
        with self.assertRaisesRegex(UserError, "has no line"):
            self._as("technician", self.job).share_estimate()

    def test_customer_who_wants_no_messages_is_sent_no_estimate(self):
        self.job.partner_id.email = "suresh@example.com"
        desk_partner = self.job.partner_id.with_user(self.receptionist)
        desk_partner.fsm_set_consent(purpose="service", granted=False)
        for channel in ("sms", "email"):
            with self.subTest(channel), self.assertRaisesRegex(UserError, "wants no messages"):
                self._as("technician", self.job).share_estimate(channels=["link", channel])
        self.assertEqual(self.job.state, "diagnosis")
        desk_partner.fsm_set_consent(purpose="service", granted=True)
        self._as("technician", self.job).share_estimate(channels=["sms"])
        sent = self.env["sms.sms"].search([("partner_id", "=", self.job.partner_id.id)])
        self.assertEqual(len(sent), 1)

    def test_move_to_awaiting_approval_shows_the_customer_a_version(self):
        self._as("technician", self.job).move_to(state="estimate")
        self._walk(self.job, "approved", "repair")
        self._as("manager", self.job).move_to(state="estimate")
        first, second = self.job.estimate_ids.sorted("version")
        self.assertEqual((first.answer, second.answer), ("approved", False))
        with self.assertRaisesRegex(UserError, "has not approved"):
            self._as("receptionist", self.job).move_to(state="approved")
        self.assertEqual(self._as("technician", self.job).share_estimate()["version"], 3)
        self._walk_to_approved(self.job)
        self.assertEqual(self.job.state, "approved")

    def test_device_that_was_not_repaired_is_billed_as_far_as_agreed(self):
        self.assertEqual(len(self.job._billable_lines()), 2)
        self._as("technician", self.job).mark_ready(outcome="unrepairable")
        self.assertEqual(self.job._billable_lines(), [])
        job = self._walk(self._intake(spend_limit=10000.0), "diagnosis")
        self._as("technician", job).mark_ready(outcome="no_fault_found")
        self.assertEqual(len(job._billable_lines()), 2)

    def test_override_to_ready_bills_nothing_unapproved(self):
        self._walk(self.job, "estimate", "approved", "repair")
        self._as("technician", self.job).add_diagnosis(
            diagnosis="The hinge, too.", lines=[{"product_id": self.labour.id}]
        )
        override = {"state": "ready", "reason": "He is waiting here", "override": True}
        with self.assertRaisesRegex(UserError, "share the estimate again"):
            self._as("manager", self.job).move_to(**override)
        self._as("manager", self.job).line_ids[-1].unlink()
        self._as("manager", self.job).move_to(**override)

    def test_technician_does_not_answer_for_the_customer(self):
        self._walk_to_estimate(self.job)
        with self.assertRaises(AccessError):
            self._as("technician", self.job).record_answer(answer="approved")

    # === THE CUSTOMER WHO DOES NOT ANSWER === #

    def _remind(self, moment):
        with freeze_time(moment):
            self.env.invalidate_all()
            return self._as("receptionist", self.job).remind_of_estimate()

    def test_customer_is_reminded_by_day_and_not_all_the_time(self):
        with freeze_time("2026-11-18 06:00:00"):
            self._walk_to_estimate(self.job)
        with self.assertRaisesRegex(UserError, "quiet hours"):
            self._remind("2026-11-18 18:00:00")  # 23:30 in Bengaluru
        answer = self._remind("2026-11-19 06:00:00")
        self.assertEqual((answer["channel"], answer["sent_to"][-3:]), ("sms", "345"))
        texts = self.env["sms.sms"].search([("partner_id", "=", self.job.partner_id.id)])
        self.assertIn(self.job._customer_link(), texts[:1].body)
        with self.assertRaisesRegex(UserError, "was reminded 3 h ago"):
            self._remind("2026-11-19 09:30:00")
        self._remind("2026-11-19 10:00:00")
        self.assertEqual(len(self.job.estimate_ids), 1, "Reminded of the same version.")
        told = [row["text"] for row in self._as("receptionist", self.job).timeline()]
        said = f"Reminded of version 1 of the estimate by SMS to {answer['sent_to']}."
        self.assertEqual(told.count(said), 2, "Each of them is kept.")

    def test_only_the_counter_reminds_who_waits_and_wants_it(self):
        with self.assertRaisesRegex(UserError, "does not wait"):
            self._remind("2026-11-19 06:00:00")
        self._walk_to_estimate(self.job)
        with self.assertRaisesRegex(AccessError, "counter"):
            self._as("technician", self.job).remind_of_estimate()
        self.job.partner_id._fsm_note_consents({"reminder": False}, "At the counter")
        with self.assertRaisesRegex(UserError, "call him"):
            self._remind("2026-11-19 06:00:00")

    def test_estimate_without_an_answer_for_a_day_is_to_call(self):
        with freeze_time("2026-11-18 06:00:00"):
            self._walk_to_estimate(self.job)
        jobs = self._as("receptionist", self.job)
        for moment, long, age in (
            ("2026-11-19 05:59:00", False, "sent 23 h ago"),
            ("2026-11-19 06:01:00", True, "sent 1 d ago"),
        ):
            with freeze_time(moment):
                self.env.invalidate_all()
                self.job.promised_at = "2026-11-21 06:00:00"
                self.assertEqual((jobs.waits_long, jobs.needs_call), (long, long))
                self.assertEqual(jobs.estimate_age, age)
                self.assertEqual(jobs.search([("needs_call", "=", False)]) & jobs, jobs[long:])

    def test_empty_estimate_is_not_shared(self):
        job = self._intake(device={"category": "Phone", "brand": "Nokia", "model": "G42"})
        self._as("manager", job).assign(technician_ids=self.tech.ids)
        self._as("technician", job).add_diagnosis(diagnosis="Let us see.")
        with self.assertRaisesRegex(UserError, "has no line"):
            self._walk_to_estimate(job)

    def test_line_with_nonsense_gets_a_sentence(self):
        technician = self._as("technician", self.job)
        for line, sentence in (
            ({"product_id": 0}, "id of a service or part"),
            ({"product_id": self.labour.id, "quantity": 0.0}, "more than 0"),
            ({"product_id": self.labour.id, "price_unit": -1.0}, "not less than 0"),
            ({"product_id": self.labour.id, "price_unit": float("inf")}, "ordinary number"),
            ({"product": self.labour.id}, "does not know “product”"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                technician.add_diagnosis(diagnosis="x", lines=[line])
