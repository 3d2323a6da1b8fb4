from odoo import fields, models
from odoo.exceptions import AccessDenied


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
        facts = {"type": [None, credential.get("type")]}
        self.env(user=user)["fsm.audit.log"]._log_event("login", user, changes=facts)
        return auth_info

    def _log_failed_login(self, credential):
        """Name the user whose login was tried; a login nobody has may be a password."""
        domain = self._get_login_domain(credential["login"])
        user = self.sudo().search(domain, limit=1)  # nobody is signed in
        self.env["fsm.audit.log"]._log_event(
            "login_failed",
            user or self._name,
            changes={"type": [None, credential.get("type")]},
            separate=True,
        )
