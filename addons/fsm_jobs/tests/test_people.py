from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.tests import Form, tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestPeople(FsmJobsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.env["res.company"].fsm_create_organization(
            name="Other Repairs Ltd", state_id=cls.karnataka.id, owner={"login": "other_owner"}
        )
        cls.other_owner = cls.env["res.users"].browse(other["owner_id"])
        cls.Users = cls.env["res.users"].with_user(cls.owner)

    def _hire(self, **values):
        answer = self.Users.fsm_create_user(
            **{
                "name": "Nisha Rao",
                "login": "nisha",
                "email": "nisha@example.com",
                "phone": "98450 55555",
                "role": "receptionist",
                "branch_ids": self.branch.ids,
                **values,
            }
        )
        return self.env["res.users"].browse(answer["id"]), answer

    # === OWNER'S VERBS === #

    def test_owner_hires_somebody_who_is_invited_by_mail(self):
        nisha, answer = self._hire()
        self.assertFalse(answer["invite_url"])
        self.assertRecordValues(
            nisha,
            [
                {
                    "fsm_role": "receptionist",
                    "company_id": self.company.id,
                    "phone": "+91 98450 55555",
                }
            ],
        )
        mail = self.env["mail.mail"].search([("email_to", "=", "nisha@example.com")])
        self.assertEqual((len(mail), mail.state), (1, "outgoing"), "Sent after the commit.")

    def test_who_has_no_mail_address_gets_a_link(self):
        nisha, answer = self._hire(email="")
        token = answer["invite_url"].split("token=")[1].split("&")[0]
        found = self.env["res.partner"].sudo()._get_partner_from_token(token)
        self.assertEqual(found, nisha.partner_id)

    def test_who_is_hired_again_under_one_reference_is_one_person_and_his_link_lasts(self):
        nisha, answer = self._hire(email="", client_ref="hire-1")
        again = self._hire(email="", client_ref="hire-1")[1]
        token = again.pop("invite_url").split("token=")[1].split("&")[0]
        found = self.env["res.partner"].sudo()._get_partner_from_token(token)
        self.assertEqual(found, nisha.partner_id)
        self.assertEqual(again, {key: answer[key] for key in again})
        with self.assertRaisesRegex(UserError, "already used for something else"):
            self._hire(email="", client_ref="hire-1", role="manager")
        nisha.partner_id.signup_cancel()  # he has come
        self.assertFalse(self._hire(email="", client_ref="hire-1")[1]["invite_url"])
        remembered = self.env["fsm.client.ref"].sudo().search([("name", "=", "hire-1")])
        self.assertNotIn("invite_url", remembered.answer, "A link that signs in is kept nowhere.")

    def test_f13_new_user_has_his_role_and_nothing_technical(self):
        system = self.env.ref("base.group_system")
        self.Users = self.Users.with_context(default_group_ids=system.ids, default_active=False)
        nisha, _answer = self._hire()
        self.assertEqual(nisha.group_ids, self.env.ref("fsm_jobs.group_fsm_receptionist"))
        self.assertTrue(nisha.active)
        for values in ({"group_ids": [(4, system.id)]}, {"company_ids": [(4, 1)]}):
            with self.assertRaises(AccessError):
                nisha.with_user(self.owner).write(values)
        with self.assertRaisesRegex(UserError, "does not know the argument “group_ids”"):
            self.Users.fsm_create_user(name="X", login="x", group_ids=system.ids)

    def test_f13_nobody_widens_his_own_rights(self):
        for values in (
            {"group_ids": [(4, self.env.ref("fsm_jobs.group_fsm_manager").id)]},
            {"company_ids": [(4, self.other_branch.company_id.id)]},
            {"login": "somebody"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.receptionist.with_user(self.receptionist).write(values)

    def test_only_owners_manage_people(self):
        for role in ("manager", "receptionist", "technician", "accountant"):
            users = self._as(role, self.env["res.users"])
            with self.subTest(role), self.assertRaises(AccessError):
                users.fsm_create_user(name="X", login="x", role="owner", branch_ids=[1])
            for method in ("fsm_update_user", "fsm_archive_user", "fsm_invite_user"):
                with self.subTest(role, method=method), self.assertRaises(AccessError):
                    getattr(users.browse(self.accountant.id), method)()

    def test_nonsense_about_a_user_gets_a_sentence(self):
        for values, sentence in (
            ({"role": "boss"}, "is no role"),
            ({"role": "base.group_system"}, "is no role"),
            ({"login": "two words"}, "one word"),
            ({"login": self.manager.login.upper()}, "is taken"),
            ({"email": "nowhere"}, "not an e-mail"),
            ({"phone": "none"}, "not a phone"),
            ({"branch_ids": []}, "branch_ids"),
            ({"branch_ids": ["x"]}, "branch_ids"),
            ({"branch_ids": [10**8]}, "branch_ids"),
            ({"name": " "}, "needs a name"),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, sentence):
                self._hire(**values)

    def test_another_role_replaces_the_one_he_has(self):
        self.technician.with_user(self.owner).fsm_update_user(role="manager")
        self.assertEqual(self.technician.fsm_role, "manager")
        self.assertNotIn(self.env.ref("fsm_jobs.group_fsm_technician"), self.technician.group_ids)
        self.assertFalse(self.tech.active)

    def test_branches_of_a_user_are_those_that_are_said(self):
        accountant = self.accountant.with_user(self.owner)
        both = self.branch | self.other_branch
        self.assertEqual(
            set(accountant.fsm_update_user(branch_ids=both.ids)["branch_ids"]), set(both.ids)
        )
        accountant.fsm_update_user(branch_ids=self.other_branch.ids)
        self.assertEqual(self.accountant.company_ids, self.other_branch.company_id)

    def test_who_becomes_owner_sees_every_branch_and_who_stops_does_not(self):
        manager = self.manager.with_user(self.owner)
        manager.fsm_update_user(role="owner")
        self.assertEqual(len(self.manager.company_ids), 3)
        manager.fsm_update_user(role="manager", branch_ids=self.branch.ids)
        self.assertEqual(self.manager.company_ids, self.company)

    def test_address_and_number_of_a_person_can_go(self):
        nisha, _answer = self._hire()
        with Form(self.env["fsm.person"].with_user(self.owner).browse(nisha.id)) as form:
            form.email = False
        self.assertRecordValues(nisha, [{"email": False, "phone": "+91 98450 55555"}])
        nisha.with_user(self.owner).fsm_update_user(clear=["phone"])
        self.assertFalse(nisha.phone)
        with self.assertRaisesRegex(UserError, "“clear” must be"):
            nisha.with_user(self.owner).fsm_update_user(clear=["login"])

    def test_last_owner_stays(self):
        owner = self.owner.with_user(self.owner)
        with self.assertRaisesRegex(UserError, "last owner"):
            owner.fsm_update_user(role="manager")
        with self.assertRaisesRegex(UserError, "Another owner"):
            owner.fsm_archive_user()

    def test_who_left_has_no_session_no_key_and_comes_back_as_he_was(self):
        self._as("technician", self.env["res.users"]).fsm_create_api_key(name="Script")
        technician = self.technician.with_user(self.owner)
        technician.fsm_archive_user()
        self.assertEqual((self.technician.active, self.tech.active), (False, False))
        self.assertFalse(self.technician.sudo().api_key_ids)
        technician.fsm_restore_user()
        self.assertEqual((self.technician.active, self.tech.active), (True, True))

    def test_people_of_another_organisation_are_out_of_reach(self):
        theirs = self.other_owner.with_user(self.owner)
        for call in (
            theirs.fsm_update_user,
            theirs.fsm_archive_user,
            lambda: self.branch.with_user(self.owner).assign_user(
                user_id=theirs.id, role="manager"
            ),
            lambda: self.env["res.users"].browse(10**8).with_user(self.owner).fsm_archive_user(),
        ):
            with self.assertRaisesRegex(UserError, "no such user in your organisation"):
                call()

    def test_organisations_never_see_each_others_people(self):
        mine = self.Users.search([])
        self.assertIn(self.receptionist, mine)
        self.assertNotIn(self.other_owner, mine)
        partners = self.env["res.partner"].with_user(self.receptionist)
        theirs = self.other_owner.partner_id | self.other_owner.company_id.partner_id
        self.assertFalse(partners.search([("id", "in", theirs.ids)]))
        self.other_owner.active = False
        self.assertFalse(partners.search([("id", "in", theirs.ids)]))
        self.assertTrue(partners.search([("id", "=", self.manager.partner_id.id)]))
        everybody = self.env.ref("mail.channel_all_employees")
        everybody.sudo()._add_members(users=self.other_owner | self.receptionist)
        channel = everybody.with_user(self.receptionist)
        self.assertFalse(channel.search([("id", "=", channel.id)]))
        members = partners.env["discuss.channel.member"].search([]).partner_id
        self.assertIn(self.receptionist.partner_id, members)
        self.assertFalse(members & theirs)
        self.assertFalse(partners.env["mail.alias"].search([]))
        self.assertIn(
            self.other_owner, self.env["res.users"].with_context(active_test=False).search([])
        )

    # === KEYS === #

    def test_key_is_shown_once_and_ends(self):
        users = self._as("receptionist", self.env["res.users"])
        answer = users.fsm_create_api_key(name="Kiosk", days=7)
        keys = self.env["res.users.apikeys"]
        uid = keys._check_credentials(scope="rpc", key=answer["key"])
        self.assertEqual(uid, self.receptionist.id)
        key = keys.browse(answer["id"])
        self.assertLess(key.expiration_date, fields.Datetime.now() + timedelta(days=7, hours=1))
        users.fsm_revoke_api_key(id=answer["id"])
        self.assertFalse(keys._check_credentials(scope="rpc", key=answer["key"]))

    def test_key_of_one_reference_is_one_and_is_not_remembered(self):
        users = self._as("receptionist", self.env["res.users"])
        answer = users.fsm_create_api_key(name="Kiosk", client_ref="key-1")
        with self.assertRaisesRegex(UserError, f"Key {answer['id']} .*not shown twice"):
            users.fsm_create_api_key(name="Kiosk", client_ref="key-1")
        mine = self.Users.fsm_create_api_key(name="Kiosk", client_ref="key-1")
        self.assertNotEqual(mine["id"], answer["id"], "A reference is the caller's own.")
        remembered = self.env["fsm.client.ref"].sudo().search([("name", "=", "key-1")])
        kept = remembered.mapped("answer")
        self.assertCountEqual(kept, [{"id": answer["id"]}, {"id": mine["id"]}])

    def test_f3_revoked_key_is_refused_where_it_just_worked(self):
        users = self._as("receptionist", self.env["res.users"])
        answer = users.fsm_create_api_key(name="Kiosk")
        users._check_uid_passwd(self.receptionist.id, answer["key"])
        users.fsm_revoke_api_key(id=answer["id"])
        with self.assertRaises(AccessDenied):
            users._check_uid_passwd(self.receptionist.id, answer["key"])

    def test_rotated_key_replaces_the_old_one(self):
        users = self._as("receptionist", self.env["res.users"])
        old = users.fsm_create_api_key(name="Kiosk")
        new = users.fsm_rotate_api_key(id=old["id"])
        keys = self.env["res.users.apikeys"]
        self.assertFalse(keys._check_credentials(scope="rpc", key=old["key"]))
        self.assertTrue(keys._check_credentials(scope="rpc", key=new["key"]))

    def test_key_lasts_three_months_at_most_and_is_the_callers(self):
        users = self._as("receptionist", self.env["res.users"])
        for days in (0, -1, 91, 10**6):
            with self.subTest(days), self.assertRaisesRegex(UserError, "1 to 90"):
                users.fsm_create_api_key(name="Kiosk", days=days)
        key = users.fsm_create_api_key(name="Kiosk")
        with self.assertRaisesRegex(UserError, "no such key"):
            self.Users.fsm_revoke_api_key(id=key["id"])

    # === BRANCHES === #

    def test_who_leaves_a_branch_signs_in_again(self):
        self.other_branch.with_user(self.owner).assign_user(
            user_id=self.accountant.id, role="accountant"
        )
        self._as("accountant", self.env["res.users"]).fsm_create_api_key(name="Tally")
        self.branch.with_user(self.owner).unassign_user(user_id=self.accountant.id)
        self.assertFalse(self.accountant.sudo().api_key_ids)
        self.assertEqual(self.accountant.company_ids, self.other_branch.company_id)

    def test_owner_is_never_taken_out_of_a_branch(self):
        with self.assertRaisesRegex(UserError, "every branch"):
            self.branch.with_user(self.owner).unassign_user(user_id=self.owner.id)

    def test_closed_branch_keeps_its_history_and_takes_nothing_in(self):
        job = self._intake()
        branch = self.branch.with_user(self.owner)
        with self.assertRaisesRegex(UserError, "still has 1 open job cards"):
            branch.active = False
        self._as("manager", job).move_to(state="cancelled", reason="Not worth it")
        branch.active = False
        self.assertEqual(self._as("receptionist").search([]), job)
        self.assertTrue(self._as("receptionist", job).timeline())
        with self.assertRaisesRegex(UserError, "is closed"):
            self._intake()
        with self.assertRaisesRegex(UserError, "is closed"):
            branch.set_current()
        self.assertFalse(self._as("receptionist", self.env["fsm.branch"]).my_branches())

    # === SCREEN === #

    def test_owner_hires_and_changes_people_on_his_screen(self):
        People = self.env["fsm.person"].with_user(self.owner)
        with Form(People) as form:
            form.name, form.login, form.role = "Nisha Rao", "nisha", "technician"
            form.branch_ids.add(self.branch)
        nisha = self.env["res.users"].browse(form.record.id)
        self.assertEqual((nisha.fsm_role, nisha.company_id), ("technician", self.company))
        person = People.browse(nisha.id)
        with Form(person) as form:
            form.role = "manager"
            form.branch_ids.add(self.other_branch)
        self.assertEqual(nisha.fsm_role, "manager")
        self.assertEqual(person.branch_ids, self.branch | self.other_branch)
        person.action_archive()
        self.assertFalse(nisha.active)

    def test_screen_shows_the_organisations_people_to_its_owner_only(self):
        People = self.env["fsm.person"]
        mine = People.with_user(self.owner).search([])
        self.assertIn(self.receptionist.id, mine.ids)
        self.assertNotIn(self.other_owner.id, mine.ids)
        at_branch = mine.search([("branch_ids", "in", self.other_branch.ids)])
        self.assertEqual(at_branch.ids, self.owner.ids)
        with self.assertRaises(AccessError):
            People.with_user(self.manager).search([])
