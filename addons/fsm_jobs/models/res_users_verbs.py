from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize
from odoo.tools.misc import clean_context
from odoo.tools.sql import escape_psql

from ..roles import ROLES, TECHNICAL_GROUPS
from ..verbs import verb

LOGIN_MAX_LENGTH = 128  # characters
CLEARED = ("email", "phone")  # what a person need not have


class ResUsers(models.Model):
    """What an owner does with the people of his organisation, `docs/adr/0020`.

    He holds no right on users. These verbs check, then act; they grant a role and nothing else.
    """

    _inherit = "res.users"

    # === BUSINESS METHODS - VERBS === #

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
            "lang": user.lang or False,
            "tz": user.tz or False,
        }

    @api.model
    @verb
    def fsm_create_user(
        self,
        name: str,
        login: str,
        email: str = "",
        phone: str = "",
        role: str = "",
        branch_ids: list = (),
        *,
        client_ref: str = "",
    ):
        """Let somebody work in branches of the caller's organisation.

        He is invited to choose a password: by e-mail, or, where he has none, by the link in the
        answer, which works once and for some days (`auth_signup`).

        :param str role: one of `ROLES`
        :param str client_ref: the same again invites nobody again; the link is made anew, for it is
            kept nowhere, while the person has not signed in
        :return: ``{id, login, role, branch_ids, invite_url}``; `invite_url` is `False` if an e-mail
            is on its way
        """
        self._fsm_check_caller_owns()
        self._fsm_check_role(role)
        branches = self.env["fsm.branch"]._of_owner(branch_ids)
        given = {"name": name, "login": login, "email": email, "phone": phone}
        invited = {}

        def create():
            user_sudo = self._fsm_new_person(given, role, branches)
            answer = user_sudo._fsm_summary()
            invited["invite_url"] = user_sudo._fsm_invite()
            return answer

        answer = self.env["fsm.client.ref"]._once(
            branches.organization_id,
            "res.users.fsm_create_user",
            client_ref,
            {**given, "role": role, "branch_ids": sorted(branches.ids)},
            create,
        )
        return answer | (invited or {"invite_url": self._fsm_link_again(answer["id"])})

    @api.model
    def _fsm_new_person(self, given, role, branches):
        """Return a new user in sudo, who works in `branches`. The caller was checked."""
        values = self._fsm_person_values(**given)
        # Nothing of a caller's context, a default least of all, reaches the new user.
        Users = self.with_context({**clean_context(self.env.context), "no_reset_password": True})
        user_sudo = Users.sudo().create(  # an owner holds no right on users
            {
                **values,
                "group_ids": [self.env.ref(ROLES[role]).id],
                "company_id": branches[0].company_id.id,
                "company_ids": branches.company_id.ids,
                "lang": self.env.user.lang,
                "tz": branches[0].calendar_id.sudo().tz,  # everybody knows where a branch is
            }
        )
        user_sudo._fsm_join(branches, role)
        return user_sudo

    @verb
    def fsm_update_user(
        self,
        name: str = "",
        login: str = "",
        email: str = "",
        phone: str = "",
        role: str = "",
        branch_ids: list = (),
        clear: list = (),
    ):
        """Change people of the caller's organisation; what is left out stays.

        Another role replaces the one he has, in all branches; `branch_ids` are all the branches he
        works in from now on. Who changes role or leaves a branch has to sign in again.

        :param list clear: which of `email` and `phone` they no longer have
        :return: ``{id, login, role, branch_ids}``
        """
        users_sudo = self._fsm_of_owner()
        if role:
            self._fsm_check_role(role)
        for user_sudo in users_sudo:
            given = {"name": name, "login": login, "email": email, "phone": phone}
            if any(given.values()) or clear:
                user_sudo.write(user_sudo._fsm_changed_values(given, clear))
                user_sudo._fsm_check_signs_in()
            if role or branch_ids:
                user_sudo._fsm_change_duty(role or user_sudo.fsm_role, branch_ids)
        return [user_sudo._fsm_summary() for user_sudo in users_sudo]

    @verb
    def fsm_archive_user(self):
        """Close the accounts of people who left: no session and no key of theirs works any more.

        :return: ``true``
        """
        users_sudo = self._fsm_of_owner()
        if self.env.user in users_sudo:
            raise UserError(self.env._("Another owner closes your own account."))
        for user_sudo in users_sudo:
            user_sudo._fsm_check_owner_left()
        users_sudo._fsm_end_sessions()
        users_sudo.fsm_technician_ids.active = False
        users_sudo.active = False
        return [True for user_sudo in users_sudo]

    @verb
    def fsm_restore_user(self):
        """Open closed accounts again, with the role and the branches they had.

        :return: ``true``
        """
        users_sudo = self._fsm_of_owner()
        users_sudo.active = True
        users_sudo._fsm_check_signs_in()
        for user_sudo in users_sudo.filtered(lambda user: user.fsm_role == "technician"):
            self.env["fsm.technician"].sudo()._ensure(user_sudo, user_sudo._fsm_branches())
        return [True for user_sudo in users_sudo]

    @verb
    def fsm_invite_user(self):
        """Send people the way to choose a password once more.

        :return: ``{invite_url}``, `False` if an e-mail is on its way
        """
        return [{"invite_url": user_sudo._fsm_invite()} for user_sudo in self._fsm_of_owner()]

    @verb
    def fsm_end_sessions(self):
        """Sign people out everywhere and end their keys: a telephone is lost.

        :return: ``true``
        """
        if self == self.env.user:
            self.sudo()._fsm_end_sessions()  # his own
        else:
            self._fsm_of_owner()._fsm_end_sessions()
        return [True for user in self]

    # === BUSINESS METHODS - RIGHTS === #

    @api.model
    def _fsm_check_caller_owns(self):
        if not self.env.user.has_group(ROLES["owner"]):
            raise AccessError(self.env._("Only an owner manages people."))

    def _fsm_of_owner(self):
        """Return these users in sudo, if each works for the caller's organisation and for no other.

        :raise UserError: the same sentence whether one does not exist or belongs to others
        """
        self._fsm_check_caller_owns()
        mine = self.env.user.company_ids.root_id
        users_sudo = self.sudo().exists()  # an owner holds no right on users
        if len(users_sudo) != len(self) or not all(
            user_sudo.fsm_role
            and not user_sudo.share
            and user_sudo.company_ids.root_id <= mine
            and not any(user_sudo.has_group(group) for group in TECHNICAL_GROUPS)
            for user_sudo in users_sudo
        ):
            raise UserError(self.env._("There is no such user in your organisation."))
        return users_sudo.with_context(clean_context(self.env.context))

    # === BUSINESS METHODS - VALUES === #

    def _fsm_person_values(self, name, login, email, phone):
        """Return the values of a user who is checked: whoever signs in is one person."""
        login = (login or "").strip()
        if not login or len(login) > LOGIN_MAX_LENGTH or any(map(str.isspace, login)):
            raise UserError(self.env._("A login is one word: an e-mail address, or a name."))
        if not name.strip():
            raise UserError(self.env._("A user needs a name."))
        if email and not email_normalize(email):
            raise UserError(self.env._("“%s” is not an e-mail address.", email))
        taken = (
            self.sudo()  # logins are unique in the database, whoever they belong to
            .with_context(active_test=False)
            .search_count([("login", "=ilike", escape_psql(login))])
        )
        if taken and login.lower() != (self.login or "").lower():
            raise UserError(self.env._("The login “%s” is taken: choose another one.", login))
        Partner = self.env["res.partner"]
        return {
            "name": name.strip(),
            "login": login,
            "email": email_normalize(email) if email else False,
            "phone": Partner._fsm_format_phone(phone) if phone else False,
        }

    def _fsm_changed_values(self, given, clear=()):
        """Return what of `given` was said, checked together with what stays, and what goes."""
        self.ensure_one()
        if any(name not in CLEARED or given[name] for name in clear):
            raise UserError(
                self.env._("“clear” must be a list of what goes and is not given: email, phone.")
            )
        kept = {name: given[name] or self[name] or "" for name in given}
        values = self._fsm_person_values(**kept)
        changed = {name: values[name] for name in given if given[name]}
        return changed | dict.fromkeys(clear, False)

    def _fsm_change_duty(self, role, branch_ids):
        """Let the user do the work of `role` in these branches, or where he does his now."""
        own = self._fsm_branches()
        if branch_ids:
            branches = self.env["fsm.branch"].with_user(self.env.user)._of_owner(branch_ids)
            branches = branches.sudo()  # checked on the line above
        else:
            branches = own
        if not branches:
            raise UserError(self.env._("Say in which branches: “branch_ids” is missing."))
        if role == self.fsm_role == "owner" or (role == self.fsm_role and branches == own):
            return
        if role != self.fsm_role:
            self._fsm_become(role, branches)
            return
        branches._check_open()
        self._fsm_join(branches, role)
        if gone := own - branches:
            self._fsm_leave(gone)

    def _fsm_branches(self):
        """Return the branches the user is assigned to."""
        return self.env["fsm.branch"].sudo().search([("company_id", "in", self.company_ids.ids)])

    def _fsm_summary(self):
        return {
            "id": self.id,
            "login": self.login,
            "role": self.fsm_role,
            "branch_ids": self._fsm_branches().ids,
        }

    def _fsm_invite(self):
        """Invite the user, in sudo, to choose a password.

        :return: the link, for whoever has no e-mail address; else `False`: the mail is in the queue
        :rtype: str | bool
        """
        self.ensure_one()
        self.partner_id.signup_prepare(signup_type="signup")
        if self.email:
            template = self.env.ref("auth_signup.set_password_email")
            template.with_context(create_user=True).send_mail(
                self.id, email_values={"email_to": self.email, "auto_delete": True}
            )
            return False
        return self._fsm_invite_link()

    def _fsm_invite_link(self):
        links = self.partner_id.with_context(create_user=True)._get_signup_url_for_action()
        return links[self.partner_id.id]

    @api.model
    def _fsm_link_again(self, user_id):
        """Return the link of somebody who was invited and has not come; `False` for others.

        The caller made him, in the call that is repeated.
        """
        user_sudo = self.sudo().search([("id", "=", user_id)])  # an owner holds no right on users
        waits = user_sudo.partner_id.signup_type and not (user_sudo.email or user_sudo.login_date)
        return user_sudo._fsm_invite_link() if waits else False
