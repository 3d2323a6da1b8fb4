import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import root
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.auth_totp.models.totp import TIMESTEP, hotp
from odoo.addons.fsm_jobs.tests.common import FsmJobsCommon

PASSWORD = "Kalasipalya-2026"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class IdentityProvider(BaseHTTPRequestHandler):
    """What `auth_oauth` asks: whose token is this?"""

    people = {"Bearer meera": {"sub": "meera-1"}, "Bearer nobody": {"sub": "nobody-1"}}

    def do_GET(self):
        body = self.people.get(self.headers.get("Authorization"), {"error": "invalid_token"})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_args):
        """Be quiet."""


@tagged("post_install", "-at_install")
class TestSignin(FsmJobsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.receptionist.write({"password": PASSWORD, "email": "meera@example.com"})
        cls.manager.write({"password": PASSWORD, "email": "arun@example.com"})
        action = cls.env["fsm.signin.policy"].with_user(cls.owner).action_open()
        cls.policy = cls.env["fsm.signin.policy"].browse(action["res_id"])

    def _get(self, path):
        """Return where a page sends who asks for it: its own path, if nowhere else.

        The web client itself is not fetched: it takes long to build, and is not meant.
        """
        answer = self.url_open(path, allow_redirects=False, timeout=60)
        return answer.headers.get("Location", path)

    def _post(self, path, **data):
        page = self.url_open(path, timeout=60).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        self.assertTrue(token, page)
        data["csrf_token"] = token[1]
        answer = self.url_open(path, data=data, allow_redirects=False, timeout=60)
        return answer.headers.get("Location", path)

    def _sign_in(self, user):
        """Sign in with the password, and return where that leads to."""
        self.authenticate(None, None)
        return self._post("/web/login", login=user.login, password=PASSWORD)

    # === TWO FACTORS === #

    def test_role_that_must_gets_a_code_by_mail_and_others_get_in(self):
        self.policy.with_user(self.owner).receptionist = True
        where = self._sign_in(self.receptionist)
        self.assertIn("/web/login/totp", where)
        code, _expiry = self.receptionist.sudo()._get_totp_mail_code()
        wrong = f"{(int(code) + 1) % 1000000:06d}"
        self.assertIn("/web/login/totp", self._post("/web/login/totp", totp_token=wrong))
        where = self._post("/web/login/totp", totp_token=code)
        self.assertNotIn("/web/login", where)
        self.assertNotIn("/web/login", self._sign_in(self.manager))

    def test_authenticator_app_takes_the_place_of_the_mail(self):
        self.policy.receptionist = True
        self.receptionist.sudo().totp_secret = SECRET
        self.assertEqual(self.receptionist._mfa_type(), "totp")
        self.assertIn("/web/login/totp", self._sign_in(self.receptionist))
        code = hotp(base64.b32decode(SECRET), int(time.time() / TIMESTEP))
        where = self._post("/web/login/totp", totp_token=f"{code:06d}")
        self.assertNotIn("/web/login", where)

    def test_password_of_such_a_role_opens_no_rpc(self):
        users = self.env["res.users"]
        self.env["ir.config_parameter"].set_param("fsm_audit.rpc_passwords", "True")
        users._check_uid_passwd(self.receptionist.id, PASSWORD)
        self.policy.receptionist = True
        with mute_logger("odoo.addons.base.models.res_users"), self.assertRaises(AccessDenied):
            users._check_uid_passwd(self.receptionist.id, PASSWORD)
        key = users.with_user(self.receptionist).fsm_create_api_key(name="Kiosk")
        users._check_uid_passwd(self.receptionist.id, key["key"])

    def test_nobody_is_locked_out_by_a_policy(self):
        self.technician.email = False
        with self.assertRaisesRegex(UserError, "could not sign in any more: "):
            self.policy.technician = True

    def test_nobody_is_locked_out_by_his_role(self):
        self.policy.receptionist = True
        people = {"role": "receptionist", "branch_ids": self.branch.ids}
        Users = self.env["res.users"].with_user(self.owner)
        self.technician.email = False
        for attempt in (
            lambda: Users.fsm_create_user(name="Nisha", login="nisha", **people),
            lambda: self.technician.with_user(self.owner).fsm_update_user(**people),
            lambda: self.receptionist.with_user(self.owner).fsm_update_user(clear=["email"]),
        ):
            with self.assertRaisesRegex(UserError, "could not sign in any more: "):
                attempt()

    def test_policy_is_the_owners_of_the_organisation(self):
        policy = self.policy.with_user(self.manager)
        for attempt in (policy.read, policy.action_open, lambda: policy.write({"owner": True})):
            with self.assertRaises(AccessError):
                attempt()
        other = self.env["res.company"].fsm_create_organization(
            name="Other Ltd", state_id=self.karnataka.id, owner={"login": "other_owner"}
        )
        stranger = self.env["res.users"].browse(other["owner_id"])
        self.assertFalse(self.policy.with_user(stranger).search([]))

    # === PASSWORDS, TIME, DEVICES === #

    def test_short_password_is_refused(self):
        with self.assertRaisesRegex(UserError, "at least 8 characters"):
            self.receptionist.password = "short"

    def test_session_of_last_week_and_screen_of_half_an_hour_ask_again(self):
        timeouts = self.receptionist._get_lock_timeouts()
        self.assertEqual(timeouts["lock_timeout_inactivity"], [(30 * 60, False)])
        self.assertEqual(timeouts["lock_timeout"], [(7 * 24 * 3600, False)])
        self.authenticate(self.receptionist.login, PASSWORD)
        self.assertEqual(self._refusal(), "")
        self._set_session("identity-check-next", time.time() - 1)
        self.assertIn("CheckIdentityException", self._refusal())
        self._set_session("create_time", time.time() - 8 * 24 * 3600)
        self.assertIn("SessionExpiredException", self._refusal())

    def test_who_left_keeps_no_passkey_and_no_trusted_browser(self):
        self.env["auth.passkey.key"].with_user(self.receptionist).sudo().create(
            {
                "name": "Phone",
                "credential_identifier": "a-credential",
                "public_key": "a-key",
            }
        )
        self.receptionist.with_user(self.owner).fsm_archive_user()
        self.assertFalse(self.receptionist.sudo().auth_passkey_key_ids)
        self.assertFalse(self.receptionist.sudo().totp_trusted_device_ids)

    def test_passkey_is_offered_at_the_door(self):
        self.authenticate(None, None)
        self.assertIn("passkey", self.url_open("/web/login", timeout=60).text)
        answer = self.url_open("/auth/passkey/start-auth", json={}, timeout=60).json()["result"]
        self.assertTrue(answer["challenge"])

    # === OAUTH === #

    def test_invited_user_signs_in_through_a_provider_and_nobody_else(self):
        provider = self._provider()
        self.receptionist.sudo().write({"oauth_provider_id": provider.id, "oauth_uid": "meera-1"})
        self.assertNotIn("/web/login", self._oauth(provider, "meera"))
        with mute_logger("odoo.addons.auth_oauth.controllers.main"):
            where = self._oauth(provider, "nobody")
        self.assertIn("oauth_error=3", where)
        self.assertFalse(self.env["res.users"].search([("oauth_uid", "=", "nobody-1")]))

    def test_provider_does_not_replace_the_second_factor(self):
        self.policy.receptionist = True
        provider = self._provider()
        self.receptionist.sudo().write({"oauth_provider_id": provider.id, "oauth_uid": "meera-1"})
        self.assertIn("/web/login/totp", self._oauth(provider, "meera"))

    # === HELPERS === #

    def _set_session(self, name, timestamp):
        session = root.session_store.get(self.session.sid)
        session[name] = timestamp
        root.session_store.save(session)

    def _refusal(self):
        """Return the error that the web client gets when it asks whether it may go on."""
        answer = self.url_open("/web/session/check", json={"params": {}}, timeout=60).json()
        return answer.get("error", {}).get("data", {}).get("name", "")

    def _provider(self):
        server = HTTPServer(("127.0.0.1", 0), IdentityProvider)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_port}"
        self.env["ir.config_parameter"].set_param("auth_oauth.authorization_header", "1")
        return self.env["auth.oauth.provider"].create(
            {
                "name": "Local",
                "client_id": "fsm",
                "body": "Sign in with Local",
                "enabled": True,
                "auth_endpoint": f"{address}/auth",
                "validation_endpoint": f"{address}/userinfo",
            }
        )

    def _oauth(self, provider, token):
        self.authenticate(None, None)
        state = json.dumps({"d": self.env.cr.dbname, "p": provider.id})
        return self._get(f"/auth_oauth/signin?access_token={token}&state={state}")
