from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests.common import new_test_user
from odoo.tools import html2plaintext
from odoo.tools.misc import format_date

from ..models import fsm_audit_transaction
from .common import AuditCommon


class TestFsmAuditLog(AuditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["fsm.audit.log"]
        cls.branch, cls.other = cls.env["res.company"].create(
            [{"name": "Whitefield"}, {"name": "Another Organisation"}]
        )
        cls.owner = new_test_user(
            cls.env,
            "asha",
            "base.group_user,fsm_audit.group_fsm_audit_reader",
            company_id=cls.branch.id,
            company_ids=[Command.set(cls.branch.ids)],
        )
        cls.administrator = new_test_user(cls.env, "administrator", "base.group_system")
        cls.clerk = new_test_user(cls.env, "vijay", "base.group_user,base.group_partner_manager")

    def _read_as(self, user, record):
        domain = [("model", "=", record._name), ("record_id", "=", record.id)]
        return self.log.with_user(user).search(domain)

    # === READING === #

    def test_entry_reads_as_integrators_expect(self):
        self.customer.company_id = self.branch
        self.customer.vat = "X"
        self.env.flush_all()
        fields = ["at", "kind", "user_id", "company_id", "model", "record_id", "record_name"]
        fields += ["changes", "source", "ip", "reason"]
        [entry] = self.log.search_read(
            [("model", "=", "res.partner"), ("record_id", "=", self.customer.id)], fields, limit=1
        )
        self.assertEqual(entry["kind"], "change")
        self.assertEqual(entry["user_id"][0], self.env.uid)
        self.assertEqual(entry["company_id"][0], self.branch.id)
        self.assertEqual(entry["record_name"], "Suresh Kumar")
        self.assertEqual(entry["changes"], {"vat": ["29AAGCR4375J1ZU", "X"]})
        self.assertEqual(entry["source"], "cli")

    def test_change_of_a_state_is_told_apart(self):
        self._declare("ir.actions.todo", state=True)
        action = self.env["ir.actions.actions"].search([], limit=1)
        todo = self.env["ir.actions.todo"].create({"action_id": action.id})
        self.env.flush_all()
        todo.state = "done"
        self.env.flush_all()
        entry = self.log.search([("model", "=", "ir.actions.todo")], limit=1)
        self.assertEqual(entry.kind, "state")
        self.assertIn("To Do → Done", entry.summary.replace("</b> ", ""))

    def test_changes_are_told_in_labels_and_names(self):
        self._declare("res.partner", parent_id=True, is_company=True)
        self.customer.parent_id = self.branch.partner_id
        self.env.flush_all()
        entry = self.log.search([("record_id", "=", self.customer.id)], limit=1)
        self.assertIn("Related Company", entry.summary)
        self.assertIn("Whitefield", entry.summary)

    def test_moments_and_amounts_read_as_people_write_them(self):
        self._declare("res.currency.rate", rate=True, name=True)
        rate = self.env["res.currency.rate"].create(
            {"currency_id": self.env.ref("base.EUR").id, "name": "2026-04-01", "rate": 12345.5}
        )
        self.env.flush_all()
        entry = self.log.search([("record_id", "=", rate.id)], limit=1)
        self.assertIn(format_date(self.env, "2026-04-01"), entry.summary)
        self.assertIn("12,345.5", entry.summary)

    def test_names_in_changes_are_read_at_once(self):
        self._declare("res.partner", parent_id=True)
        parents = self.env["res.partner"].create([{"name": f"Parent {n}"} for n in range(20)])
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {parent.name}", "parent_id": parent.id} for parent in parents]
        )
        self.env.flush_all()
        entries = self.log.search([("record_id", "in", customers.ids), ("id", ">", self.start)])
        entries.mapped("raw_changes")
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            entries.mapped("summary")

    def test_e5_text_of_a_change_is_inert(self):
        self.customer.vat = "<script>alert(1)</script>"
        self.env.flush_all()
        entry = self.log.search([("record_id", "=", self.customer.id)], limit=1)
        self.assertNotIn("<script>", entry.summary)

    def test_entry_of_a_deleted_record_can_be_read(self):
        customer_id = self.customer.id
        self.customer.unlink()
        self.env.flush_all()
        entry = self.log.search([("record_id", "=", customer_id)], limit=1)
        self.assertEqual((entry.kind, entry.record_name), ("delete", f"Contact {customer_id}"))
        self.assertTrue(entry.summary)

    def test_entry_of_an_addon_that_is_gone_can_be_read(self):
        self.cr.execute(
            "SELECT fsm_audit.log_event('config', 'ops', 'gone.model', '{3}', '{NULL}', NULL,"
            ' \'{"name": [null, "x"]}\', \'{"uid": 1}\')'
        )
        entry = self.log.search([("model", "=", "gone.model")])
        self.assertEqual(entry.record_name, "gone.model 3")
        self.assertIn("x", entry.summary)

    def test_names_of_many_records_are_read_at_once(self):
        customers = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(40)])
        self.env.flush_all()
        self.env.invalidate_all()
        entries = self.log.search([("record_id", "in", customers.ids), ("id", ">", self.start)])
        entries.mapped("record_name")  # warm
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            entries.mapped("record_name")

    def test_entry_is_found_by_the_name_of_its_record(self):
        self.customer.vat = "X"
        self.env.flush_all()
        found = self.log.search([("record_name", "ilike", "suresh kum")])
        self.assertIn(self.customer.id, found.mapped("record_id"))
        self.assertFalse([n for n in found.mapped("record_name") if "suresh kum" not in n.lower()])
        self.assertFalse(self.log.search([("record_name", "=", "Nobody at all")]))

    # === FOLDED === #

    def _fold(self, user):
        """Return the line of what this test did: a test is one transaction."""
        self.env.flush_all()
        self.patch(fsm_audit_transaction, "NAMED", 99)
        domain = [("id", ">", self.start)]
        groups = self.log.with_user(user).web_read_group(domain, ["transaction_id"])["groups"]
        [line] = [group["transaction_id"][1] for group in groups]
        return line

    def test_what_was_done_together_is_one_line(self):
        self._declare("res.partner.category", name=True)
        tag, _other = self.env["res.partner.category"].create([{"name": "VIP"}, {"name": "AMC"}])
        self.log._log_event("override", self.customer, "He waits at the counter.")
        self.env.flush_all()
        tag.name = "Regular"
        line = self._fold(self.env.user)
        self.assertIn("Override: Contact Suresh Kumar", line)
        self.assertIn("Created: Partner Tags (2)", line)
        self.assertIn("Changed: Partner Tags Regular", line)
        self.assertIn(self.env.user.name, line)

    def test_line_does_not_tell_of_another_company(self):
        self.customer.company_id = self.branch
        stranger = self.env["res.partner"].create({"name": "Vijay", "company_id": self.other.id})
        self.log._log_event("override", self.customer | stranger)
        self.assertIn("Override: Contact Suresh Kumar", self._fold(self.owner))

    def test_lines_of_a_page_take_no_query_each(self):
        self.customer.vat = "X"
        self.env.flush_all()
        transaction = self.log.search([("id", ">", self.start)]).transaction_id
        missing = self.env["fsm.audit.transaction"].browse(range(1, 80)) | transaction
        missing.mapped("display_name")  # warm
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            missing.mapped("display_name")

    # === FROM THE RECORD === #

    def test_form_of_an_audited_record_leads_owners_to_its_trail(self):
        form = '<button name="action_open_audit_trail"'
        for user, seen in ((self.owner, True), (self.clerk, False)):
            arch = self.env["res.partner"].with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual(form in arch, seen, user.login)

    def test_form_of_what_is_not_audited_has_no_such_button(self):
        arch = self.env["res.bank"].get_view(view_type="form")["arch"]
        self.assertNotIn("action_open_audit_trail", arch)

    def test_trail_of_a_record_tells_of_what_goes_with_it(self):
        self._declare("res.partner.bank", acc_number=True)
        account = self.env["res.partner.bank"].create(
            {"partner_id": self.customer.id, "acc_number": "001"}
        )
        self.env.flush_all()
        entries = self.log.search(self.customer.action_open_audit_trail()["domain"])
        self.assertIn((account._name, account.id), entries.mapped(lambda e: (e.model, e.record_id)))
        self.assertEqual(set(entries.mapped("model")), {"res.partner", "res.partner.bank"})

    # === WHO MAY === #

    def test_g6_way_to_the_trail_is_for_who_may_read_trail_and_record(self):
        secret = self.env["fsm.audit.secret"]
        for records, user in ((self.customer, self.clerk), (secret, self.owner)):
            with self.subTest(user.login), self.assertRaises(AccessError):
                records.with_user(user).action_open_audit_trail()
        self.assertTrue(self.customer.with_user(self.owner).action_open_audit_trail()["domain"])

    def test_g6_only_readers_of_the_trail_read_it(self):
        with self.assertRaises(AccessError):
            self.log.with_user(self.clerk).search([])
        with self.assertRaises(AccessError):
            self.log.with_user(self.administrator).search([])

    def test_reader_sees_his_company(self):
        self.customer.company_id = self.branch
        self.customer.vat = "X"
        self.env.flush_all()
        self.assertTrue(self._read_as(self.owner, self.customer))

    def test_g6_reader_does_not_see_another_company(self):
        stranger = self.env["res.partner"].create({"name": "Vijay", "company_id": self.other.id})
        self.env.flush_all()
        self.assertFalse(self._read_as(self.owner, stranger))

    def test_what_belongs_to_no_company_is_for_the_system_administrator(self):
        rule = self.env["ir.rule"].search([], limit=1)
        rule.active = not rule.active
        self.env.flush_all()
        self.assertFalse(self._read_as(self.owner, rule))
        self.owner.group_ids |= self.env.ref("base.group_system")
        self.assertTrue(self._read_as(self.owner, rule))

    # === EVENTS === #

    def test_event_is_logged_for_each_record(self):
        customers = self.customer | self.customer.copy()
        self.log._log_event("override", customers, "The customer waits at the counter.")
        entries = self.log.search([("kind", "=", "override"), ("id", ">", self.start)])
        self.assertEqual(set(entries.mapped("record_id")), set(customers.ids))
        self.assertEqual(set(entries.mapped("reason")), {"The customer waits at the counter."})

    def test_event_of_a_model_has_no_record(self):
        self.log._log_event("export", "res.partner")
        entry = self.log.search([("kind", "=", "export")], limit=1)
        self.assertEqual(
            (entry.model, entry.record_id, entry.record_name), ("res.partner", 0, "Contact")
        )

    def test_event_does_not_tell_secrets(self):
        self.log._log_event("passcode", self.customer, changes={"passcode": [None, "1234"]})
        entry = self.log.search([("kind", "=", "passcode")], limit=1)
        self.assertEqual(entry.changes, {"passcode": [False, "•••"]})

    def test_g5_denial_stays_though_the_request_is_rolled_back(self):
        with self.registry.cursor() as cr:
            log = self.env(cr=cr)["fsm.audit.log"]
            log._log_event("passcode", "res.partner", "Refused in a test.", separate=True)
            log._log_event("passcode", "res.partner", "Rolled back in a test.")
            cr.rollback()
            cr.execute(
                "SELECT reason FROM fsm_audit.entry WHERE kind = 'passcode' AND id > %s",
                [self.start],
            )
            self.assertEqual(cr.fetchall(), [("Refused in a test.",)])

    def test_facts_of_events_read_as_words_and_names(self):
        facts = {"ids": [None, self.customer.ids], "signed in with": [None, "key"]}
        facts |= {"report": [None, "web.preview_internalreport"], "unheard_of": [None, 3]}
        self.log.sudo()._log_event("export", "res.partner", changes=facts)
        text = html2plaintext(self.log.sudo().search([("kind", "=", "export")], limit=1).summary)
        for told in (f"Of* {self.customer.name}", "Signed in with* key", "Unheard of* 3"):
            self.assertIn(told, text)
        self.assertNotIn("web.preview", text)

    def test_export_is_logged_with_who_and_what(self):
        self.clerk.group_ids |= self.env.ref("base.group_allow_export")
        self.customer.with_user(self.clerk).export_data(["name", "phone"])
        entry = self.log.search([("kind", "=", "export")], limit=1)
        self.assertEqual((entry.user_id, entry.model), (self.clerk, "res.partner"))
        self.assertEqual(entry.changes["fields"], [False, ["name", "phone"]])
        self.assertEqual(entry.changes["ids"], [False, self.customer.ids])
