"""What an attacker with a login tried (audit.md, section 5), and must not get."""

import base64
import io
import itertools
from contextlib import suppress

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import SQL, file_path, mute_logger

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import PNG, FsmJobsCommon

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"

# The tables of what hangs on a job card.
HANGING = (
    "fsm_job_line",
    "fsm_job_accessory",
    "fsm_job_check",
    "fsm_job_history",
    "fsm_custody",
    "fsm_estimate",
)


@tagged("post_install", "-at_install")
class TestRedTeam(FsmJobsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._create_user("stranger", "manager", cls.other_branch)

    def _values(self, **values):
        known = self._intake()
        return {
            "partner_id": known.partner_id.id,
            "device_id": known.device_id.id,
            "complaint": "No display",
            **values,
        }

    # === FORGED INPUT === #

    def test_b9_defaults_of_a_context_prove_nothing(self):
        forged = self._as("receptionist").with_context(
            default_delivery_method="otp",
            default_outcome="declined",
            default_has_passcode=True,
            default_technician_ids=self.tech.ids,
            default_received_at="2020-01-01 00:00:00",
        )
        job = forged.create(self._values())
        self.assertRecordValues(
            job,
            [
                {
                    "delivery_method": False,
                    "outcome": False,
                    "has_passcode": False,
                    "received_at": False,
                    "technician_ids": [],
                }
            ],
        )

    def test_b9_own_defaults_of_a_user_prove_nothing(self):
        Default = self.env["ir.default"]
        Default.set("fsm.job", "delivery_method", "otp", user_id=self.receptionist.id)
        Default.set("fsm.estimate", "answer", "approved", user_id=self.technician.id)
        job = self._walk(self._intake(), "diagnosis", "estimate")
        self.assertFalse(job.delivery_method)
        self.assertFalse(job.estimate_ids.answer)

    def test_what_is_worked_out_is_not_written(self):
        job = self._walk(self._intake(), "diagnosis")
        for record, vals in (
            (job, {"amount_untaxed": 1.0}),
            (job.line_ids, {"company_id": self.other_branch.company_id.id}),
            (
                job.device_id,
                {"category_id": self.env["fsm.device.category"].search([], limit=1).id},
            ),
        ):
            with self.assertRaisesRegex(UserError, "nobody writes it"), self.env.cr.savepoint():
                self._as("manager", record).write(vals)

    def test_receptionist_sets_at_creation_what_she_may_write(self):
        with self.assertRaisesRegex(AccessError, "does not set"):
            self._as("receptionist").create(self._values(diagnosis="It is broken"))

    def test_device_of_somebody_else_is_not_taken(self):
        other = self._intake(
            customer={"name": "Meera Nair", "phone": "99001 12233"},
            device={"category": "Laptop", "brand": "HP", "model": "14s", "serial": "CND1"},
        )
        with self.assertRaisesRegex(ValidationError, "does not belong to"):
            self._as("receptionist").create(self._values(device_id=other.device_id.id))

    def test_b7_nonsense_in_plain_calls_gets_a_sentence(self):
        Job = self._as("receptionist")
        values = self._values()
        for attempt in (
            lambda: Job.create({**values, "branch_id": [1]}),
            lambda: Job.create({**values, "client_ref": 5}),
            lambda: Job.create({**values, "device_id": 2**40}),
            lambda: Job.create({**values, "spend_limit": -5.0}),
            lambda: Job.browse(Job.search([], limit=1).id).write({"state": ["x"]}),
            lambda: self._as("manager").browse([True]).move_to(state="qc"),
            lambda: self.env["fsm.job.accessory"].create({"name": "Bag", "job_id": {}}),
            lambda: self.env["fsm.job.line"].create({"product_id": self.labour.id}),
            lambda: self._as("technician").my_jobs(date="2026-13-45"),
            lambda: Job.intake(customer={}, device={}, complaint="x", spend_limit=10**400),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()

    # === ACCOUNTS OF OTHERS === #

    def test_nobody_writes_the_contact_of_who_signs_in(self):
        """Whoever writes an address gets the link to the password."""
        other = self.env["res.company"].fsm_create_organization(
            name="Other Ltd", state_id=self.karnataka.id, owner={"login": "their_owner"}
        )
        gone = self._create_user("gone", "technician", self.branch)
        gone.active = False
        accounts = self.env.ref("base.user_admin") | self.env.ref("base.user_root") | gone
        accounts |= self.manager | self.owner | self.env.ref("base.public_user")
        their_owner = self.env["res.users"].browse(other["owner_id"])
        accounts |= their_owner
        device = self._intake().device_id
        kept = {"partner_id": their_owner.partner_id.id, "model_id": device.model_id.id}
        with self.assertRaisesRegex(AccessError, "no such record"):  # his contact has no company
            self._as("receptionist", device).create(kept)
        for role in ("owner", "manager", "receptionist", "accountant", "technician"):
            user = getattr(self, role)
            customer = self._intake().partner_id.with_user(user)
            self.env.transaction.default_env = customer.env  # as in a request of his
            for partner in (accounts - user).partner_id:
                theirs = partner.with_user(user)
                for attempt in (
                    lambda theirs=theirs: theirs.write({"email": "x@example.com"}),
                    lambda theirs=theirs: theirs.write({"active": False}),
                    lambda theirs=theirs: theirs.signup_prepare(),
                    lambda theirs=theirs: theirs.message_post(body="x"),
                    lambda theirs=theirs: theirs.unlink(),
                    lambda theirs=theirs, mine=customer: mine.write(
                        {"child_ids": [(1, theirs.id, {"email": "x@example.com"})]}
                    ),
                    lambda theirs=theirs, mine=customer: mine.write(
                        {"child_ids": [(4, theirs.id)]}
                    ),
                    lambda theirs=theirs: theirs.create({"name": "x", "parent_id": theirs.id}),
                    lambda theirs=theirs: theirs.bank_ids.create(
                        {"acc_number": "1", "partner_id": theirs.id}
                    ),
                ):
                    with self.subTest(role, of=partner.name), self.assertRaises(AccessError):
                        attempt()

    def test_people_keep_their_own_contact_where_it_is(self):
        mine = self.receptionist.partner_id.with_user(self.receptionist)
        mine.write({"phone": "+91 98450 77777"})
        theirs = self._namesake_job().partner_id
        with self.assertRaises(AccessError):
            mine.write({"parent_id": theirs.id})

    def test_login_and_keys_of_others_are_not_told(self):
        admin = self.env.ref("base.partner_admin").with_user(self.receptionist)
        self.assertFalse(admin.signup_get_auth_param()[admin.id])
        with self.assertRaises(AccessError):
            self._namesake_job().partner_id.with_user(self.receptionist).signup_get_auth_param()
        for model in ("base.partner.merge.automatic.wizard", "portal.wizard", "portal.wizard.user"):
            for role in ("owner", "manager", "receptionist", "technician", "accountant"):
                self.assertFalse(self._as(role, self.env[model]).has_access("create"))

    # === OTHER BRANCHES === #

    def test_id_of_others_and_id_of_nothing_get_the_same_sentence(self):
        theirs, mine = self._namesake_job(), self._intake()
        values = self._values()
        told = set()
        for name, record in (
            ("partner_id", theirs.partner_id),
            ("device_id", theirs.device_id),
            ("original_job_id", theirs),
            ("site_id", theirs.partner_id),
        ):
            job = self._as("receptionist", mine)
            for attempt in (
                lambda job, change: job.create({**values, **change}),
                lambda job, change: job.write(change),
            ):
                refusals = set()
                for id_ in (record.id, 2**31 - 5):
                    with (
                        mute_logger("odoo.sql_db"),
                        self.assertRaises(AccessError) as refused,
                        self.cr.savepoint(),
                    ):
                        attempt(job, {name: id_})
                    refusals.add(str(refused.exception))
                self.assertEqual(len(refusals), 1, refusals)
                told |= refusals
        with self.assertRaises(AccessError) as refused:
            self._as("receptionist", mine.device_id).create(
                {"partner_id": theirs.partner_id.id, "model_id": mine.device_id.model_id.id}
            )
        for sentence in told | {str(refused.exception)}:
            self.assertIn("no such record in your branches", sentence)
            self.assertNotIn("Suresh", sentence)

    def test_record_keeps_no_name_of_others_to_be_read(self):
        theirs, mine = self._namesake_job(), self._intake()
        kept = {"job_id": mine.id, "job_ids": [(4, theirs.id)]}
        for model, values in (
            ("fsm.device.move", {"job_id": mine.id, "partner_id": theirs.partner_id.id}),
            ("fsm.device.move", kept),
            ("fsm.consent", {"partner_id": theirs.partner_id.id, "purpose": "service"}),
            ("res.partner", {"name": "x", "user_id": self.env.ref("base.user_admin").id}),
        ):
            with self.subTest(model), self.assertRaisesRegex(AccessError, "no such record"):
                self._as("receptionist", self.env[model]).create(values)
        with self.assertRaisesRegex(AccessError, "no such record"):
            self._as("receptionist", mine.partner_id).write(
                {"user_id": self.env.ref("base.user_admin").id}
            )

    def test_form_tells_nothing_of_a_record_of_others(self):
        theirs = self._namesake_job()
        foreign = {each._name: each for each in (theirs, theirs.partner_id, theirs.device_id)}
        foreign["fsm.technician"] = self._create_user(
            "far", "technician", self.other_branch
        ).fsm_technician_ids
        asked = 0
        for model in ("res.partner", "account.move", "account.payment", *sorted(self.registry)):
            Model = model in self.env and self._as("manager", self.env[model])
            ours = Model is not False and (model.startswith("fsm.") or "." in model[:12])
            if not ours or Model._abstract or not Model.has_access("create"):
                continue
            spec = {name: {} for name in Model._fields}
            for field in Model._fields.values():
                if field.type == "many2one" and field.comodel_name in foreign:
                    asked += 1
                    sent = {field.name: foreign[field.comodel_name].id}
                    with self.subTest(model, field=field.name), self.assertRaises(AccessError):
                        Model.onchange(sent, [field.name], spec)
        self.assertGreater(asked, 20)
        Job = self._as("receptionist").with_context(default_partner_id=theirs.partner_id.id)
        with self.assertRaises(AccessError):
            Job.onchange({}, [], {"partner_id": {"fields": {"display_name": {}}}})

    def test_disposal_of_another_branchs_device_is_not_asked_for(self):
        job = self._intake()
        with self.assertRaises(AccessError):
            job.with_user(self.stranger).ask_disposal(reason="It has been here for a year")

    def test_dialogs_tell_nothing_of_another_branchs_job(self):
        job = self._walk(self._intake(), "diagnosis", "estimate")
        for model in ("fsm.job.move", "fsm.job.answer", "fsm.job.deliver"):
            Dialog = self.env[model].with_user(self.stranger)
            with self.subTest(model), self.assertRaises(AccessError):
                Dialog.create({"job_id": job.id, **({"state": "qc"} if "move" in model else {})})
            with self.subTest(model, door="onchange"), self.assertRaises(AccessError):
                Dialog.with_context(default_job_id=job.id).onchange({}, [], {"job_id": {}})

    def test_a11_customer_is_not_handed_to_another_branch(self):
        customer = self._intake().partner_id.with_user(self.receptionist)
        for company_id in (False, self.other_branch.company_id.id):
            with self.assertRaises(AccessError):
                customer.write({"company_id": company_id})

    def test_a3_address_is_not_hung_on_a_customer_of_another_branch(self):
        theirs = self.env["res.partner"].create(
            {"name": "Tara Menon", "company_id": self.other_branch.company_id.id}
        )
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.receptionist).create(
                {"name": "Office", "parent_id": theirs.id}
            )

    def test_card_of_a_branch_is_the_owners(self):
        card = self.company.partner_id
        for role, values in (("receptionist", {"street2": "x"}), ("accountant", {"vat": "x"})):
            with self.subTest(role), self.assertRaises(AccessError):
                card.with_user(getattr(self, role)).write(values)
        self.branch.with_user(self.owner).write({"street": "13 Main Road"})
        self.assertEqual(self.company.street, "13 Main Road")

    def test_device_categories_are_the_organisations_or_read_only(self):
        laptop = self.env.ref("fsm_jobs.category_laptop")
        self.assertFalse(laptop.company_id)
        values = {
            "fsm.device.category": {"name": "Laptop"},
            "fsm.device.fault": {"name": "Hums", "category_id": laptop.id},
        }
        for model, new in values.items():
            Model = self._as("manager", self.env[model])
            self.assertEqual(Model.create(new).company_id, self.organization)
            shipped = Model.search([("company_id", "=", False)], limit=1)
            for attempt in (
                lambda Model=Model, new=new: Model.create({**new, "company_id": False}),
                lambda shipped=shipped: shipped.write({"name": "x"}),
            ):
                with self.subTest(model), self.assertRaises(AccessError):
                    attempt()
        self.assertEqual(self._intake().device_id.category_id.company_id, self.organization)

    def test_upgrade_gives_device_categories_to_the_organisation_that_has_them(self):
        shipped = self.env.ref("fsm_jobs.category_laptop")
        names = ("Drone", "Drill", "Watch", "Kettle")
        drone, unused, common, strange = self.env["fsm.device.category"].create(
            [{"name": name, "company_id": False} for name in names]
        )
        spin = self.env["fsm.device.fault"].create(
            {"name": "Spins", "category_id": drone.id, "company_id": False}
        )
        other = self.env["res.company"].create({"name": "Another Organisation"})
        brands = self.env["fsm.device.brand"].create(
            [{"name": "Made Up", "company_id": each.id} for each in (self.organization, other)]
        )
        Model = self.env["fsm.device.model"]
        Model.create({"name": "One", "brand_id": brands[0].id, "category_id": drone.id})
        for brand in brands:
            Model.create({"name": "Two", "brand_id": brand.id, "category_id": common.id})
        outsider = new_test_user(
            self.env, "outsider", company_id=other.id, company_ids=other.ids
        )  # of no service organisation
        self.env.flush_all()
        for maker, category in ((self.manager, unused), (outsider, strange)):
            self.env.cr.execute(
                "UPDATE fsm_device_category SET create_uid = %s WHERE id = %s",
                (maker.id, category.id),
            )
        path = file_path("fsm_jobs/migrations/19.0.1.0.1/post-organisations.py")
        load_script(path, "organisations").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        for mine in (drone, unused, spin):
            self.assertEqual(mine.company_id, self.organization)
        self.assertFalse(shipped.company_id | common.company_id | strange.company_id)

    # === THE WORK === #

    def test_technician_of_the_job_does_not_pass_his_own_repair(self):
        second = self._create_user("second", "technician", self.branch).fsm_technician_ids
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved")
        self._as("manager", job).assign(
            technician_ids=[second.id, self.tech.id], lead_technician_id=second.id
        )
        self._walk_to_repair(job)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self._as("technician", job).mark_ready(pass_qc=True)

    def test_repairer_passes_nothing_because_another_moved_the_card(self):
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair")
        self._as("manager", job).move_to(state="qc")
        self.assertEqual(job.repaired_by_id, self.technician)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self._as("technician", job).mark_ready()
        self._walk_to_ready(job)

    def test_repairer_passes_nothing_because_his_helper_moved_the_card(self):
        helper = self._create_user("helper", "technician", self.branch)
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved")
        both = (self.technician | helper).fsm_technician_ids
        self._as("manager", job).assign(technician_ids=both.ids)
        self._as("technician", job).move_to(state="repair")
        job.with_user(helper).move_to(state="qc")
        self.assertEqual(job.repaired_by_id, helper)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self._as("technician", job).mark_ready()

    def test_receptionist_shares_no_estimate(self):
        job = self._walk(self._intake(), "diagnosis", "estimate")
        with self.assertRaises(AccessError):
            self._as("receptionist", job).share_estimate()

    def test_look_at_a_passcode_of_others_leaves_its_mark(self):
        job = self._intake()
        stranger = job.with_user(self.stranger)
        with self.enter_registry_test_mode():
            with suppress(AccessError):  # not `assertRaises`: its savepoint takes the mark back
                stranger.reveal_passcode(reason="Let me see it please")
            entry = self.env["fsm.audit.log"].search(
                [("model", "=", "fsm.job"), ("record_id", "=", job.id), ("kind", "=", "passcode")]
            )
        self.assertEqual(entry.user_id, self.stranger)

    # === THE CUSTOMER WHO SIGNS IN === #

    def test_customer_who_signs_in_sees_nothing_of_his_namesake_in_another_branch(self):
        mine, theirs = self._intake(), self._namesake_job()
        person = new_test_user(
            self.env,
            "suresh",
            "base.group_portal",
            partner_id=mine.partner_id.id,
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.authenticate(person.login, person.login)
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "fsm.job"), ("res_id", "=", theirs.id)]
        )
        for record in (
            *(theirs, theirs.partner_id, theirs.device_id, theirs.history_ids, photo),
            *(theirs.custody_id, theirs.partner_id.fsm_consent_ids, theirs.branch_id),
        ):
            for method, arguments in (
                ("read", [record.ids, ["display_name"]]),
                ("search_count", [[("id", "in", record.ids)]]),
                ("name_search", ["Suresh", [("id", "in", record.ids)]]),
            ):
                with self.subTest(f"{record._name}.{method}"):
                    self.assertFalse(self._call_as_portal(record._name, method, arguments))
        for model, verb, arguments in (
            ("res.partner", "fsm_search_by_mobile", [["98450 12345"]]),
            ("res.partner", "fsm_service_history", [theirs.partner_id.ids]),
            ("fsm.job", "timeline", [theirs.ids]),
            ("fsm.job", "pending", []),
            ("fsm.job", "deliver", [mine.ids]),
            ("fsm.job", "palette", ["Suresh"]),
        ):
            with self.subTest(verb):
                self.assertFalse(self._call_as_portal(model, verb, arguments))
        for path in (
            f"/web/content/{photo.id}",
            f"/web/image/fsm.job/{theirs.id}",
            "/my",
            "/my/home",
        ):
            with self.subTest(path):
                page = self.url_open(path)
                self.assertNotIn(theirs.name, page.text)
                self.assertNotEqual(page.content, photo.raw)
        self.assertNotIn(theirs.name, self.url_open(f"/fsm/j/{theirs.id}").text)
        self.assertEqual(self.url_open(f"/t/{mine.access_token}").status_code, 200)

    def _namesake_job(self):
        desk = self._create_user("desk", "receptionist", self.other_branch)
        answer = (
            self.env["fsm.job"]
            .with_user(desk)
            .intake(
                customer={"name": "Suresh Kumar", "phone": "98450 12345"},
                device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
                complaint="No display",
                photos=[{"name": "lid.png", "content": PNG}],
                consents={"service": True},
            )
        )
        return self.env["fsm.job"].browse(answer["id"])

    def _call_as_portal(self, model, method, arguments):
        """Return what a call answers, or nothing where access is refused."""
        try:
            return self.make_jsonrpc_request(
                f"/web/dataset/call_kw/{model}/{method}",
                {"model": model, "method": method, "args": arguments, "kwargs": {}},
            )
        except JsonRpcException as refusal:
            self.assertIn(
                str(refusal), ("odoo.exceptions.AccessError", "odoo.exceptions.UserError")
            )
            return None

    # === FILES === #

    def test_e2_photo_is_never_public_and_stays_at_the_end(self):
        job = self._intake(photos=[{"name": "lid.png", "content": PNG}])
        Attachment = self.env["ir.attachment"].with_user(self.receptionist)
        photo = Attachment.search([("res_model", "=", "fsm.job"), ("res_id", "=", job.id)])
        with self.assertRaises(AccessError):
            photo.write({"public": True})
        with self.assertRaises(AccessError):
            photo.unlink()
        self._as("manager", job).move_to(state="cancelled", reason="Not worth it")
        with self.assertRaisesRegex(UserError, "its files stay"):
            Attachment.create({"name": "x", "raw": b"x", "res_model": "fsm.job", "res_id": job.id})

    def test_e2_signature_and_words_of_a_delivered_job_stay(self):
        job = self._intake(photos=[{"name": "lid.png", "content": PNG}])
        Attachment = self.env["ir.attachment"]
        photo = Attachment.search([("res_model", "=", "fsm.job"), ("res_id", "=", job.id)])
        photo.with_user(self.receptionist).write({"description": "work"})
        job.with_context(fsm_gate=GATE).sudo().intake_signature = PNG
        signature = Attachment.search(
            [("res_id", "=", job.id), ("res_field", "=", "intake_signature")]
        )
        for change in (
            lambda: signature.with_user(self.manager).write({"raw": b"x"}),
            lambda: signature.with_user(self.manager).write({"name": "x"}),
            lambda: signature.with_user(self.manager).unlink(),
        ):
            with self.assertRaisesRegex(AccessError, "stays as it is"):
                change()
        self._as("manager", job).move_to(state="cancelled", reason="Not worth it")
        with self.assertRaisesRegex(UserError, "its files stay"):
            photo.with_user(self.manager).write({"description": "delivery"})

    def test_e1_photo_of_another_branch_is_not_found(self):
        job = self._intake(photos=[{"name": "lid.png", "content": PNG}])
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "fsm.job"), ("res_id", "=", job.id)]
        )
        for login in (None, self.stranger.login, self.receptionist.login):
            self.authenticate(login, login)
            answers = [self.url_open(f"/web/{door}/{photo.id}") for door in ("content", "image")]
            expected = [True, True] if login == self.receptionist.login else [False, False]
            with self.subTest(login):
                self.assertEqual([photo.raw == each.content for each in answers], expected)
                self.assertEqual(answers[0].status_code, 200 if expected[0] else 404)

    def test_e4_photo_is_kept_as_nothing_but_a_picture(self):
        exif = Image.Exif()
        exif[0x8825] = {1: "N", 2: (12.0, 58.0, 17.0)}  # GPS
        file = io.BytesIO()
        Image.new("RGB", (3000, 2000), "teal").save(file, "JPEG", exif=exif)
        sent = base64.b64encode(file.getvalue() + b"<script>alert(1)</script>").decode()
        job = self._intake(photos=[{"name": "lid.jpg", "content": sent}])
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "fsm.job"), ("res_id", "=", job.id)]
        )
        kept = Image.open(io.BytesIO(photo.raw))
        self.assertEqual(
            (kept.format, kept.size, photo.mimetype), ("JPEG", (1920, 1280), "image/jpeg")
        )
        self.assertFalse(kept.getexif())
        self.assertNotIn(b"script", photo.raw)

    def test_e4_what_is_no_picture_is_refused(self):
        bomb = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
        for raw in (b"<svg onload='alert(1)'/>", b"<html/>", b"GIF89a", bomb.getvalue(), b""):
            photo = {"name": "x.png", "content": base64.b64encode(raw).decode()}
            with self.assertRaisesRegex(UserError, "must be a base64 picture"):
                self._intake(photos=[photo])
        with self.assertRaisesRegex(UserError, "At most 20 photos"):
            self._intake(photos=[{"name": "x.png", "content": PNG}] * 21)

    def test_e5_text_of_a_customer_is_inert_on_paper(self):
        job = self._intake(
            customer={"name": f"Suresh {SCRIPT}", "phone": "98450 12345"}, complaint=SCRIPT
        )
        for report in ("receipt_a5", "receipt_80mm"):
            name = f"fsm_jobs.report_{report}"
            reports = self.env["ir.actions.report"].with_user(self.receptionist)
            html, _type = reports._render_qweb_html(name, job.ids)
            self.assertIn(b"&lt;script&gt;alert(1)", html)
            self.assertNotIn(SCRIPT.encode(), html)
            self.assertNotIn(b"<img src=x", html)

    # === WHAT ONLY THE ADMINISTRATOR SETS UP === #

    def test_f12_no_role_programs_the_server(self):
        model_id = self.env["ir.model"]._get_id("res.partner")
        attempts = {
            "ir.actions.server": {"name": "x", "model_id": model_id, "state": "code", "code": "1"},
            "ir.cron": {"name": "x", "model_id": model_id, "state": "code", "code": "1"},
            "ir.rule": {"name": "x", "model_id": model_id},
            "ir.model.access": {"name": "x", "model_id": model_id},
            "ir.config_parameter": {"key": "x", "value": "x"},
            "ir.filters": {"name": "x", "model_id": "fsm.job", "user_ids": []},
        }
        for role in ("owner", "manager", "receptionist", "technician", "accountant"):
            for model, values in attempts.items():
                with self.subTest(role, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(getattr(self, role)).create(values)

    # === MESSAGES === #

    def test_a14_nobody_writes_in_anothers_name_or_on_another_day(self):
        job = self._as("receptionist", self._intake())
        forged = {"author_id": self.manager.partner_id.id, "date": "2020-01-01 00:00:00"}
        values = {"model": "fsm.job", "res_id": job.id, "body": "Approved", **forged}
        Message = job.env["mail.message"].with_context(default_author_id=forged["author_id"])
        for message in (
            Message.create({**values, "email_from": "boss@example.com"}),
            job.message_post(body="Approved", author_id=forged["author_id"]),
        ):
            self.assertEqual(message.author_id, self.receptionist.partner_id)
            self.assertEqual(message.date.date(), fields.Date.today())
            with self.assertRaises(AccessError):
                message.write(forged)
            with self.assertRaises(UserError):
                message.unlink()

    def test_a14_strangers_do_not_follow_and_are_not_written_to(self):
        job = self._as("receptionist", self._intake())
        theirs = self.env["res.partner"].create(
            {"name": "Tara Menon", "company_id": self.other_branch.company_id.id}
        )
        for attempt in (
            lambda: job.message_subscribe(partner_ids=theirs.ids),
            lambda: job.message_subscribe(partner_ids=[10**8]),
            lambda: job.message_post(body="Hello", partner_ids=theirs.ids),
            lambda: job.env["mail.message"].create(
                {"model": "fsm.job", "res_id": job.id, "partner_ids": [(6, 0, theirs.ids)]}
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        job.message_subscribe(partner_ids=self.manager.partner_id.ids)
        self.assertIn(self.manager.partner_id, job.message_partner_ids)

    # === AFTER THE END === #

    def _json2(self, key, model, method, arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            json=arguments,
            headers={"Authorization": f"Bearer {key}"},
        )

    def _kept(self, job):
        """Return the rows of a job card and of all that hangs on it, as PostgreSQL has them."""
        self.env.flush_all()
        rows = {}
        for table in ("fsm_job", *HANGING):
            key = SQL.identifier("id" if table == "fsm_job" else "job_id")
            rows[table] = self.env.execute_query(
                SQL(
                    "SELECT to_jsonb(kept) FROM %s kept WHERE %s = %s ORDER BY id",
                    SQL.identifier(table),
                    key,
                    job.id,
                )
            )
        return rows

    def _doors(self, job):
        """Return the calls with which a program would change a job card: model, method, arguments."""
        card, accessory, check = {"ids": job.ids}, job.accessory_ids, job.check_ids
        change, screen = {"complaint": "Something else"}, {"specification": {}}
        action = self.env["ir.actions.server"].create(
            {
                "name": "Rewrite",
                "model_id": self.env["ir.model"]._get_id("fsm.job"),
                "state": "code",
                "code": "records.write({'complaint': 'Something else'})",
            }
        )
        running = {"active_model": "fsm.job", "active_id": job.id, "active_ids": job.ids}
        forged = {"fsm_gate": True, "fsm_override": True, "import_file": True, "install_mode": True}
        line = {"name": "Gold plating", "product_id": self.labour.id}
        through = [Command.update(job.id, change)]
        return [
            ("fsm.job", "write", card | {"vals": change}),
            ("fsm.job", "write", card | {"vals": change, "context": forged}),
            ("fsm.job", "web_save", card | screen | {"vals": change}),
            ("fsm.job", "web_save_multi", card | screen | {"vals_list": [change]}),
            ("fsm.job", "web_save", card | screen | {"vals": {"line_ids": [Command.create(line)]}}),
            (
                "fsm.job",
                "write",
                card | {"vals": {"accessory_ids": [Command.update(accessory.id, {"name": "Bag"})]}},
            ),
            ("fsm.job", "write", card | {"vals": {"check_ids": [Command.delete(check.id)]}}),
            ("fsm.job", "write", card | {"vals": {"accessory_ids": [Command.clear()]}}),
            ("fsm.job", "web_resequence", card | {"specification": {}, "field_name": "priority"}),
            ("fsm.job", "load", {"fields": [".id", "complaint"], "data": [[str(job.id), "x"]]}),
            (
                "fsm.job",
                "load",
                {"fields": [".id", "accessory_ids/name"], "data": [[str(job.id), "Bag"]]},
            ),
            (
                "fsm.job.accessory",
                "load",
                {"fields": [".id", "name"], "data": [[str(accessory.id), "Bag"]]},
            ),
            (
                "fsm.job",
                "move_to",
                card | {"state": "repair", "reason": "He came back", "override": True},
            ),
            ("fsm.job", "unlink", card),
            ("fsm.job.line", "create", {"vals_list": [line | {"job_id": job.id}]}),
            (
                "fsm.job.accessory",
                "web_save",
                screen | {"ids": accessory.ids, "vals": {"returned": False}},
            ),
            ("fsm.job.check", "unlink", {"ids": check.ids}),
            ("fsm.job.history", "write", {"ids": job.history_ids.ids, "vals": {"reason": "x"}}),
            ("fsm.device", "write", {"ids": job.device_id.ids, "vals": {"job_ids": through}}),
            (
                "res.partner",
                "web_save",
                screen | {"ids": job.partner_id.ids, "vals": {"fsm_job_ids": through}},
            ),
            ("ir.actions.server", "run", {"ids": action.ids, "context": running}),
            (
                "ir.attachment",
                "create",
                {"vals_list": [{"name": "x", "res_model": "fsm.job", "res_id": job.id}]},
            ),
        ]

    def test_b9_delivered_job_card_is_read_only_by_every_door_of_a_program(self):
        job = self._free_job(
            accessories=[{"name": "Charger"}], checklist=[{"name": "Screen", "result": "ok"}]
        )
        keys = {
            role: self.env["res.users"]
            .with_user(getattr(self, role))
            .fsm_create_api_key(name="Probe")["key"]
            for role in ("owner", "manager", "receptionist", "technician")
        }
        proof = {"signature": PNG, "received_by": "Suresh Kumar", "accessories_returned": True}
        answers = [
            self._json2(keys["receptionist"], "fsm.job", "deliver", {"ids": job.ids} | proof)
            for _time in range(2)
        ]
        self.assertEqual(answers[0].json()["state"], "delivered")
        self.assertEqual(answers[0].json(), answers[1].json(), "Once, however often it is asked.")
        kept, doors = self._kept(job), self._doors(job)
        for (role, key), (model, method, arguments) in itertools.product(keys.items(), doors):
            with self.subTest(role=role, door=f"{model}.{method}", arguments=arguments):
                answer = self._json2(key, model, method, arguments)
                if answer.status_code == 200:  # an import tells in its answer
                    self.assertEqual((method, answer.json()["ids"]), ("load", False))
                else:
                    self.assertIn(answer.status_code, {403, 404, 422}, answer.text)
                self.env.invalidate_all()
                self.assertEqual(self._kept(job), kept)
