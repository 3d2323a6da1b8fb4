from odoo import fields, models
from odoo.exceptions import AccessDenied

from .. import context


class ResUsers(models.Model):
    _inherit = "res.users"
    _audit_class = "access"

    login = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
    company_ids = fields.Many2many(audit=True)
    group_ids = fields.Many2many(audit=True)

    def _login(self, credential, user_agent_env):
        """Override of `base` to log who signed in, and who could not."""
        try:
            auth_info = super()._login(credential, user_agent_env)
        except AccessDenied:
            self._log_failed_login(credential)
            raise
        user = self.browse(auth_info["uid"])
        with context.known(uid=user.id):
            self._log_login("login", user, credential)
        return auth_info

    def _log_failed_login(self, credential):
        """Name the user whose login was tried; a login nobody has may be a password."""
        domain = self._get_login_domain(credential["login"])
        user = self.sudo().search(domain, limit=1)  # nobody is signed in
        self._log_login("login_failed", user or self._name, credential, separate=True)

    def _log_login(self, kind, user, credential, separate=False):
        means = {"signed in with": [None, credential.get("type")]}
        log = self.env["fsm.audit.log"]
        log._log_event(kind, user, changes=means, separate=separate)
