from psycopg2 import errors

from odoo.tools import mute_logger

from .common import AuditCommon


class TestRetention(AuditCommon):
    """A month of 2019 with two entries, one of them of a masked value."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cr.execute(
            """
            SELECT fsm_audit.add_partition('access', '2019_05',
                'FOR VALUES FROM (''2019-05-01 00:00:00+00'') TO (''2019-06-01 00:00:00+00'')')
            """
        )
        cls.ids = cls._write("2019-05-07", 2)
        cls.cr.execute(
            "INSERT INTO fsm_audit.pii (entry_id, model, salt, vals) VALUES (%s, 'x', 'x', '{}')",
            cls.ids[:1],
        )

    @classmethod
    def _write(cls, at, n=1):
        cls.cr.execute(
            """
            INSERT INTO fsm_audit.entry (at, op, class, model)
            SELECT %s, 'EV', 'access', 'res.users' FROM generate_series(1, %s) RETURNING id
            """,
            [f"{at} 12:00:00+00", n],
        )
        return [entry_id for (entry_id,) in cls.cr.fetchall()]

    def _seal(self, n):
        self.cr.execute(
            """
            INSERT INTO fsm_audit.subtree VALUES
                (-1, 0, 0, 0, 'access', '2019-05', %s, 1, 2, '2019-05-07', '2019-05-07', '')
            """,
            [n],
        )

    def _left(self):
        self.cr.execute("SELECT id FROM fsm_audit.entry WHERE id = ANY(%s)", [self.ids])
        return self.cr.rowcount

    def test_month_past_its_time_goes_once_it_is_sealed_and_leaves_a_mark(self):
        self._seal(2)
        self.assertEqual(self.env["fsm.audit.retention"]._purge(), 2)
        self.assertEqual(self._left(), 0)
        self.cr.execute("SELECT FROM fsm_audit.pii WHERE entry_id = ANY(%s)", [self.ids])
        self.assertFalse(self.cr.rowcount)
        self.cr.execute("SELECT period_from::text, period_to::text, entries FROM fsm_audit.purge")
        self.assertIn(("2019-05-01", "2019-05-31", 2), self.cr.fetchall())
        self.assertIn("purged: access", str(self._entries()[-1]["reason"]))

    def test_month_that_is_not_wholly_sealed_stays(self):
        self._seal(1)
        self.assertEqual(self.env["fsm.audit.retention"]._purge(), 0)
        self.assertEqual(self._left(), 2)

    def test_nothing_is_purged_while_seals_are_not_kept_outside(self):
        self._seal(2)
        self.patch(self.registry["fsm.audit.seal"], "_unanchored", lambda self: ["not kept"])
        self.env["fsm.audit.retention"]._cron_purge()
        self.assertEqual(self._left(), 2)

    @mute_logger("odoo.sql_db")
    def test_nobody_purges_what_the_law_keeps(self):
        for class_ in ("books", "ops", "access"):
            with self.assertRaises(errors.InsufficientPrivilege), self.cr.savepoint():
                self.cr.execute("SELECT fsm_audit.purge(%s, current_date - 700)", [class_])

    def test_books_are_kept_eight_years_and_the_current_one(self):
        self.cr.execute(
            """
            SELECT to_char(fsm_audit.kept_from('books'), 'MM-DD'),
                   fsm_audit.kept_from('books') <= current_date - interval '8 years',
                   fsm_audit.kept_from('books') > current_date - interval '9 years 1 day'
            """
        )
        self.assertEqual(self.cr.fetchone(), ("04-01", True, True))

    def test_months_are_made_ahead(self):
        self.env["fsm.audit.retention"]._cron_add_partitions()
        self.cr.execute(
            """
            SELECT count(*) FROM pg_trigger
             WHERE tgrelid = to_regclass('fsm_audit.entry_ops_' || to_char(
                       now() AT TIME ZONE 'UTC' + interval '3 months', 'YYYY_MM'))
               AND tgname IN ('append_only', 'no_truncate') AND tgenabled = 'A'
            """
        )
        self.assertEqual(self.cr.fetchone(), (2,))

    def test_entry_of_a_clock_that_jumped_is_kept(self):
        for at in ("1999-01-01", "2099-01-01"):
            [entry_id] = self._write(at)
            self.env["fsm.audit.retention"]._cron_add_partitions()
            self.cr.execute("SELECT FROM fsm_audit.entry WHERE id = %s", [entry_id])
            self.assertEqual(self.cr.rowcount, 1)

    def test_month_of_which_the_default_holds_an_entry_is_left_to_it(self):
        self.cr.execute("SELECT (now() AT TIME ZONE 'UTC' + interval '7 months')::date::text")
        self._write(self.cr.fetchone()[0])
        self.cr.execute("SELECT fsm_audit.add_partitions(9)")
        self.cr.execute("SELECT count(*) FROM fsm_audit.partitions('access')")
        self.assertGreaterEqual(self.cr.fetchone()[0], 9)  # all but that one
