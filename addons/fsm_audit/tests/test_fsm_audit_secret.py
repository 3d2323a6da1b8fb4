import doctest
import os
import tempfile
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .. import vault
from .common import KEYS, AuditCommon


class TestFsmAuditSecret(AuditCommon):
    def setUp(self):
        super().setUp()
        self.secrets = self.env["fsm.audit.secret"]
        self._use_keys("k1")

    def _row(self):
        return self.secrets.sudo().search([("record_id", "=", self.customer.id)])

    def test_examples_of_the_vault(self):
        result = doctest.testmod(vault)
        self.assertEqual((result.failed, result.attempted), (0, 8))

    def test_what_is_sealed_can_be_opened(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "1234")

    def test_nothing_is_there_until_something_is_sealed(self):
        self.assertFalse(self.secrets._open(self.customer, "passcode"))

    def test_sealing_again_replaces(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self.secrets._seal(self.customer, "passcode", "9999")
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "9999")

    def test_d2_database_holds_no_plain_text(self):
        self.secrets._seal(self.customer, "passcode", "canary")
        self.env.flush_all()
        self.cr.execute("SELECT secret::text FROM fsm_audit_secret AS secret")
        self.assertNotIn("canary", str(self.cr.fetchall()))

    def test_wiped_secret_is_gone(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self.assertEqual(self.secrets._wipe(self.customer, "passcode"), self.customer)
        self.assertFalse(self.secrets._open(self.customer, "passcode"))
        self.assertFalse(self.secrets._wipe(self.customer, "passcode"))

    def test_d9_secret_is_wiped_on_its_last_day(self):
        self.secrets._seal(self.customer, "passcode", "1234", purge_at=fields.Datetime.now())
        self.secrets._gc_purge()
        self.assertFalse(self._row())

    # === NOBODY ELSE === #

    def test_d1_nobody_reaches_the_store(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        row = self._row().with_user(self.env.ref("base.user_admin"))
        self.assertTrue(row.env.user.has_group("base.group_system"))
        aggregates = ["__count", "ciphertext:array_agg"]
        for name, attempt in {
            "read": lambda: row.read(["ciphertext"]),
            "web_read": lambda: row.web_read({"ciphertext": {}}),
            "search": lambda: row.search([("ciphertext", "like", "v1")]),
            "order": lambda: row.search([], order="ciphertext"),
            "count": lambda: row.search_count([("purge_at", "=", False)]),
            "search_read": lambda: row.search_read([]),
            "group": lambda: row.formatted_read_group([], ["kid"], aggregates),
            "name": lambda: row.name_search("pass"),
            "export": lambda: row.export_data(["ciphertext"]),
            "copy": row.copy,
            "write": lambda: row.write({"purge_at": False}),
            "create": lambda: row.create({"model": "res.partner", "field": "x", "record_id": 1}),
            "unlink": row.unlink,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                attempt()

    def test_d1_no_field_leads_to_the_store(self):
        fields_there = [
            f"{model}.{name}"
            for model, of_model in self.env.registry.items()
            for name, field in of_model._fields.items()
            if field.comodel_name == "fsm.audit.secret" and model != "fsm.audit.secret"
        ]
        self.assertEqual(fields_there, [])

    def test_d7_secret_moved_to_another_record_does_not_open(self):
        other = self.customer.copy()
        for record, text in ((self.customer, "1234"), (other, "9999")):
            self.secrets._seal(record, "passcode", text)
        mine, theirs = self._row(), self.secrets.sudo().search([("record_id", "=", other.id)])
        mine.ciphertext = theirs.ciphertext
        with self.assertRaisesRegex(UserError, "does not belong to this record"):
            self.secrets._open(self.customer, "passcode")

    def test_d7_altered_secret_does_not_open(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        row = self._row()
        for altered in (
            "v1.k1.AAAA",
            "v1.k1.?",
            "v2.k1.AAAA",
            "",
            row.ciphertext[:-8] + "AAAAAAA=",
        ):
            with self.subTest(altered), self.assertRaisesRegex(UserError, "was altered"):
                row.ciphertext = altered
                self.secrets._open(self.customer, "passcode")

    # === KEYS === #

    def test_d8_new_key_writes_and_old_key_still_reads(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self._use_keys("k2", "k1")
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "1234")
        self.secrets._seal(self.customer, "passcode", "1234")
        self.assertEqual(self._row().kid, "k2")

    def test_d8_without_its_key_a_secret_is_locked_and_kept(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self._use_keys("k2")
        with self.assertRaisesRegex(UserError, "store is locked: key k1 is missing"):
            self.secrets._open(self.customer, "passcode")
        with self.assertRaisesRegex(UserError, "key k1 is missing"):
            self.secrets._seal(self.customer, "passcode", "9999")
        self._use_keys("k1")
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "1234")

    def test_d8_without_any_key_nothing_is_sealed(self):
        with patch.dict(os.environ), self.assertRaisesRegex(UserError, "there is no key"):
            for name in ("FSM_SECRET_KEYS", "FSM_SECRET_KEYS_FILE"):
                os.environ.pop(name, None)
            self.secrets._seal(self.customer, "passcode", "1234")

    def test_d8_bad_key_ring_is_named_without_its_value(self):
        for ring in ("k1:c2hvcnQ=", "k1:not-base64!", f"k1:{KEYS['k1']},k1:{KEYS['k2']}"):
            with (
                self.subTest(ring),
                patch.dict(os.environ, {"FSM_SECRET_KEYS": ring}),
                self.assertRaisesRegex(UserError, "key k1 of the key ring") as error,
            ):
                self.secrets._open(self.customer, "passcode")
                self.secrets._seal(self.customer, "passcode", "1234")
            self.assertNotIn(ring.split(":")[1][:6], str(error.exception))

    def test_keys_can_stand_in_a_file(self):
        file = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".keys"))
        file.write(f"k1:{KEYS['k1']}\n")
        file.flush()
        environ = {"FSM_SECRET_KEYS_FILE": file.name, "FSM_SECRET_KEYS": ""}
        with patch.dict(os.environ, environ):
            self.secrets._seal(self.customer, "passcode", "1234")
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "1234")

    def test_missing_key_file_is_a_sentence(self):
        environ = {"FSM_SECRET_KEYS_FILE": "/nowhere/keys", "FSM_SECRET_KEYS": ""}
        with patch.dict(os.environ, environ), self.assertRaisesRegex(UserError, "cannot be read"):
            self.secrets._seal(self.customer, "passcode", "1234")
