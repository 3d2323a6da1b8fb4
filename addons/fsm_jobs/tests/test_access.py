from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FsmJobsCommon

# role: (sees own, sees the branch's, sees another branch's, may create), `docs: roles.md`
ACCESS = {
    "owner": (True, True, True, True),
    "manager": (True, True, False, True),
    "receptionist": (True, True, False, True),
    "technician": (True, False, False, False),
    "accountant": (True, True, False, False),
}

# What hangs on a job card and must have its readers.
CHILDREN = ("line_ids", "accessory_ids", "check_ids", "history_ids", "estimate_ids")


@tagged("post_install", "-at_install")
class TestAccess(FsmJobsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rich = {
            "accessories": [{"name": "Charger"}],
            "checklist": [{"name": "Screen", "result": "ok"}],
        }
        cls.own = cls._walk(cls._intake(**rich), "diagnosis", "estimate")
        cls.branchs = cls._intake(
            customer={"name": "Meera Nair", "phone": "99001 12233"},
            device={"category": "Laptop", "brand": "HP", "model": "Pavilion 14", "serial": "CND1"},
            **rich,
        )
        desk = cls._create_user("rst", "receptionist", cls.other_branch)
        answer = (
            cls.env["fsm.job"]
            .with_user(desk)
            .intake(
                customer={"name": "Tara Menon", "phone": "98400 66120"},
                device={"category": "Laptop", "brand": "HP", "model": "Omen 16", "serial": "CND2"},
                complaint="No sound",
                **rich,
            )
        )
        cls.others = cls.env["fsm.job"].browse(answer["id"])

    def test_who_sees_and_opens_job_cards(self):
        for role, (*sees, creates) in ACCESS.items():
            Job = self._as(role)
            for job, expected in zip((self.own, self.branchs, self.others), sees, strict=True):
                with self.subTest(role=role, job=job.name):
                    self.assertEqual(bool(Job.search([("id", "=", job.id)])), expected)
                    self.assertEqual(Job.search_count([("id", "=", job.id)]), int(expected))
                    self.assertEqual(job.with_env(Job.env).has_access("read"), expected)
            with self.subTest(role=role, operation="create"):
                values = {
                    "partner_id": self.own.partner_id.id,
                    "device_id": self.own.device_id.id,
                    "complaint": "No sound",
                    "branch_id": self.branch.id,
                }
                if creates:
                    self.assertTrue(Job.create(values))
                else:
                    with self.assertRaises(AccessError):
                        Job.create(values)

    def test_children_have_the_readers_of_the_job_card(self):
        for role, (*sees, _creates) in ACCESS.items():
            for job, expected in zip((self.own, self.branchs, self.others), sees, strict=True):
                for name in CHILDREN:
                    children = job[name]
                    if not children:
                        continue
                    with self.subTest(role=role, job=job.name, children=name):
                        found = self._as(role, children.browse()).search(
                            [("id", "in", children.ids)]
                        )
                        self.assertEqual(bool(found), expected)

    def test_customers_and_devices_of_another_branch_do_not_exist(self):
        for role in ("manager", "receptionist", "technician", "accountant"):
            for record in (self.others.partner_id, self.others.device_id):
                with self.subTest(role=role, model=record._name):
                    model = self._as(role, record.browse())
                    self.assertFalse(model.search([("id", "=", record.id)]))
                    self.assertFalse(model.name_search(record.display_name))

    def test_every_model_with_a_company_has_a_rule(self):
        ours = self.env["ir.model"].search([("model", "=like", "fsm.%"), ("transient", "=", False)])
        ruled = set(self.env["ir.rule"].search([]).model_id.mapped("model"))
        hidden = {"fsm.client.ref", "fsm.delivery.otp"}
        missing = [
            model.model
            for model in ours
            if "company_id" in self.env[model.model]._fields
            and not self.env[model.model]._abstract
            and model.modules.split(", ")[0] == "fsm_jobs"
            and model.model not in ruled | hidden
        ]
        self.assertFalse(missing)

    def test_technician_does_not_see_phone_numbers_on_the_job_card(self):
        with self.assertRaises(AccessError):
            self._as("technician", self.own).read(["partner_phone"])

    def test_h5_technician_neither_reads_nor_guesses_a_customers_number(self):
        """With the number and the link one answers an estimate in the customer's name."""
        jobs = self._as("technician", self.own)
        partners = jobs.partner_id
        guess = ("phone_sanitized", "like", "98450")
        self.assertEqual(partners.name, "Suresh Kumar")
        for number, door in enumerate(
            (
                lambda: partners.phone,
                lambda: partners.read(["phone"]),
                lambda: partners.read(["phone_sanitized"]),
                lambda: partners._export_rows([["phone"]]),
                lambda: partners.search([("phone", "like", "98450")]),
                lambda: partners.search([("phone_mobile_search", "ilike", "98450")]),
                lambda: partners.search([guess]),
                lambda: partners.search([("child_ids", "any", [guess])]),
                lambda: partners.search([], order="phone"),
                lambda: partners.formatted_read_group([], ["phone"], ["__count"]),
                lambda: partners.fsm_search_by_mobile(mobile="98450"),
                lambda: partners._get_vcard_file(),
                lambda: jobs.search([("partner_id.phone", "like", "98450")]),
                lambda: jobs.formatted_read_group([], ["partner_id.phone"], ["__count"]),
                lambda: jobs.read(["partner_phone"]),
                lambda: (
                    self.env["mail.render.mixin"]
                    .with_user(self.technician)
                    ._render_template("{{ object.partner_id.phone }}", "fsm.job", jobs.ids)
                ),
            )
        ):
            with self.subTest(door=number), self.assertRaises(AccessError):
                door()

    def test_h5_number_finds_and_shows_nothing_to_a_technician(self):
        jobs = self._as("technician", self.own)
        partners = jobs.partner_id
        self.assertTrue(self._as("receptionist").search([("display_name", "ilike", "98450 12345")]))
        for records in (partners, jobs):
            self.assertFalse(records.search([("display_name", "ilike", "98450 12345")]))
            self.assertFalse(records.name_search("9845012345"))
        self.assertFalse(jobs.palette(text="9845012345"))
        asked = {"partner_id": {"fields": {"phone": {}, "name": {}}}}
        self.assertEqual(jobs.web_read(asked)[0]["partner_id"].keys(), {"id", "name"})
        found = partners.web_search_read([("id", "in", partners.ids)], {"name": {}, "phone": {}})
        self.assertEqual(found["records"], [{"id": partners.id, "name": "Suresh Kumar"}])
        self.assertIn("phone", partners.fields_get())
        event = self._as("receptionist", self.env["calendar.event"]).create(
            {"name": "Visit", "partner_ids": [(6, 0, partners.ids)]}
        )
        event = self._as("technician", event)
        self.assertNotIn("12345", event.description or "")
        self.assertEqual(event.attendee_ids.mapped("phone"), [False])

    def test_technician_reads_the_numbers_of_colleagues_and_sites(self):
        self.manager.partner_id.phone = "+91 98860 00001"
        self.assertTrue(self._as("technician", self.manager.partner_id).phone)
        self.assertTrue(self._as("technician", self.manager).phone)
        customer = self._as("receptionist", self.own.partner_id)
        site_id = customer.fsm_add_site(name="Office", phone="98860 00002")
        self._as("receptionist", self.own).site_id = site_id
        job = self._as("technician", self.own)
        self.assertEqual((job.site_phone, job.site_id.phone), ("+91 98860 00002",) * 2)

    def test_nobody_reads_codes_and_references(self):
        for role in ACCESS:
            for model in ("fsm.client.ref", "fsm.delivery.otp"):
                with self.subTest(role=role, model=model), self.assertRaises(AccessError):
                    self._as(role, self.env[model]).search([])
