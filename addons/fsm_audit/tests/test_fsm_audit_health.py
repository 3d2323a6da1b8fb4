import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests.common import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .. import capture, schema
from ..models import fsm_audit_health_disk
from .common import AuditCommon


class TestFsmAuditHealth(AuditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,fsm_audit.group_fsm_audit_reader"
        cls.owner = new_test_user(cls.env, "health_owner", groups)
        cls.clerk = new_test_user(cls.env, "health_clerk")
        cls.health = cls.env["fsm.audit.health"].with_user(cls.owner)

    def _finding(self, check):
        return next(finding for finding in self.health.health() if finding["check"] == check)

    def _note(self, **facts):
        note = {"stamp": schema.stamp(), "hardened": False, **facts}
        self.cr.execute("COMMENT ON SCHEMA fsm_audit IS %s", [json.dumps(note)])

    def test_plain_install_is_tier_one_and_no_alarm(self):
        self.assertEqual(self._finding("tier")["level"], "note")
        self.assertIn("Tier 1", self._finding("tier")["text"])

    def test_tier_that_was_lost_is_an_alarm(self):
        self._note(hardened=True)
        self.assertIn("lost the protection", self._finding("tier")["text"])
        self.assertIn(self._finding("tier")["text"], self.health._alarms())

    def test_schema_of_another_version_is_an_alarm(self):
        self._note(stamp="of before")
        [finding] = self.health.health()
        self.assertIn("scripts/harden", finding["text"])

    def test_capture_that_is_switched_off_is_an_alarm(self):
        self.assertTrue(self._finding("capture")["ok"])
        self.cr.execute("ALTER TABLE res_partner DISABLE TRIGGER fsm_audit_capture")
        self.assertEqual(self._finding("capture")["level"], "alarm")
        capture.sync(self.env)
        self.assertTrue(self._finding("capture")["ok"])

    def test_declared_table_that_is_not_captured_is_an_alarm(self):
        self.cr.execute("SELECT fsm_audit.remove('res_partner')")
        self.assertIn("res_partner", self._finding("capture")["text"])

    def test_guard_that_is_switched_off_is_an_alarm(self):
        self.assertTrue(self._finding("guards")["ok"])
        self.cr.execute("ALTER TABLE fsm_audit.entry_ops_default DISABLE TRIGGER append_only")
        self.assertIn("entry_ops_default", self._finding("guards")["text"])

    def test_what_hinders_the_seals_is_an_alarm(self):
        self.patch(self.registry["fsm.audit.seal"], "_problems", lambda self: ["No key."])
        self.assertEqual(self._finding("seals")["text"], "No key.")

    def test_full_disk_is_an_alarm(self):
        self.assertTrue(self.health._database_has_room())
        for free, level in ((5000, "good"), (900, "note"), (90, "alarm")):
            free = [("/data", 9000), ("/anchors", free)]
            self.patch(self.registry["fsm.audit.health"], "_free", lambda self, free=free: free)
            self.assertEqual(self._finding("disk")["level"], level)
        self.assertIn("90 MB are free in /anchors", self._finding("disk")["text"])
        full = "DO $$ BEGIN RAISE 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
        with patch.object(fsm_audit_health_disk, "PROBE", full):
            self.assertIn("database is full", self._finding("disk")["text"])

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_nobody_else_is_told_or_pays_for_it(self):
        with self.assertRaises(AccessError):
            self.health.with_user(self.clerk).health()
        self.clerk.has_group("base.group_system")  # warm
        with self.assertQueryCount(0):
            self.assertFalse(self.health.with_user(self.clerk)._may_know())

    def test_owner_opens_the_findings_as_a_list(self):
        action = self.health.action_open()
        findings = self.health.search(action["domain"])
        self.assertEqual(len(findings), len(self.health.health()))


@tagged("post_install", "-at_install")
class TestHealthForMonitors(HttpCase):
    def _get(self, groups):
        user = new_test_user(self.env, "monitor", groups)
        expires = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(user)._generate("rpc", "monitor", expires)
        return self.url_open("/fsm_audit/health", headers={"Authorization": f"Bearer {key}"})

    def test_monitor_is_told_by_the_status(self):
        answers = {503: ["No key."], 200: []}
        for status, problems in answers.items():
            self.patch(
                self.registry["fsm.audit.seal"], "_problems", lambda self, told=problems: told
            )
            with self.subTest(status), self.env.cr.savepoint() as savepoint:
                answer = self._get("base.group_user,fsm_audit.group_fsm_audit_reader")
                self.assertEqual(answer.status_code, status)
                self.assertIn("tier", [finding["check"] for finding in answer.json()])
                savepoint.rollback()

    def test_others_are_told_nothing(self):
        self.assertEqual(self._get("base.group_user").status_code, 403)
