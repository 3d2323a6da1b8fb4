from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import verb

CASHIER = "fsm_gst_billing.group_fsm_cashier"


class ResUsers(models.Model):
    """Who takes payments at the counter: a right beside the role of a receptionist."""

    _inherit = "res.users"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_set_cashier(self, allowed: bool):
        """Let receptionists of the caller's organisation take payments, or no longer.

        :return: ``{id, takes_payments}``
        """
        users_sudo = self._fsm_of_owner()
        for user_sudo in users_sudo:
            if user_sudo.fsm_role != "receptionist":
                raise UserError(
                    self.env._(
                        "Only a receptionist is given the right to take payments: accountants, "
                        "managers and owners have it, technicians have not."
                    )
                )
        group = self.env.ref(CASHIER)
        users_sudo.group_ids = [Command.link(group.id) if allowed else Command.unlink(group.id)]
        return [
            {"id": user_sudo.id, "takes_payments": user_sudo.has_group(CASHIER)}
            for user_sudo in users_sudo
        ]

    # === BUSINESS METHODS === #

    def _fsm_become(self, role, branches):
        """Override of `fsm_jobs`: the right goes with the role that it was given to."""
        self.group_ids = [Command.unlink(self.env.ref(CASHIER).id)]
        return super()._fsm_become(role, branches)
