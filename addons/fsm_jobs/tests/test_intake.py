from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PNG, FsmJobsCommon


@tagged("post_install", "-at_install")
class TestIntake(FsmJobsCommon):
    def test_job_card_is_numbered_in_the_series_of_its_branch(self):
        first, second = self._intake(), self._intake()
        self.assertRegex(first.name, r"^SPR-\d{5}$")
        self.assertEqual(int(second.name[-5:]), int(first.name[-5:]) + 1)

    def test_walk_in_becomes_customer_device_and_job_card(self):
        job = self._intake(
            accessories=[{"name": "Charger", "condition": "worn"}],
            checklist=[{"name": "Screen", "result": "untestable"}],
        )
        self.assertEqual(job.partner_id.phone, "+91 98450 12345")
        self.assertEqual(job.partner_id.company_id, self.company)
        self.assertEqual(job.device_id.display_name, "Dell Inspiron 3520 · 5CD1234XYZ")
        self.assertEqual(job.accessory_ids.condition, "worn")
        self.assertEqual(job.check_ids.result, "untestable")

    def test_known_device_is_found_again_by_its_serial(self):
        first = self._intake()
        again = self._intake(device={"brand": "Dell", "model": "?", "serial": "5cd1234 xyz"})
        self.assertEqual(first.device_id, again.device_id)

    def test_known_customer_comes_back_by_name_and_phone(self):
        first = self._intake()
        again = self._intake(customer={"name": "suresh kumar", "phone": "+91-98450-12345"})
        self.assertEqual(first.partner_id, again.partner_id)

    def test_another_name_under_the_same_phone_is_asked_about(self):
        self._intake()
        with self.assertRaisesRegex(UserError, "already belongs to Suresh Kumar"):
            self._intake(customer={"name": "Asha Kumar", "phone": "9845012345"})
        job = self._intake(
            customer={"name": "Asha Kumar", "phone": "9845012345"},
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
            allow_duplicate=True,
        )
        self.assertIn("on purpose", job.partner_id.message_ids[0].body)

    def test_same_mobile_in_another_branch_is_another_customer(self):
        here = self._intake()
        desk = self._create_user("rst", "receptionist", self.other_branch)
        answer = (
            self.env["fsm.job"]
            .with_user(desk)
            .intake(
                customer={"name": "Suresh Kumar", "phone": "98450 12345"},
                device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
                complaint="No display",
            )
        )
        there = self.env["fsm.job"].browse(answer["id"])
        self.assertNotEqual(here.partner_id, there.partner_id)
        self.assertRegex(there.name, r"^RST-\d{5}$")

    def test_customer_of_another_branch_does_not_exist_here(self):
        stranger = self.env["res.partner"].create(
            {"name": "Tara", "company_id": self.other_branch.company_id.id}
        )
        with self.assertRaisesRegex(UserError, "no such customer in this branch"):
            self._intake(customer={"id": stranger.id})

    def test_branch_of_others_is_not_served(self):
        with self.assertRaisesRegex(UserError, "one of yours"):
            self._intake(branch_id=self.other_branch.id)

    def test_technician_takes_in_nothing(self):
        with self.assertRaises(AccessError):
            self._as("technician").intake(
                customer={"name": "A", "phone": "9845012345"}, device={}, complaint="x"
            )

    def test_nonsense_gets_a_sentence(self):
        for values, sentence in (
            ({"complaint": " "}, "complains about"),
            ({"kind": "by_drone"}, "“kind” must be one of"),
            ({"customer": {"name": "Asha"}}, "a name and a phone number"),
            ({"customer": {"name": "Asha", "phone": "12"}}, "not a phone number"),
            ({"customer": {"nme": "Asha"}}, "does not know “nme”"),
            ({"customer": {"name": "A", "phone": "9900990099", "email": "x"}}, "e-mail address"),
            ({"device": {"category": "Boat"}}, "a brand and a model"),
            ({"device": {"category": "Boat", "brand": "A", "model": "B"}}, "“category” must be"),
            (
                {
                    "device": {
                        "imei": "356938035643808",
                        "brand": "A",
                        "model": "B",
                        "category": "Phone",
                    }
                },
                "not an IMEI",
            ),
            ({"accessories": [{"name": "Bag", "condition": "lost"}]}, "“accessories.condition”"),
            ({"accessories": ["Bag"]}, "needs a name"),
            ({"promised_at": "tomorrow"}, "a moment to come"),
            ({"spend_limit": -1.0}, "cannot be negative"),
            ({"spend_limit": float("nan")}, "an ordinary number"),
            ({"complaint": "a\x00b"}, "cannot be stored"),
            ({"passcode": {"type": "pin"}}, "“passcode.value” is missing"),
            ({"photos": [{"name": "x", "content": "bm8gcGljdHVyZQ=="}]}, "base64 picture"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(Exception, sentence) as refused:
                with self.env.cr.savepoint():
                    self._intake(**values)
            self.assertIsInstance(refused.exception, UserError)

    def test_photos_are_kept_with_the_job_card(self):
        job = self._intake(photos=[{"name": "lid.png", "content": PNG}])
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "fsm.job"), ("res_id", "=", job.id)]
        )
        self.assertRecordValues(photo, [{"name": "lid.png", "mimetype": "image/png"}])

    def test_manager_assigns_at_the_counter(self):
        answer = self._as("manager").intake(
            customer={"name": "Asha Rao", "phone": "9900990099"},
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
            complaint="No sound",
            technician_ids=self.tech.ids,
        )
        job = self.env["fsm.job"].browse(answer["id"])
        self.assertEqual(job.lead_technician_id, self.tech)

    def test_counter_screen_finds_the_customer_by_phone(self):
        known = self._intake()
        intake = self.env["fsm.intake"].with_user(self.receptionist).new({"phone": "9845012345"})
        intake._onchange_phone()
        intake._onchange_partner_id()
        self.assertEqual(intake.partner_id._origin, known.partner_id)
        self.assertEqual(intake.device_id._origin, known.device_id)

    def test_counter_screen_stores_nothing_but_the_job_card(self):
        known = self._intake()
        intake = (
            self.env["fsm.intake"]
            .with_user(self.receptionist)
            .create(
                {
                    "partner_id": known.partner_id.id,
                    "device_id": known.device_id.id,
                    "complaint": "Again",
                    "accessories": "Bag",
                }
            )
        )
        job = self.env["fsm.job"].browse(intake.action_save()["res_id"])
        self.assertEqual((job.complaint, job.accessory_ids.name), ("Again", "Bag"))
