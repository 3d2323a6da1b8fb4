from odoo.tests import TransactionCase, tagged

# What each role finds in the menu of the app, with all addons; the first is where he lands.
DESK = ["Workshop", "New Job", "Devices", "Customers"]
BOOKS = ["Workshop", "Devices", "Customers", "Parts", "Invoices"]
BRANCH = ["Workshop", "My Jobs", "New Job", "Devices", "Customers", "Parts", "Invoices"]
MENUS = {
    "priya": DESK,
    "ravi": ["My Jobs", "Devices"],
    "anita": BOOKS,
    "manager": [*BRANCH, "Configuration"],
    "owner": [*BRANCH, "Configuration"],
}


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    def _apps(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        return menus, [menus[menu_id] for menu_id in menus["root"]["children"]]

    def test_each_role_lands_in_field_service_and_finds_what_is_his(self):
        for login, names in MENUS.items():
            with self.subTest(login=login):
                menus, apps = self._apps(login)
                self.assertEqual(apps[0]["name"], "Field Service")
                self.assertEqual([menus[child]["name"] for child in apps[0]["children"]], names)

    def test_nobody_but_the_administrator_is_offered_apps(self):
        for login in MENUS:
            self.assertNotIn("Apps", [app["name"] for app in self._apps(login)[1]], login)
        self.assertIn("Apps", [app["name"] for app in self._apps("admin")[1]])
