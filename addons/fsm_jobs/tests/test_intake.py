from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.fsm_job import GATE
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
        with self.assertRaisesRegex(UserError, "Suresh Kumar.*already has this.*allow_duplicate"):
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

    # === WHAT THE COUNTER NOTES === #

    def test_faults_are_the_complaint_where_nothing_else_is_written(self):
        job = self._intake(complaint="", faults=["no display", "Slow"])
        self.assertEqual(job.complaint, "No display, Slow")
        self.assertEqual(job.fault_ids.mapped("name"), ["No display", "Slow"])

    def test_fault_of_another_category_is_refused(self):
        with self.assertRaisesRegex(UserError, "no fault of a Laptop"):
            self._intake(faults=["Paper jam"])

    def test_signed_terms_are_kept_with_their_version(self):
        job = self._intake(terms={"version": 1, "signature": PNG}, advance=500.0)
        self.assertEqual(job.terms_id.version, 1)
        self.assertEqual(job.intake_signed_by, "Suresh Kumar")
        self.assertEqual(job.advance_amount, 500.0)
        with self.assertRaisesRegex(AccessError, "by hand"):
            self._as("receptionist", job).terms_id = False

    def test_terms_that_no_longer_hold_are_not_signed(self):
        Terms = self.env["fsm.terms"].with_user(self.manager)
        own = Terms.create({"body": "Ours", "company_id": self.company.id})
        self.assertEqual(own.version, 1)
        Terms.create({"body": "Ours, better", "company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "version 2 holds now"):
            self._intake(terms={"version": 1})
        with self.assertRaisesRegex(UserError, "have signed these terms"):
            own.body = "Other"
        with self.assertRaises(AccessError):
            Terms.create({"body": "For all", "company_id": self.organization.id})

    def test_the_freest_technician_with_the_skill_is_suggested(self):
        phones = self._create_user("phones", "technician", self.branch).fsm_technician_ids
        phones.skill_ids = self.env.ref("fsm_jobs.category_phone")
        phone = {"category": "Phone", "brand": "Nokia", "model": "G42"}
        self.assertEqual(self._intake().suggested_technician_id, self.tech)
        self._as("manager", self._intake(device=phone)).assign(technician_ids=phones.ids)
        self.assertEqual(self._intake(device=phone).suggested_technician_id, self.tech)
        self._as("manager", self._intake()).assign(technician_ids=self.tech.ids)
        self._as("manager", self._intake()).assign(technician_ids=self.tech.ids)
        self.assertEqual(self._intake(device=phone).suggested_technician_id, phones)

    def test_who_is_on_leave_is_not_suggested(self):
        now = fields.Datetime.now()
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.tech.resource_id.id,
                "date_from": now - timedelta(hours=1),
                "date_to": now + timedelta(hours=8),
            }
        )
        self.assertFalse(self._intake().suggested_technician_id)

    def test_refusal_says_which_part_of_the_screen_it_is_about(self):
        for values, section in (
            ({"customer": {"name": "Asha", "phone": "12"}}, "customer"),
            ({"device": {"brand": "A"}}, "device"),
            ({"complaint": ""}, "problem"),
            ({"accessories": [{"name": "Bag", "quantity": 0}]}, "condition"),
            ({"passcode": {"type": "knock"}}, "unlock"),
            ({"advance": -1.0}, "plan"),
            ({"terms": {"version": 7}}, "terms"),
        ):
            with self.subTest(section), self.assertRaises(UserError) as refused:
                self._intake(**values)
            self.assertEqual(refused.exception.context["fsm_section"], section)

    # === WHAT THE COUNTER ASKS === #

    def test_counter_finds_by_phone_name_and_device_number(self):
        job = self._intake()
        desk = self._as("receptionist")
        for typed in ("9845012345", "+91 98450 12345", "5012", "sures", "5cd1234xyz"):
            with self.subTest(typed):
                rows = desk.intake_customers(text=typed)
                self.assertEqual([row["id"] for row in rows], job.partner_id.ids)
        self.assertTrue(desk.intake_customers(text="9845012345")[0]["exact"])
        self.assertFalse(desk.intake_customers(text="12345")[0]["exact"])
        self.assertEqual(desk.intake_customers(text="s"), [])

    def test_counter_sees_devices_open_jobs_and_repeat_visits(self):
        job = self._free_job()
        self._as("receptionist", job).deliver(signature=PNG, received_by="Suresh Kumar")
        job.sudo().with_context(fsm_gate=GATE).outcome = "repaired"
        again = self._intake()
        row = self._as("receptionist").intake_customer(partner_id=job.partner_id.id)
        self.assertIn(job.name, row["alerts"][0])
        self.assertEqual([each["name"] for each in row["jobs"]], [again.name])
        self.assertEqual(row["devices"][0]["open_job"], again.name)
        self.assertEqual((row["visits"], row["open_jobs"]), (2, 1))

    def test_palette_finds_customers_and_job_cards(self):
        job = self._intake()
        for typed in ("9845012345", "98450 12345", "+919845012345", "45012345", "Sures", job.name):
            with self.subTest(typed):
                rows = self._as("receptionist").palette(text=typed)
                self.assertIn(("fsm.job", job.id), [(row["model"], row["id"]) for row in rows])
        self.assertEqual(
            rows[-1]["name"], f"{job.name} · Suresh Kumar · {job.device_id.display_name}"
        )
        self.assertEqual(self._as("technician").palette(text="9845012345"), [])
        self.assertEqual(self._as("receptionist").palette(text="Qqq"), [])

    # === THE FRONT DESK === #

    def test_desk_tells_who_is_on_the_phone(self):
        job = self._intake()
        desk = self._as("receptionist")
        for typed in ("9845012345", "45012345", "Suresh", job.name, "5CD1234XYZ"):
            with self.subTest(typed):
                caller = desk.desk_find(text=typed)["caller"]
                self.assertEqual(
                    (caller["id"], caller["name"]), (job.partner_id.id, "Suresh Kumar")
                )
                self.assertEqual([row["id"] for row in caller["jobs"]], job.ids)
        self.assertEqual(desk.desk_caller(partner_id=job.partner_id.id), caller)
        self.assertEqual(caller["whatsapp"], "https://wa.me/919845012345")
        other = self._intake(
            customer={"name": "Suresh Rao", "phone": "98860 54321"},
            device={"category": "Phone", "brand": "Samsung", "model": "Galaxy S24"},
        )
        answer = desk.desk_find(text="Suresh")
        self.assertFalse(answer["caller"], "There are two of them.")
        self.assertIn(("fsm.job", other.id), [(r["model"], r["id"]) for r in answer["found"]])

    def test_desk_counts_the_day_and_lists_what_is_ready(self):
        desk = self._as("receptionist")
        before = desk.desk()["counters"]
        ready, late = self._free_job(), self._intake()
        late.promised_at = fields.Datetime.now() - timedelta(minutes=1)
        answer = desk.desk()
        more = {key: count - before[key] for key, count in answer["counters"].items()}
        self.assertEqual(
            {key for key, count in more.items() if count} - {"due_today"},
            {"ready", "late", "to_call"},
        )
        row = answer["ready"][0]
        self.assertEqual(
            (row["id"], row["customer"], row["age"]), (ready.id, "Suresh Kumar", "0 min")
        )
        self.assertTrue(row["whatsapp"].startswith("https://wa.me/919845012345?text=SP%20Road"))
        ready.partner_id._fsm_note_consents({"reminder": False}, "At the counter")
        self.assertFalse(desk.desk()["ready"][0]["whatsapp"], "He wants no messages.")

    def test_counter_asks_nothing_of_other_branches(self):
        job = self._intake()
        desk = self.env["fsm.job"].with_user(
            self._create_user("rst", "receptionist", self.other_branch)
        )
        self.assertEqual(desk.intake_customers(text="9845012345"), [])
        self.assertFalse(desk.intake_customer(partner_id=job.partner_id.id))
        self.assertFalse(desk.intake_device(number="5CD1234XYZ")["device"])
        self.assertEqual(desk.desk_find(text="9845012345"), {"found": [], "caller": False})
        self.assertFalse(desk.desk_caller(partner_id=job.partner_id.id))
        with self.assertRaisesRegex(UserError, "which branch"):
            desk.desk(branch_id=self.branch.id)

    def test_technician_asks_nothing_at_the_counter(self):
        for verb, values in (
            ("intake_form", {}),
            ("intake_customers", {"text": "9845"}),
            ("intake_models", {"text": "Dell"}),
            ("desk", {}),
            ("desk_find", {"text": "9845"}),
            ("desk_caller", {"partner_id": 1}),
        ):
            with self.subTest(verb), self.assertRaises(AccessError):
                getattr(self._as("technician"), verb)(**values)

    def test_scanned_number_that_is_no_imei_is_said_so(self):
        answer = self._as("receptionist").intake_device(number="3569 38035643808")
        self.assertEqual(answer["kind"], "imei")
        self.assertIn("not an IMEI", answer["problem"])
