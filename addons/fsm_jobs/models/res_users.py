from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..roles import ROLE_ORDER, ROLES


class ResUsers(models.Model):
    """A user has one role, in all the branches he is assigned to."""

    _inherit = "res.users"

    fsm_role = fields.Selection(
        string="Field Service Role",
        selection=[
            ("owner", "Owner"),
            ("manager", "Manager"),
            ("receptionist", "Receptionist"),
            ("technician", "Technician"),
            ("accountant", "Accountant"),
        ],
        compute="_compute_fsm_role",
    )
    fsm_technician_ids = fields.One2many(
        string="Technician At", comodel_name="fsm.technician", inverse_name="user_id"
    )

    # === COMPUTE METHODS === #

    @api.depends("group_ids")
    def _compute_fsm_role(self):
        for user in self:
            user.fsm_role = next(
                (role for role in ROLE_ORDER if user.has_group(ROLES[role])), False
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("group_ids")
    def _check_one_role(self):
        """One role a user: receptionist and accountant at once would be nobody's duty."""
        groups = {role: self.env.ref(xmlid) for role, xmlid in ROLES.items()}
        for user in self:
            direct = [role for role in ROLES if groups[role] in user.group_ids]
            if len(direct) > 1:
                raise UserError(
                    self.env._(
                        "%(user)s would be %(roles)s: a user has one role.",
                        user=user.name,
                        roles=", ".join(direct),
                    )
                )

    # === BUSINESS METHODS - PEOPLE OF AN ORGANISATION === #
    # All of these are called on users in sudo, after the checks of a verb.

    @api.model
    def _fsm_check_role(self, role):
        if role not in ROLES:
            raise UserError(
                self.env._(
                    "“%(role)s” is no role. Roles are: %(roles)s.",
                    role=role,
                    roles=", ".join(ROLES),
                )
            )

    def _fsm_join(self, branches, role):
        """Let the users work in `branches` as `role`."""
        for user in self:
            companies = branches.company_id
            if role == "owner":
                companies = user._fsm_whole_organization(branches.organization_id)
            values = {
                "active": True,
                "group_ids": [Command.link(self.env.ref(ROLES[role]).id)],
                "company_ids": [Command.link(company.id) for company in companies],
            }
            if not user.fsm_role:
                values["company_id"] = branches[:1].company_id.id
            user.write(values)
            if role == "technician":
                self.env["fsm.technician"]._ensure(user, branches)
        self._fsm_check_signs_in()

    def _fsm_whole_organization(self, organizations):
        """Return the companies an owner works in: the root, and each of its branches."""
        branches = self.env["fsm.branch"].with_context(active_test=False)
        return (
            organizations
            | branches.search([("organization_id", "in", organizations.ids)]).company_id
        )

    def _fsm_leave(self, branches):
        """Take the users out of `branches`; whoever is left without one can no longer sign in."""
        for user in self:
            left = user.company_ids - branches.company_id
            user.fsm_technician_ids.filtered(
                lambda technician: technician.company_id in branches.company_id
            ).active = False
            if left:
                start = user.company_id if user.company_id in left else left[0]
                user.write({"company_id": start.id, "company_ids": [Command.set(left.ids)]})
            else:
                user.active = False
            user._fsm_end_sessions()

    def _fsm_become(self, role, branches):
        """Give the user another role, in `branches` only. What he had open ends."""
        self.ensure_one()
        organization = branches.organization_id
        self._fsm_check_owner_left(role)
        companies = branches.company_id
        if role == "owner":
            companies = self._fsm_whole_organization(organization)
        outside = self.company_ids.filtered(lambda company: company.root_id != organization)
        self.fsm_technician_ids.active = False
        self.write(
            {
                "group_ids": [
                    *(Command.unlink(self.env.ref(group).id) for group in ROLES.values()),
                    Command.link(self.env.ref(ROLES[role]).id),
                ],
                "company_id": branches[0].company_id.id,
                "company_ids": [Command.set((companies | outside).ids)],
            }
        )
        if role == "technician":
            self.env["fsm.technician"]._ensure(self, branches)
        self._fsm_check_signs_in()
        self._fsm_end_sessions()

    def _fsm_check_signs_in(self):
        """Refuse what would keep these users from signing in. Base: nothing does."""

    def _fsm_check_owner_left(self, role=False):
        """Refuse to take the last owner from an organisation."""
        if self.fsm_role != "owner" or role == "owner":
            return
        owners = self.env.ref(ROLES["owner"]).all_user_ids - self
        for organization in self.company_ids.root_id:
            if not owners.filtered(lambda user, org=organization: org in user.company_ids):
                raise UserError(
                    self.env._(
                        "%(user)s is the last owner of %(organization)s: name another one first.",
                        user=self.name,
                        organization=organization.name,
                    )
                )

    def _fsm_end_sessions(self):
        """End the users' sessions and keys."""
        self.env["res.users.apikeys"].search([("user_id", "in", self.ids)])._remove()
        self.env["res.device"].search([("user_id", "in", self.ids)])._revoke()
