from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..roles import ROLES
from .res_users_verbs import CLEARED


class FsmPerson(models.Model):
    """Somebody who works in the organisation, as its owner sees him: a user, under the same id.

    Nothing is kept here. The screen reads users with a role, and what is changed goes through the
    verbs of `res.users`, which are all an owner may do with people (docs/adr/0020).
    """

    _name = "fsm.person"
    _description = "Person"
    _auto = False
    _order = "name, id"
    _depends = {
        "res.users": ["login", "active", "company_id", "partner_id", "group_ids"],
        "res.partner": ["name", "email", "phone"],
    }

    # Who he is
    name = fields.Char(required=True)
    login = fields.Char(required=True, help="He signs in with it: an e-mail address, or one word.")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    active = fields.Boolean(default=True, readonly=True)
    company_id = fields.Many2one(string="Organisation", comodel_name="res.company", readonly=True)

    # What he does, and where
    role = fields.Selection(
        selection=lambda self: self.env["res.users"]._fields["fsm_role"].selection,
        required=True,
        default="receptionist",
    )
    branch_ids = fields.Many2many(
        string="Branches",
        comodel_name="fsm.branch",
        compute="_compute_branch_ids",
        search="_search_branch_ids",
        readonly=False,
    )

    # How he gets in
    last_login = fields.Datetime(readonly=True)
    key_ids = fields.Many2many(
        string="Keys for Programs", comodel_name="res.users.apikeys", compute="_compute_key_ids"
    )
    key_count = fields.Integer(string="Keys", compute="_compute_key_ids")

    @property
    def _table_query(self):
        roles = SQL(", ").join(
            SQL("(%s, %s)", self.env.ref(group).id, role) for role, group in ROLES.items()
        )
        return SQL(
            """
            SELECT u.id, p.name, u.login, p.email, p.phone, u.active, r.role,
                   split_part(c.parent_path, '/', 1)::integer AS company_id,
                   (SELECT max(l.create_date) FROM res_users_log l WHERE l.create_uid = u.id)
                       AS last_login
              FROM res_users u
              JOIN res_partner p ON p.id = u.partner_id
              JOIN res_company c ON c.id = u.company_id
              JOIN res_groups_users_rel g ON g.uid = u.id
              JOIN (VALUES %s) AS r (gid, role) ON r.gid = g.gid
            """,
            roles,
        )

    # === COMPUTE METHODS === #

    @api.depends("role")
    def _compute_branch_ids(self):
        for person in self:
            companies = person._user_sudo().company_ids
            person.branch_ids = self.env["fsm.branch"].search([("company_id", "in", companies.ids)])

    @api.model
    def _search_branch_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        branches = self.env["fsm.branch"].search(
            Domain("id", operator, value) if operator == "in" else value
        )
        users = self.env["res.users"].with_context(active_test=False)
        return [("id", "in", users.search([("company_ids", "in", branches.company_id.ids)]).ids)]

    def _compute_key_ids(self):
        for person in self:
            person.key_ids = person._user_sudo().api_key_ids
            person.key_count = len(person.key_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Hire: what Odoo's form sends becomes a call of the verb."""
        users = self.env["res.users"]
        answers = [users.fsm_create_user(**self._arguments(vals)) for vals in vals_list]
        return self.browse(answer["id"] for answer in answers)

    def write(self, vals):
        arguments = self._arguments(vals)
        for person in self:
            if arguments:
                person._user().fsm_update_user(**arguments)
        self.invalidate_recordset()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Whoever left is archived: his name stays on what he did."))

    # === ACTION METHODS === #

    def action_archive(self):
        self._user().fsm_archive_user()
        self.invalidate_recordset()

    def action_unarchive(self):
        self._user().fsm_restore_user()
        self.invalidate_recordset()

    def action_invite(self):
        """Invite once more; for who has no e-mail address, show the link."""
        self.ensure_one()
        url = self._user().fsm_invite_user()["invite_url"]
        message = url or self.env._("An e-mail is on its way to %s.", self.email)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Invitation"),
                "message": message,
                "type": "info",
                "sticky": bool(url),
            },
        }

    def action_end_sessions(self):
        """Sign him out everywhere and end his keys."""
        self._user().fsm_end_sessions()
        self.invalidate_recordset()

    # === BUSINESS METHODS === #

    def _user(self):
        return self.env["res.users"].browse(self.ids)

    def _user_sudo(self):
        return self._user().sudo()  # whoever reads a person reads where he works and his keys

    def _arguments(self, vals):
        """Return the arguments of a verb for what a form sends."""
        known = {"name", "login", "email", "phone", "role"}
        arguments = {name: vals[name] or "" for name in known & vals.keys()}
        if self and (cleared := [name for name in CLEARED if arguments.get(name) == ""]):
            arguments["clear"] = cleared
        if "branch_ids" in vals:
            field = self._fields["branch_ids"]
            branches = field.convert_to_cache(vals["branch_ids"], self, validate=False)
            arguments["branch_ids"] = list(branches)
        return arguments
