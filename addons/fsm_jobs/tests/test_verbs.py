from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestVerbs(FsmJobsCommon):
    def test_unknown_argument_is_named(self):
        job = self._intake()
        with self.assertRaisesRegex(UserError, "“move_to” does not know the argument “status”"):
            self._as("manager", job).move_to(state="diagnosis", status="x")

    def test_missing_argument_is_named(self):
        with self.assertRaisesRegex(UserError, "needs the argument “state”"):
            self._as("manager", self._intake()).move_to()

    def test_argument_of_the_wrong_type_is_named(self):
        job = self._as("manager", self._intake())
        for arguments, sentence in (
            ({"state": 5}, "“state” must be a text"),
            ({"state": "diagnosis", "override": "yes"}, "“override” must be true or false"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                job.move_to(**arguments)
        with self.assertRaisesRegex(UserError, "must be a list of ids"):
            job.assign(technician_ids=["1"])
        with self.assertRaisesRegex(UserError, "out of range"):
            job.assign(technician_ids=[10**12])

    def test_nobody_and_nonsense_are_no_record(self):
        Job = self._as("manager")
        for ids in ([], ["1"], [-1], [10**12], [1, 1]):
            with self.subTest(ids), self.assertRaises(UserError):
                Job.browse(ids).move_to(state="diagnosis")
        with self.assertRaises(UserError):
            Job.browse([2**30]).move_to(state="diagnosis")

    def test_several_records_answer_in_their_order(self):
        first = self._intake()
        second = self._intake(device={"category": "Phone", "brand": "Nokia", "model": "G42"})
        answer = self._as("manager", second + first).assign(technician_ids=self.tech.ids)
        self.assertEqual([row["id"] for row in answer], [second.id, first.id])

    def test_one_record_answers_itself(self):
        answer = self._as("manager", self._intake()).assign(technician_ids=self.tech.ids)
        self.assertEqual(answer["technician_ids"], self.tech.ids)

    def test_technician_of_another_branch_is_not_assigned(self):
        other = self._create_user("rst_tech", "technician", self.other_branch)
        with self.assertRaisesRegex(UserError, "not one of the branch"):
            self._as("manager", self._intake()).assign(technician_ids=other.fsm_technician_ids.ids)

    def test_pending_lists_the_most_urgent_first(self):
        late = self._intake(promised_at="2099-01-01 06:00:00")
        soon = self._intake(
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
            promised_at="2098-01-01 06:00:00",
        )
        ids = [row["id"] for row in self._as("receptionist").pending()]
        self.assertEqual(ids, [soon.id, late.id])

    def test_technician_lists_his_own(self):
        job = self._intake()
        self.assertEqual(self._as("technician").my_jobs(), [])
        self._as("manager", job).assign(technician_ids=self.tech.ids)
        self.assertEqual([row["id"] for row in self._as("technician").my_jobs()], [job.id])

    def test_timeline_reads_oldest_first(self):
        job = self._walk(self._intake(), "diagnosis")
        texts = [
            row["text"] for row in self._as("manager", job).timeline() if row["kind"] == "state"
        ]
        self.assertEqual(texts, ["Received", "In Diagnosis"])
