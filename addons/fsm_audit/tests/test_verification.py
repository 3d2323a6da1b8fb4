import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import new_test_user

from .seal_common import FIRST_TXID, SealCommon


class TestVerification(SealCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Another Organisation"})
        cls.theirs = cls._write(FIRST_TXID + 3, 2, company_id=cls.other.id)
        cls._seal(FIRST_TXID + 4)
        cls.owner = new_test_user(
            cls.env,
            "asha",
            "base.group_user,fsm_audit.group_fsm_audit_reader",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def setUp(self):
        super().setUp()
        seals = type(self.env["fsm.audit.seal"])
        self.patch(seals, "_known_keys", lambda _self: self.keys.known)
        self.patch(seals, "_anchors", lambda _self: [])
        self.log = self.env["fsm.audit.log"].with_user(self.owner)

    def test_owner_verifies_his_own_entries(self):
        result = self.log.verify()
        self.assertEqual((result["ok"], result["checked"]), (True, 2), result)
        self.assertFalse(result["first_bad"])
        self.assertEqual(json.loads(json.dumps(result)), result)

    def test_owner_is_told_what_is_wrong_in_a_sentence(self):
        self._tamper("UPDATE fsm_audit.entry SET actor = 1 WHERE id = %s", [self.theirs[0]])
        result = self.log.verify()
        self.assertFalse(result["ok"])
        self.assertIn("are not what was sealed: class ops", result["first_bad"])

    def test_owner_learns_nothing_of_another_organisation(self):
        self._tamper("UPDATE fsm_audit.entry SET actor = 1 WHERE id = %s", [self.ids[0][0]])
        self.assertEqual(self.log.verify()["first_bad"], False)

    def test_period_is_a_choice_of_entries(self):
        self.assertEqual(self.log.verify("2001-01-01", "2001-12-31")["checked"], 0)
        self.assertEqual(self.log.verify(date_from="2001-01-01")["checked"], 2)

    def test_bad_period_is_a_sentence(self):
        for value in ("yesterday", 5, ["2026-04-01"], {"a": 1}, "9999-12-31", True, "2026-13-01"):
            with self.subTest(value), self.assertRaisesRegex(UserError, "is not a date"):
                self.log.verify(date_to=value)
        with self.assertRaisesRegex(UserError, "lies before the first"):
            self.log.verify("2026-04-30", "2026-04-01")
        with self.assertRaisesRegex(UserError, "does not know days"):
            self.log.verify(days=3)

    def test_page_verifies_slice_by_slice(self):
        after, checked, done = 0, 0, False
        with patch("odoo.addons.fsm_audit.tools.verify_trail.SLICE_SEALS", 2):
            while not done:
                part = self.log.verify_slice(after)
                after, done = part["after"], part["done"]
                checked += part["checked"]
        self.assertEqual((checked, after), (2, part["last"]))

    def test_only_readers_of_the_trail_verify_and_seal(self):
        clerk = new_test_user(self.env, "vijay")
        log = self.env["fsm.audit.log"].with_user(clerk)
        seals = self.env["fsm.audit.seal"].with_user(clerk)
        for attempt in (log.verify, log.verify_slice, log.verification_facts, seals.seal_now):
            with self.assertRaises(AccessError):
                attempt()

    def test_what_waits_too_long_is_found(self):
        self._write(FIRST_TXID + 5, at="2026-01-01 10:00:00+00", company_id=self.other.id)
        result = self.log.verify()
        self.assertIn("wait for their seal since 2026-01-01 10:00:00", result["first_bad"])
        self.assertEqual(result["sealed_until"], "2026-01-01 10:00:00")

    def test_capture_of_less_than_is_declared_is_found(self):
        self.cr.execute(
            "CREATE OR REPLACE FUNCTION fsm_audit.capture_res_partner() RETURNS trigger"
            " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        self.assertIn("res_partner is not captured", self.log.verify()["first_bad"])

    def test_readers_and_auditors_are_mailed_the_head(self):
        self.owner.email = "asha@example.com"
        set_param = self.env["ir.config_parameter"].set_param
        set_param("fsm_audit.anchor_to", "Auditor <ca@example.com>, ")
        sent = []
        server = type(self.env["ir.mail_server"])
        self.patch(server, "send_email", lambda _self, message: sent.append(message))
        self.env["fsm.audit.seal"]._cron_mail_anchor()
        recipients = {message["To"] for message in sent}
        self.assertLessEqual({"asha@example.com", "ca@example.com"}, recipients)
        fact = self.env["fsm.audit.seal"]._head(self.cr)
        self.assertIn(fact["head"], sent[0].as_string())
