"""Drills in short form, in a database of their own: what is written and sealed there is committed.

It has the trail and one audited table, as much as the trail knows of Odoo.
"""

import json
import threading
import time
from contextlib import closing
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg2 import OperationalError
from psycopg2.errors import DiskFull

from odoo.sql_db import close_db, db_connect
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from .. import schema, seal
from ..tools.verify_trail import Trail

WRITERS = 8
SECONDS = 3  # under load
LAG = timedelta(seconds=5)  # from writing to sealing, with a sealer each quarter of a second

TABLES = """
    CREATE TABLE res_company (id int PRIMARY KEY, parent_path text);
    INSERT INTO res_company VALUES (1, '1/');
    CREATE TABLE res_users (id int PRIMARY KEY, company_id int);
    CREATE TABLE res_company_users_rel (user_id int, cid int);
    CREATE TABLE res_partner (id int PRIMARY KEY, company_id int, write_uid int, vat text);
    INSERT INTO res_partner SELECT number, 1, 2, '0' FROM generate_series(1, 800) AS number;
"""
NOTE = {
    "type": "Table",
    "capture": {
        "name": "res_partner",
        "model": "res.partner",
        "class_": "ops",
        "kind": None,
        "has_uid": True,
        "company": "company_id",
        "partner": "id",
        "columns": [["vat", "text", "plain"]],
    },
}


class TestDrills(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = f"{get_db_name()}_drill"
        cls._administer(f'DROP DATABASE IF EXISTS "{cls.name}"')
        cls._administer(f'CREATE DATABASE "{cls.name}" TEMPLATE template0')
        cls.addClassCleanup(cls._administer, f'DROP DATABASE IF EXISTS "{cls.name}"')
        cls.addClassCleanup(close_db, cls.name)
        private = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
        cls.keys = seal.Keys(private, frozenset([seal.public_bytes(private)]))
        with cls._cursor() as cr:
            cr.execute(TABLES)
            schema.bring_up(cr)
            cr.execute("SELECT fsm_audit.install(%s)", [json.dumps(NOTE)])

    @classmethod
    def _administer(cls, statement):
        with closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    @classmethod
    def _cursor(cls):
        return db_connect(cls.name).cursor()

    def setUp(self):
        super().setUp()
        self.done, self.written, self.failures = threading.Event(), 0, []

    # === THE WORK === #

    def _write(self, number):
        """Write until it is over; each writer has rows of its own, as people have job cards."""
        count = 0
        with closing(self._cursor()) as cr:
            while not self.done.is_set():
                count += 1
                try:
                    cr.execute(
                        "UPDATE res_partner SET vat = %s WHERE id = %s",
                        [f"{id(self)}-{count}", number * 100 + count % 100 + 1],
                    )
                    cr.commit() if count % 7 else cr.rollback()  # pylint: disable=invalid-commit
                    self.written += bool(count % 7)
                except OperationalError as error:
                    cr.rollback()
                    self.failures.append(error)

    def _seal(self, killed=False):
        """Seal as the scheduled action does; return the seal."""
        with closing(self._cursor()) as cr, seal.alone(cr) as is_alone:
            if not is_alone:
                return None
            batch = seal.seal_batch(cr, self.keys, seal.horizon(cr))
            if killed:
                cr.execute("SELECT pg_backend_pid()")
                self._administer(f"SELECT pg_terminate_backend({cr.fetchone()[0]})")
            cr.commit()  # pylint: disable=invalid-commit
            return batch

    def _seal_until_done(self):
        while not self.done.wait(0.25):
            self._seal()

    def _run(self, work, *others):
        """Have the writers and `others` at work while `work` is done."""
        threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]
        threads += [threading.Thread(target=other) for other in others]
        for thread in threads:
            thread.start()
        try:
            return work()
        finally:
            self.done.set()
            for thread in threads:
                thread.join()

    def _value(self, query):
        with self._cursor() as cr:
            cr.execute(query)
            return cr.fetchone()[0]

    def _assert_all_sealed_once(self):
        while self._seal():
            pass
        with self._cursor() as cr:
            trail = Trail(cr, self.keys.known)
            results = list(trail.verify())
            self.assertEqual([str(found) for _last, _n, many in results for found in many], [])
            cr.execute("SELECT count(*) FROM fsm_audit.entry")
            self.assertEqual(sum(n for _last, n, _found in results), cr.fetchone()[0])

    # === THE DRILLS === #

    def test_r6_g10_seals_follow_writers_who_never_fail(self):
        before = self._value("SELECT count(*) FROM fsm_audit.entry WHERE op = 'U'")
        self._run(lambda: time.sleep(SECONDS), self._seal_until_done)
        self.assertEqual(self.failures, [])
        now = self._value("SELECT count(*) FROM fsm_audit.entry WHERE op = 'U'")
        self.assertGreater(self.written, 100)
        self.assertEqual(now - before, self.written)
        self._assert_all_sealed_once()
        lag = self._value(
            """SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY lag) FROM (
                   SELECT (SELECT min(at) FROM fsm_audit.seal WHERE entry.txid < txid_to) - at AS lag
                     FROM fsm_audit.entry WHERE op = 'U') AS lags"""
        )
        self.assertLess(lag, LAG)

    def test_r6_sealer_is_killed_twenty_times(self):
        def kill():
            killed = 0
            while killed < 20:
                try:
                    self._seal(killed=True)
                except OperationalError:
                    killed += 1
                if killed % 5 == 0:
                    self._seal()

        self._run(kill)
        self.assertEqual(self.failures, [])
        self._assert_all_sealed_once()
        seals = self._value("SELECT count(*) FROM fsm_audit.seal")
        self.assertEqual(self._value("SELECT max(id) FROM fsm_audit.seal"), seals)

    @mute_logger("odoo.sql_db")
    def test_r9_full_disk_loses_nothing(self):
        self._seal()
        before = self._value("SELECT count(*) FROM fsm_audit.entry")
        with self._cursor() as cr:
            cr.execute("UPDATE res_partner SET vat = 'r9' WHERE id = 1")
        self._fill_disk("fsm_audit.seal")
        self.assertRaises(DiskFull, self._seal)
        self._fill_disk("fsm_audit.pii", "fsm_audit.entry_ops")
        with self.assertRaises(DiskFull), self._cursor() as cr:
            cr.execute("UPDATE res_partner SET vat = 'not written' WHERE id = 1")
        self._fill_disk()
        self.assertEqual(self._value("SELECT vat FROM res_partner WHERE id = 1"), "r9")
        self.assertEqual(self._value("SELECT count(*) FROM fsm_audit.entry"), before + 1)
        self._assert_all_sealed_once()

    def _fill_disk(self, *tables):
        """Have PostgreSQL say, of these tables alone, that there is no space left."""
        with self._cursor() as cr:
            cr.execute("DROP FUNCTION IF EXISTS full_disk() CASCADE")
            cr.execute(
                """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   RAISE 'No space left on device' USING ERRCODE = 'disk_full'; END $$"""
            )
            for table in tables:
                cr.execute(
                    f"CREATE TRIGGER full_disk BEFORE INSERT ON {table}"
                    " EXECUTE FUNCTION full_disk()"
                )

    def test_r12_long_transaction_delays_seals_and_nobody_else(self):
        self._seal()
        with closing(self._cursor()) as long:
            long.execute("INSERT INTO res_partner VALUES (0, 1, 2, 'late')")
            self._run(lambda: time.sleep(1), self._seal_until_done)
            self.assertEqual(self.failures, [])
            self.assertGreater(self.written, 50)
            self._seal()
            waiting = self._waiting()
            self.assertGreaterEqual(waiting, self.written)
            long.commit()
        self._assert_all_sealed_once()
        self.assertEqual(self._waiting(), 0)

    def _waiting(self):
        return self._value(
            "SELECT count(*) FROM fsm_audit.entry"
            " WHERE txid >= (SELECT max(txid_to) FROM fsm_audit.seal)"
        )
