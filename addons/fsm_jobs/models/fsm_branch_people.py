from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..roles import ROLES, TECHNICAL_GROUPS
from ..verbs import check_id, verb


class FsmBranch(models.Model):
    """Who works in a branch."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def assign_user(self, user_id: int, role: str):
        """Give a user a role in this branch. A user has one role in all his branches.

        :param str role: one of `ROLES`
        :return: ``{user_id, branch_id, role}``
        """
        self._check_owner()
        self.env["res.users"]._fsm_check_role(role)
        user_sudo = self._user_of_organization(user_id)
        if user_sudo.fsm_role and user_sudo.fsm_role != role:
            raise UserError(
                self.env._(
                    "%(user)s already is %(role)s; a user has one role in all branches.",
                    user=user_sudo.name,
                    role=user_sudo.fsm_role,
                )
            )
        self._check_open()
        user_sudo._fsm_join(self, role)
        return [{"user_id": user_id, "branch_id": branch.id, "role": role} for branch in self]

    @verb
    def unassign_user(self, user_id: int):
        """Take a user out of this branch; his sessions and keys end.

        :return: ``true``
        """
        self._check_owner()
        user_sudo = self._user_of_organization(user_id)
        if user_sudo.fsm_role == "owner":
            raise UserError(
                self.env._("An owner works in every branch: give him another role first.")
            )
        user_sudo._fsm_leave(self)
        return [True for branch in self]

    @api.model
    @api.readonly
    @verb
    def my_branches(self):
        """Return the caller's branches: ``[{id, name, code, company_id, current}]``."""
        current = self._current()
        return [
            {
                "id": branch.id,
                "name": branch.name,
                "code": branch.code,
                "company_id": branch.company_id.id,
                "current": branch == current,
            }
            for branch in self.search([("company_id", "in", self.env.user.company_ids.ids)])
        ]

    @verb
    def set_current(self):
        """Make this the branch the caller starts in.

        :return: ``true``
        """
        if len(self) != 1:
            raise UserError(self.env._("Only one branch can be the current one."))
        if self.sudo().company_id not in self.env.user.company_ids:  # whose it is, is asked here
            raise AccessError(self.env._("You do not work in this branch."))
        self._check_open()
        self.env.user.sudo().company_id = self.company_id  # his own preference
        return [True]

    # === BUSINESS METHODS === #

    def _check_owner(self):
        if not self.env.user.has_group(ROLES["owner"]) and not self.env.su:
            raise AccessError(self.env._("Only an owner manages the people of a branch."))
        self.check_access("write")

    def _user_of_organization(self, user_id):
        """Return the user in sudo, if he belongs to the organisation of these branches or to none.

        :raise UserError: the same sentence whether he does not exist or belongs to others
        """
        user_sudo = self.env["res.users"].sudo().browse(user_id).exists()  # owners hold no rights
        if (
            not user_sudo
            or user_sudo.share
            or any(user_sudo.has_group(group) for group in TECHNICAL_GROUPS)
            or self._is_of_others(user_sudo)
        ):
            raise UserError(self.env._("There is no such user in your organisation."))
        return user_sudo

    def _is_of_others(self, user_sudo):
        """Tell whether a user works for another organisation: one with branches, or with an owner."""
        roots = user_sudo.company_ids.root_id - self.organization_id
        owners = self.env.ref(ROLES["owner"]).sudo().all_user_ids  # nobody learns who owns what
        return bool(
            (roots and user_sudo.fsm_role)
            or roots & owners.company_ids.root_id
            or self.sudo().search_count([("organization_id", "in", roots.ids)], limit=1)
        )

    def _let_owners_in(self):
        """Give the owners of the organisation the new branches, and whoever founded them."""
        owners = self.env.ref(ROLES["owner"]).sudo()  # who owns is not for everybody to read
        for branch in self:
            users = owners.all_user_ids.filtered(
                lambda user, branch=branch: branch.organization_id in user.company_ids
            )
            users |= self.env.user.sudo()  # the founder sees what he founded
            users.write({"company_ids": [Command.link(branch.company_id.id)]})

    @api.model
    def _of_owner(self, branch_ids):
        """Return the open branches with these ids, all of one organisation and all the caller's.

        :raise UserError: one of them is not
        """
        ids = [check_id(self.env, branch_id, "branch_ids") for branch_id in branch_ids]
        branches = self.search([("id", "in", ids)])
        if not branches or set(ids) != set(branches.ids):
            raise UserError(self.env._("“branch_ids” must be a list of ids of your branches."))
        if len(branches.organization_id) != 1:
            raise UserError(self.env._("A user works for one organisation."))
        branches._check_owner()
        return branches
