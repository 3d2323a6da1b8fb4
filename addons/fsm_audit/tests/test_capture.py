import base64
import hashlib
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests.common import new_test_user

from .. import context
from .common import AuditCommon


class TestCapture(AuditCommon):
    # === WHAT IT COSTS === #

    def test_r5_audit_adds_one_query_to_a_transaction_of_any_size(self):
        customers = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(100)])

        def queries(number):
            self._begin()
            before = self.cr.sql_log_count
            customers.vat = f"X{number}"
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries(0)  # warm
        audited = queries(1)
        self.assertEqual(len(self._entries()), 100)
        with patch.object(context, "tell"):
            self.assertEqual(audited, queries(2) + 1)

    # === WHAT IS LOGGED === #

    def test_change_is_logged_with_old_and_new(self):
        self.customer.vat = "33AAGCR4375J1Z5"
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["op"], "U")
        self.assertEqual(entry["changes"], {"vat": ["29AAGCR4375J1ZU", "33AAGCR4375J1Z5"]})

    def test_field_that_is_not_declared_is_not_logged(self):
        self.customer.comment = "Calls in the evening."
        self.assertFalse(self._entries(self.customer))

    def test_field_related_to_a_declared_one_is_not_logged_twice(self):
        self.env.company.phone = "080 4112 2334"
        self.assertFalse(self._entries(self.env.company))
        self.assertEqual(len(self._entries(self.env.company.partner_id)), 1)

    def test_writing_the_same_again_is_not_a_change(self):
        self._declare("res.partner", color=True)
        self.cr.execute("UPDATE res_partner SET color = NULL WHERE id = %s", [self.customer.id])
        self.customer.invalidate_recordset()
        self.customer.write({"vat": self.customer.vat, "color": 0})
        self.assertFalse(self._entries(self.customer))

    def test_creation_is_logged_with_what_was_filled_in(self):
        customer = self.env["res.partner"].create({"name": "Asha Rao", "vat": "X"})
        [entry] = self._entries(customer)
        self.assertEqual(entry["op"], "I")
        self.assertEqual(set(entry["changes"]), {"name", "vat", "active"})

    def test_deletion_is_logged_with_the_last_values(self):
        customer_id = self.customer.id
        self.customer.unlink()
        [entry] = self._entries()
        self.assertEqual((entry["op"], entry["res_id"]), ("D", customer_id))
        self.assertEqual(entry["changes"]["vat"], ["29AAGCR4375J1ZU", None])

    def test_stored_computed_field_is_logged(self):
        self._declare("res.partner", complete_name=True)
        self.customer.name = "Suresh K."
        merged = {
            name: pair for changes in self._changes(self.customer) for name, pair in changes.items()
        }
        self.assertEqual(merged["complete_name"], ["Suresh Kumar", "Suresh K."])

    def test_relation_is_logged_with_what_was_added_and_removed(self):
        user = new_test_user(self.env, "vijay")
        group = self.env.ref("base.group_partner_manager")
        self._begin()
        user.group_ids = [Command.link(group.id)]
        user.group_ids = [Command.unlink(group.id)]
        changes = [pair for pair in self._changes(user) if "group_ids" in pair]
        self.assertEqual(
            changes, [{"group_ids": [[], [group.id]]}, {"group_ids": [[group.id], []]}]
        )

    def test_translated_field_is_logged_with_its_languages(self):
        self._declare("res.partner.industry", name=True)
        industry = self.env["res.partner.industry"].create({"name": "Repairs"})
        self.assertEqual(self._changes(industry), [{"name": [None, {"en_US": "Repairs"}]}])

    def test_long_text_is_told_by_its_beginning(self):
        self._declare("res.partner", comment=True)
        self.customer.comment = "x" * 5000
        [changes] = self._changes(self.customer)
        self.assertLess(len(changes["comment"][1]), 1010)

    def test_emptying_a_table_is_logged(self):
        self._declare("ir.logging", name=True)
        self.cr.execute("TRUNCATE ir_logging")
        self.assertEqual([(e["op"], e["model"]) for e in self._entries()], [("T", "ir.logging")])

    def test_g1_relation_that_is_updated_or_emptied_by_sql_is_logged(self):
        user, group = self.env.user, self.env.ref("base.group_portal")
        gone = user.group_ids[0]
        self.cr.execute(
            "UPDATE res_groups_users_rel SET gid = %s WHERE uid = %s AND gid = %s",
            [group.id, user.id, gone.id],
        )
        self.assertEqual(
            self._changes(user), [{"group_ids": [[gone.id], []]}, {"group_ids": [[], [group.id]]}]
        )
        self.cr.execute("TRUNCATE res_groups_users_rel")
        emptied = self._entries()[-1]
        self.assertEqual((emptied["op"], emptied["model"]), ("T", "res.users"))
        self.assertEqual(emptied["changes"], {"table res_groups_users_rel": [None, "TRUNCATE"]})

    # === NOTHING GOES AROUND IT === #

    def test_context_keys_do_not_silence_it(self):
        keys = ("tracking_disable", "mail_notrack", "mail_create_nolog", "install_mode", "no_audit")
        self.customer.with_context(**dict.fromkeys(keys, True)).vat = "X"
        self.assertEqual(len(self._entries(self.customer)), 1)

    def test_raw_sql_is_logged(self):
        self.cr.execute("UPDATE res_partner SET vat = 'X' WHERE id = %s", [self.customer.id])
        self.assertEqual(self._changes(self.customer), [{"vat": ["29AAGCR4375J1ZU", "X"]}])

    def test_right_or_action_that_is_turned_to_another_model_is_logged(self):
        users = self.env.ref("base.model_res_users")
        groups = self.env.ref("base.model_res_groups")
        action = {"name": "x", "model_id": groups.id, "state": "code", "code": "1"}
        for record in (
            self.env["ir.rule"].create({"name": "x", "model_id": groups.id}),
            self.env["ir.model.access"].create({"name": "x", "model_id": groups.id}),
            self.env["ir.actions.server"].create(action),
        ):
            self._begin()
            record.model_id = users
            self.assertEqual(self._changes(record), [{"model_id": [groups.id, users.id]}])

    def test_what_is_rolled_back_is_not_logged(self):
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.customer.vat = "X"
            self.env.flush_all()
            1 / 0  # noqa: B018
        self.assertFalse(self._entries(self.customer))

    # === PERSONAL DATA AND SECRETS === #

    def test_masked_value_is_not_in_the_entry(self):
        self.customer.phone = "+91 99000 54321"
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["changes"], {"phone": ["+9•••••345", "+9•••••321"]})

    def test_masked_value_can_be_proved(self):
        self.customer.phone = "+91 99000 54321"
        [entry] = self._entries(self.customer)
        self.cr.execute(
            "SELECT salt, vals, vals::text FROM fsm_audit.pii WHERE entry_id = %s", [entry["id"]]
        )
        salt, values, text = self.cr.fetchone()
        self.assertEqual(values, {"phone": ["+91 98450 12345", "+91 99000 54321"]})
        proof = base64.b64encode(hashlib.sha256((salt + text).encode()).digest()).decode()
        self.assertEqual(proof, entry["commitment"])

    def test_erased_person_stays_in_the_trail_without_values(self):
        erased = self.env["fsm.audit.log"]._erase(self.customer, "Asked for by letter, DPDP s. 12")
        self.assertEqual(erased, 1)
        self.cr.execute("SELECT FROM fsm_audit.pii WHERE partner_id = %s", [self.customer.id])
        self.assertFalse(self.cr.fetchall())
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["reason"], "Asked for by letter, DPDP s. 12")

    def test_of_a_secret_only_the_change_is_logged(self):
        self._declare("res.users", signature=True)
        self.env.user.signature = "<p>canary</p>"
        [entry] = self._entries(self.env.user)
        self.assertEqual(entry["changes"]["signature"][1], "•••")

    # === COST === #

    def test_transaction_pays_one_query_for_who_writes(self):
        self._declare("res.partner.industry", active=True)
        industry = self.env["res.partner.industry"].create({"name": "Repairs"})
        self.env.flush_all()
        costs = []
        for active in (False, True, False):
            start = self.cr.sql_log_count
            industry.active = active
            self.env.flush_all()
            costs.append(self.cr.sql_log_count - start)
            if active:
                self._begin()
        self.assertEqual(costs[2], costs[1] + 1)

    def test_transaction_that_writes_nothing_audited_pays_nothing(self):
        self._begin()
        self.env["res.partner.industry"].create({"name": "Repairs"})
        self.env.flush_all()
        self.assertNotIn("fsm_audit.context", self.cr.precommit.data)
