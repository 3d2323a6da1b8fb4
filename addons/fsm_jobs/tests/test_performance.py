from odoo.tests import tagged
from odoo.tests.common import warmup

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestPerformance(FsmJobsCommon):
    """How many queries the hot paths take: counts repeat, milliseconds do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._intake()

    def test_hundred_job_cards_are_created_in_few_queries(self):
        values = {
            "partner_id": self.job.partner_id.id,
            "device_id": self.job.device_id.id,
            "complaint": "No display",
        }
        Job = self._as("receptionist")
        Job.create([values])
        self.env.flush_all()
        with self.assertQueryCount(30):
            Job.create([values] * 100)
            self.env.flush_all()

    @warmup
    def test_known_customer_is_taken_in_within_sixty_queries(self):
        with self.assertQueryCount(60):
            self._intake(
                customer={"id": self.job.partner_id.id}, device={"id": self.job.device_id.id}
            )
            self.env.flush_all()

    def test_hundred_job_cards_move_in_three_queries_each(self):
        values = {
            "partner_id": self.job.partner_id.id,
            "device_id": self.job.device_id.id,
            "complaint": "No display",
        }
        jobs = self._as("receptionist").create([values] * 100)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(300):
            jobs.move_to(state="received")
            self.env.flush_all()
