from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.fsm_demo import hooks


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    def test_story_is_told_once(self):
        with self.assertRaisesRegex(UserError, "without an organisation"):
            hooks.post_init_hook(self.env)

    def test_story_has_job_cards_all_along_the_way(self):
        owner = self.env["res.users"].search([("login", "=", "owner")])
        jobs = self.env["fsm.job"].with_user(owner).search([])
        self.assertGreaterEqual(len(set(jobs.mapped("state"))), 9)
        self.assertEqual(set(jobs.branch_id.mapped("code")), {"SPR", "HSR", "RST"})
        self.assertTrue(jobs.filtered("is_late"))

    def test_everybody_has_the_role_of_his_name(self):
        roles = {
            "owner": "owner",
            "manager": "manager",
            "priya": "receptionist",
            "ravi": "technician",
            "imran": "technician",
            "divya": "technician",
            "anita": "accountant",
        }
        for login, role in roles.items():
            with self.subTest(login):
                user = self.env["res.users"].search([("login", "=", login)])
                self.assertEqual(user.fsm_role, role)
                self.assertEqual((user.lang, user.tz), ("en_IN", "Asia/Kolkata"))
