from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.fsm_jobs.roles import ROLES


class FsmSigninPolicy(models.Model):
    """For which roles of an organisation a password is not enough."""

    _name = "fsm.signin.policy"
    _description = "Signing In"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    owner = fields.Boolean(string="Owners", audit=True)
    manager = fields.Boolean(string="Managers", audit=True)
    receptionist = fields.Boolean(string="Receptionists", audit=True)
    technician = fields.Boolean(string="Technicians", audit=True)
    accountant = fields.Boolean(string="Accountants", audit=True)

    _company_uniq = models.Constraint(
        "UNIQUE(company_id)", "This organisation says already how its people sign in."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains(*ROLES)
    def _check_nobody_is_locked_out(self):
        """Who has neither an app nor an address for a code could never sign in again."""
        for policy in self:
            people_sudo = policy._people_sudo()
            people_sudo.filtered(
                lambda user, policy=policy: policy[user.fsm_role]
            )._fsm_check_second_factor()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()  # passwords that Odoo remembers were checked without it
        return policies

    def write(self, vals):
        if "company_id" in vals:
            raise AccessError(self.env._("A policy stays with its organisation."))
        result = super().write(vals)
        self.env.registry.clear_cache()  # as above
        return result

    # === ACTION METHODS === #

    @api.model
    def action_open(self):
        """Open the policy of the organisation the caller works in, made when it is missing."""
        if not self.env.user.has_group(ROLES["owner"]):
            raise AccessError(self.env._("Only an owner says how people sign in."))
        organization = self.env.company.root_id
        policy = self.search([("company_id", "=", organization.id)])
        if not policy:
            policy = self.sudo().create({"company_id": organization.id})  # his own, checked above
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signing In"),
            "res_model": self._name,
            "res_id": policy.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    def _people_sudo(self):
        """Return the people of the organisation who have a role, in sudo."""
        users_sudo = self.env["res.users"].sudo()  # an owner holds no right on users
        people = users_sudo.search([("company_ids", "child_of", self.company_id.ids)])
        return people.filtered("fsm_role")
