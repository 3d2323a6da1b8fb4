from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestClientRef(FsmJobsCommon):
    def test_same_reference_again_returns_the_first_job_card(self):
        first = self._intake(client_ref="web-1")
        self.assertEqual(self._intake(client_ref="web-1"), first)
        self.assertEqual(
            self.env["fsm.job"].search_count([("partner_id", "=", first.partner_id.id)]), 1
        )

    def test_same_reference_for_something_else_is_refused(self):
        self._intake(client_ref="web-1")
        with self.assertRaisesRegex(UserError, "already used for something else"):
            self._intake(client_ref="web-1", complaint="Another trouble")

    def test_reference_is_the_branchs_own(self):
        first = self._intake(client_ref="web-1")
        desk = self._create_user("rst", "receptionist", self.other_branch)
        answer = (
            self.env["fsm.job"]
            .with_user(desk)
            .intake(
                customer={"name": "Suresh Kumar", "phone": "98450 12345"},
                device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
                complaint="No display",
                client_ref="web-1",
            )
        )
        self.assertNotEqual(answer["id"], first.id)

    def test_plain_create_is_idempotent_too(self):
        known = self._intake()
        values = {
            "partner_id": known.partner_id.id,
            "device_id": known.device_id.id,
            "complaint": "It gets hot.",
            "client_ref": "app-7",
        }
        Job = self._as("receptionist")
        self.assertEqual(Job.create([values]), Job.create([values]))

    def test_long_reference_is_refused(self):
        with self.assertRaisesRegex(UserError, "at most 64"):
            self._intake(client_ref="x" * 65)
