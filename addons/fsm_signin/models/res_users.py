from odoo import models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    """A role may have to prove itself twice."""

    _inherit = "res.users"

    # === BUSINESS METHODS === #

    def _mfa_type(self):
        """Override of `auth_totp_mail`: a code by mail for a role that must have two factors."""
        return super()._mfa_type() or ("totp_mail" if self._fsm_needs_two_factors() else None)

    def _fsm_needs_two_factors(self):
        """Tell whether an organisation of the user's asks his role for two factors."""
        self.ensure_one()
        user_sudo = self.sudo()  # asked between password and code, when nobody is signed in
        role = user_sudo.fsm_role
        if not role:
            return False
        organizations = user_sudo.company_ids.root_id
        policies = self.env["fsm.signin.policy"].sudo()  # as above
        return bool(
            policies.search_count(
                [("company_id", "in", organizations.ids), (role, "=", True)], limit=1
            )
        )

    def _fsm_check_signs_in(self):
        """Override of `fsm_jobs`: no role for who has no second factor where it needs one."""
        super()._fsm_check_signs_in()
        self.filtered("active")._fsm_check_second_factor()

    def _fsm_check_second_factor(self):
        """Refuse to lock out who has neither an app nor an address for a code."""
        locked_out = self.filtered(
            lambda user: not user.email and not user.totp_enabled and user._fsm_needs_two_factors()
        )
        if locked_out:
            raise UserError(
                self.env._(
                    "These people could not sign in any more: %s. Give them an e-mail address, "
                    "or let them set up an authenticator app first.",
                    ", ".join(locked_out.mapped("name")),
                )
            )

    def _fsm_end_sessions(self):
        """Extend to what signs in without a password: passkeys, trusted browsers, OAuth."""
        super()._fsm_end_sessions()
        # `sudo`: called after the checks of a verb; these are others' own.
        users_sudo = self.sudo()
        users_sudo._revoke_all_devices()
        users_sudo.auth_passkey_key_ids.unlink()
        users_sudo.oauth_access_token = False
