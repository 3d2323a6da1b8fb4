from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..verbs import verb
from .fsm_branch import ROLES

# From the most to the least: a manager holds the groups below his own, too.
ROLE_ORDER = ("owner", "manager", "accountant", "receptionist", "technician")


class ResUsers(models.Model):
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
        single = ("accountant", "receptionist", "technician")
        groups = {role: self.env.ref(ROLES[role]) for role in single}
        for user in self:
            direct = [role for role in single if groups[role] in user.group_ids]
            if len(direct) > 1:
                raise UserError(
                    self.env._(
                        "%(user)s would be %(roles)s: a user has one role.",
                        user=user.name,
                        roles=", ".join(direct),
                    )
                )

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    @verb
    def fsm_me(self):
        """Tell the caller who he is here.

        :return: ``{id, name, login, role, branches, current_branch_id, lang, tz}``
        """
        user = self.env.user
        branches = self.env["fsm.branch"].my_branches()
        return {
            "id": user.id,
            "name": user.name,
            "login": user.login,
            "role": user.fsm_role,
            "branches": branches,
            "current_branch_id": next((b["id"] for b in branches if b["current"]), False),
            "lang": user.lang,
            "tz": user.tz or False,
        }

    def _fsm_join(self, branches, role):
        """Let the users work in `branches` as `role`. Called on users in sudo, after the checks."""
        for user in self:
            companies = branches.company_id
            if role == "owner":
                companies |= branches.organization_id
                companies |= (
                    self.env["fsm.branch"]
                    .search([("organization_id", "in", branches.organization_id.ids)])
                    .company_id
                )
            values = {
                "group_ids": [Command.link(self.env.ref(ROLES[role]).id)],
                "company_ids": [Command.link(company.id) for company in companies],
            }
            if not user.fsm_role:
                values["company_id"] = branches[:1].company_id.id
            user.write(values)
            if role == "technician":
                self.env["fsm.technician"]._ensure(user, branches)

    def _fsm_leave(self, branches):
        """Take the users out of `branches`; whoever is left without one can no longer sign in."""
        for user in self:
            left = user.company_ids - branches.company_id
            user.fsm_technician_ids.filtered(
                lambda technician: technician.company_id in branches.company_id
            ).active = False
            if left:
                user.write({"company_id": left[0].id, "company_ids": [Command.set(left.ids)]})
            else:
                user.active = False
            user._fsm_end_sessions()

    def _fsm_end_sessions(self):
        """End the users' sessions and keys."""
        self.env["res.users.apikeys"].search([("user_id", "in", self.ids)])._remove()
        self.env["res.device"].search([("user_id", "in", self.ids)])._revoke()
