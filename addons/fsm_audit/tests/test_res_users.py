from contextlib import suppress

from odoo.exceptions import AccessDenied
from odoo.tests.common import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AuditCommon


class TestResUsers(AuditCommon):
    def test_login_is_logged(self):
        user = new_test_user(self.env, "asha", password="asha-asha")
        credential = {"login": "asha", "password": "asha-asha", "type": "password"}
        self.env["res.users"].sudo()._login(credential, {"interactive": True})
        entry = self.env["fsm.audit.log"].search([("kind", "=", "login")], limit=1)
        self.assertEqual((entry.record_id, entry.user_id), (user.id, user))

    def test_archiving_a_user_is_logged(self):
        user = new_test_user(self.env, "asha")
        user.active = False
        self.assertIn({"active": [True, False]}, self._changes(user))


@tagged("post_install", "-at_install")
class TestFailedLogin(HttpCase):
    @mute_logger("odoo.addons.base.models.res_users")
    def test_failed_login_is_logged_without_what_was_typed(self):
        user = new_test_user(self.env, "asha", password="asha-asha")
        for login in ("asha", "my-password-by-mistake"):
            credential = {"login": login, "password": "wrong", "type": "password"}
            # Not assertRaises: it rolls back, and here all cursors are one.
            with suppress(AccessDenied):
                self.env["res.users"].sudo()._login(credential, {"interactive": True})
        self.cr.execute(
            "SELECT res_id, entry::text FROM fsm_audit.entry AS entry"
            " WHERE kind = 'login_failed' ORDER BY id DESC LIMIT 2"
        )
        ids, texts = zip(*self.cr.fetchall(), strict=True)
        self.assertEqual(ids, (None, user.id))
        self.assertNotIn("by-mistake", "".join(texts))
        self.assertNotIn("wrong", "".join(texts))
