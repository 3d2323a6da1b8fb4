import base64
import os
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests.common import TransactionCase, tagged

from .common import KEYS, AuditCommon

LOGGER = "odoo.addons.fsm_audit.models.fsm_audit_secret_keys"


class TestFsmAuditSecretKeys(AuditCommon):
    """D8: what the store says of its keys, and how an old one is retired."""

    def setUp(self):
        super().setUp()
        self.secrets = self.env["fsm.audit.secret"]
        self.secrets.sudo().search([]).unlink()
        self._use_keys("k1")
        self._start()

    def _start(self):
        """Look at the keys as when the server starts; return what it says in its log."""
        with self.assertLogs(LOGGER) as logs:
            logs.records.append(None)  # nothing may be said, too
            logs.output.append("")
            self.secrets._register_hook()
        return "".join(logs.output)

    @contextmanager
    def _ring(self, ring):
        with patch.dict(os.environ, {"FSM_SECRET_KEYS": ring}):
            yield

    def _levels(self):
        return {state["level"] for state in self.secrets._health_secret_store()}

    def _says(self):
        return " ".join(state["text"] for state in self.secrets._health_secret_store())

    # === THE RIGHT KEYS === #

    def test_right_key_says_nothing_at_start(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self.assertEqual((self._start(), self._levels()), ("", {"ok"}))

    def test_d8_wrong_key_neither_seals_nor_opens_and_is_told(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        other = base64.b64encode(b"x" * 32).decode()
        with self._ring(f"k1:{other}"):
            self.assertIn("is not the key that sealed", self._start())
            self.assertEqual(self._levels(), {"error"})
            for attempt in (
                lambda: self.secrets._open(self.customer, "passcode"),
                lambda: self.secrets._seal(self.customer, "passcode", "9999"),
            ):
                with self.assertRaisesRegex(UserError, "is not the key that sealed"):
                    attempt()
        self.assertEqual(self.secrets._open(self.customer, "passcode"), "1234")

    def test_wrong_key_gets_no_canary_where_secrets_are_older(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self._use_keys("k1")  # forgets the canary, as in a database from before there were any
        with self._ring(f"k1:{KEYS['k2']}"):
            self._start()
            self.assertFalse(self.secrets._canary("k1"))

    def test_d8_short_key_is_told(self):
        with self._ring("k1:c2hvcnQ="):
            self.assertIn("key k1 of the key ring is not 32 bytes", self._start())
            self.assertEqual(self._levels(), {"error"})

    def test_d8_missing_key_is_told(self):
        self.secrets._seal(self.customer, "passcode", "1234")
        self._use_keys("k2")
        self.assertIn("key k1 is missing", self._start())

    def test_d8_no_key_is_an_error_once_there_are_secrets(self):
        with self._ring(""), patch.dict(os.environ, {"FSM_SECRET_KEYS_FILE": ""}):
            self.assertEqual((self._start(), self._levels()), ("", {"warning"}))
            self.assertIn("there is no key", self._says())
        self.secrets._seal(self.customer, "passcode", "1234")
        with self._ring(""), patch.dict(os.environ, {"FSM_SECRET_KEYS_FILE": ""}):
            self.assertIn("there is no key", self._start())

    def test_clean_up_that_did_not_run_is_told(self):
        self.secrets._seal(self.customer, "passcode", "1234", purge_at="2026-01-01 00:00:00")
        self.assertIn("past their last day", self._says())

    # === AN OLD KEY === #

    def test_d8_old_key_is_retired_in_batches(self):
        customers = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(5)])
        for customer in customers:
            self.secrets._seal(customer, "passcode", f"{customer.id}")
        self._use_keys("k2", "k1")
        ring = self.secrets._key_ring()
        self.assertIn("5 secrets are still sealed with key k1", self._says())
        ids, count = self.secrets._rotate(ring, limit=2)
        self.assertEqual((len(ids), count), (2, 2))
        self.assertIn("3 secrets", self._says())
        self.assertEqual(self.secrets._rotate(ring, after=ids[-1])[1], 3)
        self._use_keys("k2")
        opened = [self.secrets._open(customer, "passcode") for customer in customers]
        self.assertEqual(opened, [f"{customer.id}" for customer in customers])

    def test_d7_altered_secret_is_left_and_does_not_stop_the_rotation(self):
        first, second = self.customer, self.customer.copy()
        for customer in (first, second):
            self.secrets._seal(customer, "passcode", "1234")
        one, two = self.secrets.sudo().search([("model", "=", "res.partner")], order="id")
        one.ciphertext = two.ciphertext  # D7
        self._use_keys("k2", "k1")
        self.assertEqual(self.secrets._rotate(self.secrets._key_ring())[1], 1)
        self.assertEqual((one.kid, two.kid), ("k1", "k2"))

    def test_d9_purged_secret_is_logged(self):
        self.secrets._seal(self.customer, "passcode", "1234", purge_at="2026-01-01 00:00:00")
        self.secrets._gc_purge()  # D9: also what came back with an old backup
        self.assertFalse(self.secrets._open(self.customer, "passcode"))
        [entry] = [e for e in self._entries(self.customer) if e["kind"] == "passcode"]
        self.assertIn("last day", entry["reason"])


@tagged("post_install", "-at_install")
class TestRotationInUse(TransactionCase):
    """R13 in short: a key is retired while people read, and nobody notices."""

    COUNT = 2000
    MODEL = "res.partner.industry"  # of ids that no record has

    def setUp(self):
        super().setUp()
        self.failures, self.reads = [], 0
        self.addCleanup(self._work, self._forget)

    @contextmanager
    def _keys(self, *key_ids):
        ring = ",".join(f"r{key_id}:{KEYS[key_id]}" for key_id in key_ids)
        with patch.dict(os.environ, {"FSM_SECRET_KEYS": ring}):
            yield

    def _work(self, work):
        """Do `work` in a transaction of its own, which is committed."""
        with db_connect(self.cr.dbname).cursor() as cr:
            return work(api.Environment(cr, SUPERUSER_ID, {})["fsm.audit.secret"])

    def _forget(self, secrets):
        secrets.search([("field", "=", "r13")]).unlink()

    def _fill(self, secrets):
        for number in range(self.COUNT):
            secrets._seal(secrets.env[self.MODEL].browse(10**9 + number), "r13", str(number))

    def _read(self, first, count=50):
        """Open some secrets, each in a transaction of its own, and note what went wrong."""
        for number in range(first, first + 7 * count, 7):
            opened = self._work(partial(self._opened, number % self.COUNT))
            if opened != str(number % self.COUNT):
                self.failures.append((number, opened))
            self.reads += 1

    def _opened(self, number, secrets):
        return secrets._open(secrets.env[self.MODEL].browse(10**9 + number), "r13")

    def test_r13_key_is_retired_while_people_read(self):
        with self._keys("k1"):
            self._work(self._fill)
        with self._keys("k2", "k1"):
            # Between its batches; in threads Odoo's own runner of tests would lock them out.
            cron = self.env.registry["ir.cron"]
            proceed = cron._commit_progress

            def commit_progress(records, *args, **options):
                left = proceed(records, *args, **options)
                self._read(first=self.reads)
                return left

            with patch.object(cron, "_commit_progress", commit_progress):
                self._work(lambda secrets: secrets._cron_rotate())
            self._read(first=3)
        self.assertFalse(self.failures[:3])
        self.assertGreaterEqual(self.reads, 150)
        left = self._work(lambda s: s.search_count([("field", "=", "r13"), ("kid", "=", "rk1")]))
        self.assertEqual(left, 0)
