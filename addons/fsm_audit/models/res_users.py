from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request

from .. import context, cooldown

RPC_PASSWORDS = "fsm_audit.rpc_passwords"  # parameter: whether staff may use them over RPC


class ResUsers(models.Model):
    _inherit = "res.users"
    _audit_class = "access"
    _audit_columns = ("password", "totp_secret")  # their hashes, and the secret of auth_totp

    login = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
    company_id = fields.Many2one(audit=True)
    company_ids = fields.Many2many(audit=True)
    group_ids = fields.Many2many(audit=True)

    # === WHO MAY COME IN === #

    def _rpc_api_keys_only(self):
        """Override of `base`: programs of the staff bring a key that expires, not a password."""
        self.ensure_one()
        allowed = self.env["ir.config_parameter"].sudo().get_param(RPC_PASSWORDS)  # whoever knocks
        return super()._rpc_api_keys_only() or (not allowed and self._is_internal())

    @contextmanager
    def _assert_can_auth(self, user=None):
        """Override of `base` to count over all workers and at every door; see `cooldown`.

        Core passes the login of who signs in, or the id of a user who is known: at the second
        factor, and over RPC.
        """
        # Whoever gives another error than a denial is answered by it over RPC, instead of False.
        refuse = cooldown.CoolingDown if request else UserError
        known = self.sudo().browse(user).exists() if isinstance(user, int) else None  # who says so
        try:
            with cooldown.guard(self.env, (known and known.login) or str(user), refuse=refuse):
                yield
        except AccessDenied as denied:
            if isinstance(user, int) and not isinstance(denied, cooldown.CoolingDown):
                self._log_known("login_failed", known, separate=True)
            raise
        if known:
            self._log_known("login", known)

    def _check_credentials(self, credential, env):
        """Override of `base` to count also the tries of who is signed in, or has a key, and is asked
        for the password: core counts at the door only."""
        if cooldown.is_counting():
            return super()._check_credentials(credential, env)
        user = self.env.user
        try:
            with cooldown.guard(self.env, user.login, refuse=UserError):
                return super()._check_credentials(credential, env)
        except AccessDenied:
            self._log_login("login_failed", user, "password asked again", separate=True)
            raise

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """Override of `base` to know the key, also where core remembers that it is right."""
        super()._check_uid_passwd(uid, passwd)
        key_id = self.env["res.users.apikeys"]._id_of(uid, passwd)
        if key_id:
            context.learn(key=key_id)

    # === WHAT IS LOGGED OF IT === #

    def _login(self, credential, user_agent_env):
        """Override of `base` to log who signed in, and who could not."""
        try:
            auth_info = super()._login(credential, user_agent_env)
        except cooldown.CoolingDown:
            raise
        except AccessDenied:
            self._log_failed_login(credential)
            raise
        user = self.browse(auth_info["uid"])
        with context.known(uid=user.id):
            self._log_login("login", user, credential.get("type"))
        return auth_info

    def _log_failed_login(self, credential):
        """Name the user whose login was tried; a login nobody has may be a password."""
        domain = self._get_login_domain(credential["login"])
        user = self.sudo().search(domain, limit=1)  # nobody is signed in
        self._log_login("login_failed", user, credential.get("type"), separate=True)

    def _log_known(self, kind, user, separate=False):
        """Log the second step of a user who is known, or a program that names him."""
        with context.known(uid=user.id if user and not separate else None):
            means = "second factor" if request else "rpc"
            self._log_login(kind, user, means, separate=separate)

    def _log_login(self, kind, user, means, separate=False):
        changes = {"signed in with": [None, means]}
        log = self.env["fsm.audit.log"]
        log._log_event(kind, user or self._name, changes=changes, separate=separate)

    def _set_encrypted_password(self, uid, pw):
        """Override of `base`, which writes by SQL, also a better hash while somebody signs in, to
        tell PostgreSQL who does."""
        context.tell(self.env)
        super()._set_encrypted_password(uid, pw)
