from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PNG, FsmJobsCommon


@tagged("post_install", "-at_install")
class TestFsmJob(FsmJobsCommon):
    # === LIFE CYCLE === #

    def test_job_moves_from_the_counter_to_the_delivery(self):
        job = self._ready_job()
        self._walk_to_delivered(job)
        self.assertEqual(job.state, "delivered")
        self.assertEqual(
            job.history_ids.sorted("id").mapped("to_state"),
            ["received", "diagnosis", "estimate", "approved", "repair", "qc", "ready", "delivered"],
        )
