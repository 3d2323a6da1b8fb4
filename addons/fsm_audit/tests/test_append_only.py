from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import AuditCommon

# audit.md, 2.3 and G1: what the role of Odoo might try.
ATTEMPTS = {
    "update": "UPDATE fsm_audit.entry SET changes = '{}'",
    "update of nothing": "UPDATE fsm_audit.entry SET changes = '{}' WHERE false",
    "update of a partition": "UPDATE fsm_audit.entry_ops SET actor = 1",
    "delete": "DELETE FROM fsm_audit.entry",
    "delete only": "DELETE FROM ONLY fsm_audit.entry_ops",
    "delete in a with": "WITH gone AS (DELETE FROM fsm_audit.entry RETURNING 1) TABLE gone",
    "insert on conflict": """
        INSERT INTO fsm_audit.entry_ops_default (id, op, class, model) VALUES (1, 'U', 'ops', 'x')
        ON CONFLICT (id) DO UPDATE SET changes = '{}'""",
    "truncate": "TRUNCATE fsm_audit.entry",
    "truncate cascade": "TRUNCATE fsm_audit.entry CASCADE",
    "truncate of a class": "TRUNCATE fsm_audit.entry_books",
    "update of a month": "UPDATE fsm_audit.entry_ops_default SET actor = 1",
    "delete of a month": "DELETE FROM ONLY fsm_audit.entry_ops_default",
    "truncate of a month": "TRUNCATE fsm_audit.entry_books_default",
    "update of values": "UPDATE fsm_audit.pii SET vals = '{}'",
    "delete of values": "DELETE FROM fsm_audit.pii",
    "truncate of values": "TRUNCATE fsm_audit.pii",
}


class TestAppendOnly(AuditCommon):
    @mute_logger("odoo.sql_db")
    def test_g1_no_statement_changes_the_trail(self):
        for name, statement in ATTEMPTS.items():
            with (
                self.subTest(name),
                self.assertRaises(errors.InsufficientPrivilege),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement)

    @mute_logger("odoo.sql_db")
    def test_g1_merge_does_not_change_the_trail(self):
        if self.cr.connection.server_version < 150000:
            return  # PostgreSQL has no MERGE yet
        with self.assertRaises(errors.InsufficientPrivilege), self.cr.savepoint():
            self.cr.execute(
                "MERGE INTO fsm_audit.entry_ops AS e USING (SELECT 1 AS id) AS s ON e.id = s.id"
                " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING"
            )

    def test_g1_guards_do_not_depend_on_the_replication_role(self):
        self.cr.execute(
            """
            SELECT tgrelid::regclass::text, tgname
              FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
             WHERE NOT tgisinternal AND tgenabled <> 'A'
               AND (relnamespace = 'fsm_audit'::regnamespace OR tgname LIKE 'fsm\\_audit%')
            """
        )
        self.assertEqual(self.cr.fetchall(), [])

    def test_g2_orm_changes_nothing(self):
        self.customer.vat = "X"
        self.env.flush_all()
        log_sudo = self.env["fsm.audit.log"].sudo()
        entry_sudo = log_sudo.search([], limit=1)
        for attempt in (
            lambda: log_sudo.create({"kind": "login"}),
            lambda: entry_sudo.write({"reason": "x"}),
            entry_sudo.unlink,
        ):
            with self.assertRaisesRegex(UserError, "only grows"):
                attempt()
