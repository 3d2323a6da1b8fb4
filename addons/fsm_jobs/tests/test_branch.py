from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestBranch(FsmJobsCommon):
    def test_branch_is_a_child_company_of_the_organisation(self):
        self.assertEqual(self.company.parent_id, self.organization)
        self.assertEqual(self.company.state_id, self.karnataka)
        self.assertEqual(self.branch.calendar_id.tz, "Asia/Kolkata")

    def test_owner_sees_a_branch_that_is_founded_later(self):
        branch = self._create_branch("HSR Layout", "HSR", self.karnataka, "29AAKCN4410R1ZU")
        self.assertIn(branch.company_id, self.owner.company_ids)
        codes = [row["code"] for row in self.env["fsm.branch"].with_user(self.owner).my_branches()]
        self.assertEqual(set(codes), {"SPR", "HSR", "RST"})

    def test_manager_founds_no_branch(self):
        with self.assertRaises(AccessError):
            self.env["fsm.branch"].with_user(self.manager).create(
                {"name": "Mine", "code": "MIN", "state_id": self.karnataka.id}
            )

    def test_owner_founds_no_branch_in_another_organisation(self):
        other = self.env["res.company"].fsm_create_organization(
            name="Other Ltd", state_id=self.karnataka.id, owner={"login": "other_owner"}
        )
        with self.assertRaises(AccessError):
            self.env["fsm.branch"].with_user(self.owner).create(
                {
                    "name": "Theirs",
                    "code": "THR",
                    "state_id": self.karnataka.id,
                    "organization_id": other["organization_id"],
                }
            )

    def test_code_is_short_and_leaves_documents_apart(self):
        for code in ("BLRM", "1AB", "A_B", ""):
            with self.subTest(code), self.assertRaises(UserError):
                self._create_branch("X", code, self.karnataka, False)
        self._create_branch("B", "B", self.karnataka, False)
        with self.assertRaisesRegex(ValidationError, "credit notes start with R"):
            self._create_branch("RB", "RB", self.karnataka, False)

    def test_code_and_company_of_a_branch_stay(self):
        with self.assertRaises(UserError):
            self.branch.code = "SPX"
        with self.assertRaises(UserError):
            self.branch.company_id = self.other_branch.company_id
        with self.assertRaises(UserError):
            self.branch.unlink()

    def test_user_has_one_role(self):
        with self.assertRaisesRegex(UserError, "one role in all branches"):
            self.branch.with_user(self.owner).assign_user(
                user_id=self.technician.id, role="accountant"
            )

    def test_technician_becomes_a_resource_of_each_branch(self):
        self.other_branch.with_user(self.owner).assign_user(
            user_id=self.technician.id, role="technician"
        )
        self.assertEqual(
            self.technician.fsm_technician_ids.company_id,
            self.company | self.other_branch.company_id,
        )

    def test_only_an_owner_manages_people(self):
        with self.assertRaises(AccessError):
            self.branch.with_user(self.manager).assign_user(
                user_id=self.technician.id, role="technician"
            )

    def test_owner_does_not_reach_administrators(self):
        with self.assertRaisesRegex(UserError, "no such user"):
            self.branch.with_user(self.owner).assign_user(
                user_id=self.env.ref("base.user_admin").id, role="technician"
            )

    def test_who_leaves_his_only_branch_cannot_sign_in(self):
        self.branch.with_user(self.owner).unassign_user(user_id=self.technician.id)
        self.assertFalse(self.technician.active)
        self.assertFalse(self.tech.active)

    def test_user_learns_who_he_is(self):
        me = self.env["res.users"].with_user(self.receptionist).fsm_me()
        self.assertEqual((me["role"], me["current_branch_id"]), ("receptionist", self.branch.id))

    def test_only_an_administrator_founds_an_organisation(self):
        with self.assertRaises(AccessError):
            self.env["res.company"].with_user(self.owner).fsm_create_organization(
                name="Mine", state_id=self.karnataka.id
            )

    def test_first_day_makes_organisation_owner_and_branch(self):
        admin = self.env.ref("base.user_admin")
        dialog = (
            self.env["fsm.new.organization"]
            .with_user(admin)
            .create(
                {
                    "name": "Namma Repairs LLP",
                    "state_id": self.karnataka.id,
                    "owner_name": "Gowri",
                    "owner_login": "gowri@example.in",
                    "branch_name": "Jayanagar",
                    "branch_code": "JAY",
                }
            )
        )
        branch = self.env["fsm.branch"].browse(dialog.action_create()["res_id"])
        owner = self.env["res.users"].search([("login", "=", "gowri@example.in")])
        self.assertEqual(owner.fsm_role, "owner")
        self.assertIn(branch.company_id, owner.company_ids)

    def test_branch_needs_an_organisation_in_india(self):
        elsewhere = self.env["res.company"].create({"name": "Colombo Repairs"})
        with self.assertRaisesRegex(UserError, "no organisation in India"):
            self.env["fsm.branch"].create(
                {
                    "name": "Fort",
                    "code": "FRT",
                    "state_id": self.karnataka.id,
                    "organization_id": elsewhere.id,
                }
            )
