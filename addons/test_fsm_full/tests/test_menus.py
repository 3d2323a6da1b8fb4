from lxml import etree

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

# What each role finds in the menu of the app, with all addons; the first is where he lands.
DESK = ["Front Desk", "Workshop", "New Job", "Devices", "Customers"]
BOOKS = ["Workshop", "Devices", "Customers", "Parts", "Invoices", "Reports"]
BRANCH = ["Workshop", "My Jobs", "Front Desk", "New Job", *BOOKS[1:]]
MENUS = {
    "priya": DESK,
    "ravi": ["My Jobs", "Devices"],
    "anita": BOOKS,
    "manager": [*BRANCH, "Configuration"],
    "owner": [*BRANCH, "Configuration"],
}


# Filters of the workshop that are a status, as the desk calls them.
STATE_FILTERS = {
    "awaiting_approval": "estimate",
    "waiting_for_parts": "parts",
    "ready": "ready",
    "unclaimed": "unclaimed",
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

    # === LISTS === #

    def test_seven_filters_find_what_they_say(self):
        manager = self.env["res.users"].search([("login", "=", "manager")])
        jobs = self.env["fsm.job"].with_user(manager)
        found = {name: jobs.search(domain) for name, domain in self._filters(jobs).items()}
        for name, state in STATE_FILTERS.items():
            with self.subTest(name):
                self.assertEqual(
                    set(found[name].mapped("state")), {state} if found[name] else set()
                )
                self.assertEqual(len(found[name]), jobs.search_count([("state", "=", state)]))
        self.assertEqual(found["late"], jobs.search([]).filtered("is_late"))
        self.assertTrue(found["late"] and found["awaiting_approval"] and found["ready"])
        mine = jobs.search([]).filtered(lambda job: manager in job.technician_ids.user_id)
        self.assertEqual(found["mine"], mine)
        today = fields.Datetime.context_timestamp(manager, fields.Datetime.now()).date()
        for job in found["due_today"]:
            promised = fields.Datetime.context_timestamp(manager, job.promised_at)
            self.assertEqual(promised.date(), today)

    def test_counters_of_the_desk_are_the_lists_they_open(self):
        for login in ("priya", "manager"):
            user = self.env["res.users"].search([("login", "=", login)])
            jobs = self.env["fsm.job"].with_user(user)
            desk = jobs.desk()
            here = [("is_open", "=", True), ("branch_id", "=", desk["branch"]["id"])]
            filters = self._filters(jobs)
            for name, count in desk["counters"].items():
                with self.subTest(login=login, counter=name):
                    self.assertEqual(jobs.search_count([*here, *filters[name]]), count)
            self.assertEqual(len(desk["ready"]), desk["counters"]["ready"])

    def _filters(self, jobs):
        """Return ``{name: domain}`` of the job card's search, as the web client has them."""
        arch = etree.fromstring(jobs.get_view(view_type="search")["arch"])
        names = {"late", "due_today", "to_call", "waits_long", "mine", *STATE_FILTERS}
        nodes = {node.get("name"): node for node in arch.iter("filter")}
        self.assertEqual(len(nodes), len(list(arch.iter("filter"))), "No name stands twice.")
        return {name: safe_eval(nodes[name].get("domain"), {"uid": jobs.env.uid}) for name in names}

    def test_each_role_opens_each_kind_of_list(self):
        kinds = ("kanban", "list", "form", "calendar", "pivot", "graph", "activity", "search")
        for login in MENUS:
            user = self.env["res.users"].search([("login", "=", login)])
            jobs = self.env["fsm.job"].with_user(user)
            with self.subTest(login=login):
                views = jobs.get_views([(False, kind) for kind in kinds])["views"]
                self.assertEqual(views.keys(), set(kinds))
                shown = etree.fromstring(views["kanban"]["arch"]).iter("field")
                spec = {node.get("name"): {} for node in shown}
                self.assertTrue(jobs.web_search_read([], spec)["records"])
                self.assertTrue(jobs.formatted_read_group([], ["state"], ["__count"]))
