from psycopg2 import errors

from odoo.tests.common import TransactionCase, tagged
from odoo.tools import mute_logger

from .. import capture, hooks
from ..const import NEVER_NAMES
from ..declaration import is_audited
from .common import AuditCommon


class TestDeclaration(AuditCommon):
    # === IN STEP === #

    def test_nothing_is_done_when_nothing_changed(self):
        with self.assertQueryCount(1):
            capture.sync(self.env)

    def test_removed_declaration_stops_the_capture_and_is_logged(self):
        declared = [f.name for f in self.env["res.partner"]._fields.values() if is_audited(f)]
        self._declare("res.partner", **dict.fromkeys(declared, False))
        self.customer.vat = "X"
        self.assertFalse(self._entries(self.customer))
        self.cr.execute(
            "SELECT changes->'audit'->1 FROM fsm_audit.entry WHERE kind = 'config'"
            " AND model = 'res.partner' ORDER BY id DESC LIMIT 1"
        )
        self.assertEqual(self.cr.fetchone(), ([],))

    def test_added_declaration_starts_the_capture(self):
        self._declare("res.partner", ref=True)
        self.customer.ref = "C-17"
        self.assertEqual(self._changes(self.customer), [{"ref": [None, "C-17"]}])

    def test_g2_trigger_that_was_switched_off_is_switched_on_again(self):
        self.cr.execute("ALTER TABLE res_partner DISABLE TRIGGER fsm_audit_capture")
        capture.sync(self.env)
        self.customer.vat = "X"
        self.assertEqual(len(self._entries(self.customer)), 1)

    def test_function_that_was_forged_is_restored(self):
        self.cr.execute(
            "CREATE OR REPLACE FUNCTION fsm_audit.capture_res_partner() RETURNS trigger"
            " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        capture.sync(self.env)
        self.customer.vat = "X"
        self.assertEqual(len(self._entries(self.customer)), 1)

    def test_g2_loading_one_addon_keeps_what_another_declares(self):
        self._declare("res.partner", ref=True)
        self.registry["res.partner"]._fields["ref"].audit = False  # not loaded yet
        capture.sync(self.env, ["res.partner"])
        self.customer.ref = "C-17"
        self.assertEqual(len(self._entries(self.customer)), 1)

    # === COLUMNS AND TABLES THAT GO === #

    def test_column_can_be_dropped_with_its_addon(self):
        self._declare("res.partner", ref=True)
        self.env["ir.model.fields"]._get("res.partner", "ref")._drop_column()
        self.cr.execute("UPDATE res_partner SET vat = 'X' WHERE id = %s", [self.customer.id])
        self.assertEqual(self._changes(self.customer), [{"vat": ["29AAGCR4375J1ZU", "X"]}])

    @mute_logger("odoo.sql_db")
    def test_column_dropped_behind_our_back_is_noticed_when_the_registry_loads(self):
        self._declare("res.partner", ref=True)
        self.cr.execute("ALTER TABLE res_partner DROP COLUMN ref")
        with self.assertRaises(errors.UndefinedColumn), self.cr.savepoint():
            self.cr.execute("UPDATE res_partner SET vat = 'X' WHERE id = %s", [self.customer.id])
        capture.sync(self.env)
        self.cr.execute("UPDATE res_partner SET vat = 'X' WHERE id = %s", [self.customer.id])
        self.assertEqual(len(self._entries(self.customer)), 1)

    def test_function_goes_with_its_table(self):
        self._declare("ir.logging", name=True)
        self.cr.execute("DROP TABLE ir_logging CASCADE")
        capture.sync(self.env)
        self.cr.execute("SELECT to_regproc('fsm_audit.capture_ir_logging')")
        self.assertEqual(self.cr.fetchone(), (None,))

    # === UNINSTALL === #

    def test_g2_trail_survives_the_uninstall(self):
        before = self._last_entry()
        hooks.uninstall_hook(self.env)
        self.assertGreaterEqual(self._last_entry(), before)

    def test_g2_core_tables_can_be_written_after_the_uninstall(self):
        hooks.uninstall_hook(self.env)
        self.start = self._last_entry()
        self.customer.write({"name": "Suresh K.", "vat": "X"})
        self.cr.execute("UPDATE res_users SET login = login || '.' WHERE id = %s", [self.env.uid])
        self.assertFalse(self._entries())
        self.cr.execute("SELECT FROM pg_trigger WHERE tgname LIKE 'fsm\\_audit%'")
        self.assertFalse(self.cr.fetchall())


@tagged("post_install", "-at_install")
class TestNeverNames(TransactionCase):
    def test_secrets_are_known_by_their_names(self):
        for name in ("password", "device_passcode", "otp", "access_token", "api_key", "pin"):
            self.assertTrue(NEVER_NAMES.search(name), name)

    def test_other_names_are_not_taken_for_secrets(self):
        for name in ("opinion", "pinned_at", "name", "spinner", "tokenized", "secretary"):
            self.assertFalse(NEVER_NAMES.search(name), name)
