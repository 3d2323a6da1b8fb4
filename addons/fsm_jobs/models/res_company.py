from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..verbs import check_keys, verb

OWNER_KEYS = {"id": int, "name": str, "login": str, "email": str, "phone": str, "password": str}


class ResCompany(models.Model):
    _inherit = "res.company"

    fsm_branch_ids = fields.One2many(
        string="Service Branch", comodel_name="fsm.branch", inverse_name="company_id"
    )

    # === BUSINESS METHODS === #

    @api.model
    @verb
    def fsm_create_organization(self, name: str, state_id: int, vat: str = "", owner: dict = None):
        """Create an organisation: a root company in India, and its owner.

        :param int state_id: the state of its registered office
        :param str vat: GSTIN of the organisation, if it has one of its own
        :param dict owner: ``{id}`` of a user, or ``{name, login, email, phone, password}`` of a new one
        :return: ``{organization_id, owner_id}``
        :raise AccessError: unless called by a system administrator
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only a system administrator may create an organisation."))
        owner = check_keys(self.env, owner or {}, OWNER_KEYS, "owner")
        india = self.env.ref("base.in")
        state = self.env["res.country.state"].browse(state_id).exists()
        if state.country_id != india:
            raise UserError(self.env._("“state_id” must be a state of India."))
        organization = self.create(
            {
                "name": name,
                "country_id": india.id,
                "state_id": state.id,
                "vat": vat or False,
                "currency_id": self.env["res.currency"]._fsm_rupee().id,
            }
        )
        user = self._fsm_owner(organization, owner)
        return {"organization_id": organization.id, "owner_id": user.id}

    def _fsm_owner(self, organization, owner):
        """Make the user described by `owner` an owner of `organization`."""
        organization.ensure_one()
        Users = self.env["res.users"].with_context(no_reset_password=True)
        groups = [Command.link(self.env.ref("fsm_jobs.group_fsm_owner").id)]
        if owner.get("id"):
            user = Users.browse(owner["id"]).exists()
            user.write({"group_ids": groups, "company_ids": [Command.link(organization.id)]})
        elif owner.get("login"):
            user = Users.create(
                {
                    **{key: value for key, value in owner.items() if value},
                    "name": owner.get("name") or owner["login"],
                    "group_ids": [Command.link(self.env.ref("base.group_user").id), *groups],
                    "company_id": organization.id,
                    "company_ids": [Command.set(organization.ids)],
                }
            )
        else:
            user = self.env.user
            user.write({"company_ids": [Command.link(organization.id)]})
        return user


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _fsm_rupee(self):
        """Return the rupee, active."""
        rupee = self.env.ref("base.INR")
        if not rupee.active:
            rupee.sudo().active = True  # a currency is switched on by whoever founds a company
        return rupee
