from contextlib import suppress

import lxml.html

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
class TestLogin(HttpCase):
    def test_who_signs_in_is_named(self):
        user = new_test_user(self.env, "asha", password="asha-asha")
        page = self.url_open("/web/login").text
        token = lxml.html.fromstring(page).xpath("//input[@name='csrf_token']")[0].value
        data = {"login": "asha", "password": "asha-asha", "csrf_token": token}
        self.url_open("/web/login", data=data)
        self.cr.execute(
            "SELECT ctx FROM fsm_audit.entry WHERE kind = 'login' ORDER BY id DESC LIMIT 1"
        )
        [facts] = self.cr.fetchone()
        self.assertEqual((facts["uid"], facts["src"], facts["ip"]), (user.id, "ui", "127.0.0.1"))

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
