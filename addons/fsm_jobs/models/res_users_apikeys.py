import re
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import request

from ..verbs import verb

# A key that was forgotten ends by itself: audit.md, section 4. Odoo holds its own dialog to the
# same (`api_key_duration` of `base.group_user`).
KEY_MAX_DAYS = 90
# More than this are keys nobody remembers.
KEYS_MAX = 10
# What a key looks like: 20 bytes in hexadecimal (`API_KEY_SIZE`).
KEY_PATTERN = re.compile(r"[0-9a-f]{40}")
# Odoo asks for the password again after so long (`check_identity`), seconds.
IDENTITY_SECONDS = 10 * 60


class ResUsers(models.Model):
    """A user's own keys for programs: shown once, never longer than three months."""

    _inherit = "res.users"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def fsm_create_api_key(self, name: str, days: int = KEY_MAX_DAYS, *, client_ref: str = ""):
        """Make a key with which a program acts as the caller.

        :param str name: what it is for
        :param int days: how long it works, 1 to 90
        :param str client_ref: the same again makes no second key, and is refused: the first one
            cannot be shown again
        :return: ``{id, key, expires_at}``; the key is shown this once
        """
        self._fsm_check_identity()
        shown = {}

        def create():  # what is remembered is the id alone: a secret is kept nowhere
            shown.update(self._fsm_new_api_key(name, days))
            return {"id": shown["id"]}

        made = self.env["fsm.client.ref"]._once(
            self.env.user.company_id.root_id,
            f"res.users.fsm_create_api_key/{self.env.uid}",  # a reference is the caller's own
            client_ref,
            {"name": name, "days": days},
            create,
        )
        if not shown:
            raise UserError(
                self.env._(
                    "Key %(id)s was made under “%(reference)s” already, and is not shown twice: "
                    "replace it (fsm_rotate_api_key), or revoke it.",
                    id=made["id"],
                    reference=client_ref,
                )
            )
        return shown

    @api.model
    def _fsm_new_api_key(self, name, days):
        """Make a key of the caller, and return the answer of the verb."""
        if not name.strip():
            raise UserError(self.env._("Say what the key is for: “name” is empty."))
        if not 0 < days <= KEY_MAX_DAYS:
            raise UserError(self.env._("“days” must be 1 to %s.", KEY_MAX_DAYS))
        keys = self.env["res.users.apikeys"]
        own = keys.search([("user_id", "=", self.env.uid)])
        if len(own.filtered(lambda key: key.scope in (False, "rpc"))) >= KEYS_MAX:
            raise UserError(
                self.env._("You have %s keys already: revoke one you no longer use.", KEYS_MAX)
            )
        expires_at = fields.Datetime.now() + timedelta(days=days)
        secret = keys._generate("rpc", name.strip(), expires_at)
        made = keys.search([("user_id", "=", self.env.uid)], order="id desc", limit=1)
        return {
            "id": made.id,
            "key": secret,
            "expires_at": fields.Datetime.to_string(expires_at),
        }

    @api.model
    @verb
    def fsm_revoke_api_key(self, id: int):
        """End a key of the caller's.

        :return: ``true``
        """
        self._fsm_own_key(id)._remove()
        return True

    @api.model
    @verb
    def fsm_rotate_api_key(self, id: int, days: int = KEY_MAX_DAYS):
        """Make a new key in place of an old one, which ends at once.

        :return: ``{id, key, expires_at}``; the key is shown this once
        """
        old = self._fsm_own_key(id)
        name = old.name
        self._fsm_check_identity()
        old._remove()
        return self.fsm_create_api_key(name=name, days=days)

    # === BUSINESS METHODS === #

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """A key is looked up at each call: Odoo would remember one that was revoked or ended."""
        if isinstance(passwd, str) and KEY_PATTERN.fullmatch(passwd):
            keys = self.env["res.users.apikeys"]
            if keys._check_credentials(scope="rpc", key=passwd) != uid:
                with self._assert_can_auth(user=uid):  # a wrong one counts
                    raise AccessDenied()
        return super()._check_uid_passwd(uid, passwd)

    @api.model
    def _fsm_own_key(self, key_id):
        key = self.env["res.users.apikeys"].search(
            [("id", "=", key_id), ("user_id", "=", self.env.uid)]
        )
        if not key:
            raise UserError(self.env._("You have no such key."))
        return key

    @api.model
    def _fsm_check_identity(self):
        """Refuse a key to a browser that was left open: it would outlive the session.

        A program proves itself with each call; a session only when its user signed in.
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only staff makes keys."))
        if request and request.session.uid:
            checked = request.session.get("identity-check-last", 0)
            if checked < time.time() - IDENTITY_SECONDS:
                raise AccessError(
                    self.env._(
                        "Confirm your password first: make the key under Preferences, Security."
                    )
                )
