import io
import logging
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.fsm_audit import log_filter

from ..models import fsm_job_passcode
from .common import FsmJobsCommon

REASON = "To test the display"
CANARY = "Kanarienvogel-4711"


@tagged("post_install", "-at_install")
class TestPasscode(FsmJobsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._walk(cls._intake(passcode={"type": "pin", "value": "4711"}), "diagnosis")

    def _looks(self, job=None):
        self.env.flush_all()
        domain = [("kind", "=", "passcode"), ("record_id", "=", (job or self.job).id)]
        return self.env["fsm.audit.log"].search(domain)

    def _reveal(self, role="technician", reason=REASON):
        return self._as(role, self.job).reveal_passcode(reason=reason)

    def test_d9_passcode_is_kept_ninety_days_at_most(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=91)):
            self.env["fsm.audit.secret"]._gc_purge()
        self.assertFalse(self.job.has_passcode)
        self.assertFalse(self.env["fsm.audit.secret"]._open(self.job, "passcode"))

    # === WHO SEES IT === #

    def test_passcode_is_shown_for_a_reason_and_the_look_is_kept(self):
        answer = self._reveal()
        self.assertEqual(
            (answer["type"], answer["value"], answer["expires_in"]), ("pin", "4711", 30)
        )
        look = self._looks()[0]
        self.assertEqual((look.reason, look.user_id), (REASON, self.technician))

    def test_d5_passcode_is_not_for_the_counter_nor_the_books(self):
        for role in ("receptionist", "accountant"):
            with self.assertRaises(AccessError):
                self._reveal(role)

    def test_d5_passcode_needs_a_reason(self):
        with self.assertRaisesRegex(AccessError, "at least 10 characters"):
            self._reveal(reason="why not")

    def test_d5_technician_sees_no_passcode_of_jobs_of_others(self):
        self._as("manager", self.job).technician_ids = False
        with self.assertRaises(AccessError):
            self._reveal()

    def test_d5_refusal_stays_though_the_request_is_rolled_back(self):
        with self.enter_registry_test_mode():
            with suppress(AccessError):  # not `assertRaises`: its savepoint takes the mark back
                self._reveal("receptionist")
            look = self._looks()[0]
        self.assertEqual(look.user_id, self.receptionist)
        self.assertEqual(look.changes, {"look": [False, "refused"]})

    def test_d5_fourth_look_at_one_job_card_within_an_hour_is_refused(self):
        for _look in range(3):
            self._reveal()
        with self.assertRaisesRegex(AccessError, "Too many passcodes"):
            self._reveal("manager")

    def test_d5_sixth_look_of_one_person_within_a_minute_is_refused(self):
        limits = tuple(limit for limit in fsm_job_passcode.LOOKS if limit[0] == "user_id")
        with patch.object(fsm_job_passcode, "LOOKS", limits):
            for _look in range(5):
                self._reveal()
            with self.assertRaisesRegex(AccessError, "Too many passcodes"):
                self._reveal()
            self.assertTrue(self._reveal("manager"))

    def test_owner_hears_of_somebody_who_looks_a_lot(self):
        day = (("user_id", *fsm_job_passcode.LOOKS[0][1:]), fsm_job_passcode.LOOKS[1])
        patched = patch.multiple(fsm_job_passcode, LOOKS=day, LOOKS_OWNER_HEARS=2)
        with patched:
            for _look in range(3):
                self._reveal()
        message = self.env["mail.message"].search(
            [("model", "=", "fsm.job"), ("res_id", "=", self.job.id)], limit=1
        )
        self.assertIn("looked at 2 passcodes", message.body)
        self.assertIn(self.owner.partner_id, message.partner_ids)

    def test_d5_in_the_web_client_the_password_is_typed_again(self):
        session = type("Session", (dict,), {"uid": self.technician.id})()
        with patch.object(fsm_job_passcode, "request", type("Request", (), {"session": session})()):
            with self.assertRaisesRegex(AccessError, "Type your password again"):
                self._reveal()
            session["identity-check-last"] = fsm_job_passcode.time.time()
            self.assertEqual(self._reveal()["value"], "4711")

    def test_customer_reads_who_looked_and_why(self):
        self._reveal()
        with suppress(AccessError):
            self._reveal("receptionist")
        self.assertEqual(
            [(look["by"], look["reason"]) for look in self.job._passcode_looks()],
            [(self.technician.name.split(" ")[0], REASON)],
        )

    # === WHAT IS KEPT === #

    def test_d2_canary_is_nowhere_but_sealed(self):
        """A passcode, a password, a wrong one and an API key, used as people use them."""
        log = self._start_log()
        self._as("receptionist", self.job).set_passcode(type="password", value=CANARY)
        self.assertEqual(self._reveal()["value"], CANARY)
        self.technician.password = f"{CANARY}-password"
        users = self.env(user=self.technician.id)["res.users"]
        for wrong in (f"{CANARY}-wrong", f"{CANARY}-wrong-too"):
            with self.assertRaises(AccessDenied):
                users.change_password(wrong, "x")
        until = fields.Datetime.now() + timedelta(days=1)
        key = users.env["res.users.apikeys"].sudo()._generate("rpc", "x", until)  # no form here
        logging.getLogger("odoo.sql_db").debug("UPDATE … SET password=%s, key %s", CANARY, key)
        taken = str(self._exported() + self._printed()) + log.getvalue()
        for canary in (CANARY, key):
            self.assertNotIn(canary, taken)
            self.assertEqual(self._tables_with(canary), [])

    def _start_log(self):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        logging.getLogger().addHandler(handler)
        self.addCleanup(logging.getLogger().removeHandler, handler)
        log_filter.install()
        return stream

    def _exported(self):
        """Return what an export of the job card holds, of all its fields."""
        exported = self.job.sudo()  # whoever may export most
        names = [name for name, field in self.job._fields.items() if field.exportable]
        return exported.export_data(names)["datas"]

    def _printed(self):
        reports = self.env["ir.actions.report"].search(
            [("model", "=", "fsm.job"), ("report_name", "ilike", "receipt")]
        )
        reports = reports.with_user(self.receptionist)
        return [reports._render_qweb_html(each.id, self.job.ids)[0] for each in reports]

    def _tables_with(self, text):
        """Return the tables of the database with a row that holds it, in any column."""
        self.env.flush_all()
        self.cr.execute(
            """SELECT relnamespace::regnamespace::text, relname FROM pg_class
                WHERE relnamespace IN ('public'::regnamespace, 'fsm_audit'::regnamespace)
                  AND relkind = 'r'"""
        )
        tables = [SQL.identifier(*place) for place in self.cr.fetchall()]
        searches = [
            SQL(
                "(SELECT %s FROM %s AS r WHERE r::text LIKE %s LIMIT 1)",
                f"{t.code}",
                t,
                f"%{text}%",
            )
            for t in tables
        ]
        self.cr.execute(SQL(" UNION ALL ").join(searches))
        return [name for (name,) in self.cr.fetchall()]

    def test_d4_template_of_a_plain_user_reaches_nothing(self):
        for text in (
            "{{ object.sudo().env['fsm.audit.secret'].search([]).mapped('ciphertext') }}",
            "{{ object.sudo().reveal_passcode(reason='To test the display') }}",
        ):
            render = self.env["mail.render.mixin"].with_user(self.technician)._render_template
            with self.assertRaises(AccessError):
                render(text, "fsm.job", self.job.ids)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_d6_reveal_that_is_not_committed_tells_nothing(self):
        self._as("receptionist", self.job).set_passcode(type="password", value=CANARY)
        self.env.flush_all()
        manager = {"login": self.manager.login, "password": self.manager.login}
        self.authenticate(*manager.values())
        revealed = type(self.job).reveal_passcode

        def reveal(job, **arguments):
            answer = revealed(job, **arguments)
            self.assertEqual(answer["value"], CANARY)
            job.env.cr.precommit.add(lambda: job.env.cr.execute("SELECT 1 / 0"))
            return answer

        with (
            patch.object(fsm_job_passcode, "_identified", return_value=True),
            patch.object(type(self.job), "reveal_passcode", reveal),
        ):
            answer = self.url_open(
                "/web/dataset/call_kw/fsm.job/reveal_passcode",
                json={
                    "params": {
                        "model": "fsm.job",
                        "method": "reveal_passcode",
                        "args": [self.job.ids],
                        "kwargs": {"reason": REASON},
                    }
                },
            )
        self.assertIn("error", answer.json())
        self.assertNotIn(CANARY, answer.text)

    def test_passcode_told_later_replaces_the_old_one(self):
        answer = self._as("receptionist", self.job).set_passcode(type="pattern", value="14789")
        self.assertTrue(answer["has_passcode"])
        self.assertEqual(self._reveal()["value"], "14789")
        self._as("technician", self.job).set_passcode(type="none")
        self.assertFalse(self.job.has_passcode)

    def test_passcode_has_the_shape_of_its_type(self):
        desk = self._as("receptionist", self.job)
        for kind, value in (
            ("pin", "12a4"),
            ("pattern", "1"),
            ("pattern", "1231"),
            ("pattern", "1230"),
            ("password", "x" * 129),
            ("password", "a\x00"),
        ):
            with self.subTest(kind=kind, value=value), self.assertRaises(UserError):
                desk.set_passcode(type=kind, value=value)

    def test_passcode_is_not_taken_by_the_books(self):
        with self.assertRaises(AccessError):
            self._as("accountant", self.job).set_passcode(type="pin", value="1234")

    def test_d9_passcode_is_wiped_at_the_end(self):
        manager = self._as("manager", self.job)
        manager.move_to(state="cancelled", reason="Not worth it")
        self.assertFalse(self.job.has_passcode)
        self.assertEqual(self._looks()[0].changes, {"look": [False, "wiped"]})
        with self.assertRaisesRegex(AccessError, "No passcode is kept"):
            self._reveal("manager", "Let me see it again")
        with self.assertRaisesRegex(UserError, "closed"):
            manager.set_passcode(type="pin", value="1234")
