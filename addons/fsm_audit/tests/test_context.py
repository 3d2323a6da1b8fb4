import json
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.tests.common import new_test_user
from odoo.tools import config, mute_logger

from .. import context
from .common import AuditCommon, DoorsCommon


class TestContext(AuditCommon):
    def _person(self):
        [entry] = self._entries(self.customer)
        return entry["ctx"]["uid"]

    def setUp(self):
        super().setUp()
        self.asha = new_test_user(self.env, "asha", "base.group_user,base.group_partner_manager")
        self._begin()

    def test_g4_sudo_does_not_hide_the_person(self):
        self.customer.with_user(self.asha).sudo().vat = "X"
        self.assertEqual(self._person(), self.asha.id)

    def test_g4_another_user_does_not_hide_the_person(self):
        with patch.object(threading.current_thread(), "uid", self.asha.id, create=True):
            self.customer.with_user(SUPERUSER_ID).vat = "X"
            self.assertEqual(self._person(), self.asha.id)

    def test_g4_person_is_known_after_a_rolled_back_savepoint(self):
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.customer.with_user(self.asha).vat = "X"
            self.env.flush_all()
            1 / 0  # noqa: B018
        self.customer.with_user(self.asha).vat = "Y"
        self.assertEqual(self._person(), self.asha.id)

    def test_shared_customer_belongs_to_the_company_the_person_works_in(self):
        branch = self.env["res.company"].create({"name": "Whitefield"})
        self.asha.company_ids |= branch
        self._begin()
        self.customer.with_user(self.asha).with_context(allowed_company_ids=branch.ids).vat = "X"
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["company_id"], branch.id)

    def test_company_of_others_cannot_be_claimed(self):
        other = self.env["res.company"].create({"name": "Another Organisation"})
        self._begin()
        self.customer.with_user(self.asha).with_context(
            allowed_company_ids=other.ids
        ).sudo().vat = "X"
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["company_id"], self.asha.company_id.id)

    def test_nonsense_for_a_company_is_ignored(self):
        for nonsense in (["one"], "1", [None], [], [2**70]):
            with self.subTest(nonsense):
                self._begin()
                keys = {"allowed_company_ids": nonsense}
                context.tell(self.env(user=self.asha, context=keys))
                self.cr.execute("UPDATE res_partner SET vat = %s", [str(nonsense)])
                [entry] = self._entries(self.customer)
                self.assertEqual(entry["company_id"], self.asha.company_id.id)

    def test_g4_write_around_odoo_is_flagged(self):
        self.cr.execute("SELECT set_config('fsm.ctx', '', true)")
        self.cr.execute("UPDATE res_partner SET vat = 'X' WHERE id = %s", [self.customer.id])
        [entry] = self._entries(self.customer)
        self.assertIsNone(entry["ctx"])
        log = self.env["fsm.audit.log"].browse(entry["id"])
        self.assertTrue(log.out_of_band)
        self.assertFalse(log.user_id)
        self.assertEqual(log.source, "sql")

    def test_g4_cron_is_named(self):
        with context.known(src="cron"):
            self.customer.vat = "X"
            self.env.flush_all()
        [entry] = self._entries(self.customer)
        self.assertEqual(entry["ctx"]["src"], "cron")


class TestSources(DoorsCommon):
    def _facts(self):
        self.env.flush_all()
        self.cr.execute(
            "SELECT ctx FROM fsm_audit.entry WHERE model = 'res.partner' AND res_id = %s"
            " AND op = 'U' ORDER BY id DESC LIMIT 1",
            [self.customer.id],
        )
        return self.cr.fetchone()[0]

    def test_g4_web_client(self):
        self.authenticate("asha", "asha-asha")
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/res.partner/write",
            {
                "model": "res.partner",
                "method": "write",
                "args": [self.customer.ids, {"vat": "X"}],
                "kwargs": {},
            },
            headers={"X-Request-Id": "counter-7"},
        )
        facts = self._facts()
        self.assertEqual((facts["src"], facts["uid"]), ("ui", self.asha.id))
        self.assertEqual((facts["ip"], facts["req"]), ("127.0.0.1", "counter-7"))
        self.assertEqual(facts["dev"], context.session_ref(self.session.sid))
        self.assertNotIn(self.session.sid[:20], str(facts))

    def _write_through(self, hops):
        """Write over JSON-2 with headers that only a proxy should send; return the address noted."""
        self.url_open(
            "/json/2/res.partner/write",
            json={"ids": self.customer.ids, "vals": {"vat": hops}},
            headers={
                "Authorization": f"Bearer {self.key}",
                "X-Forwarded-For": hops,
                "X-Forwarded-Host": "fsm.example.com",
            },
        ).raise_for_status()
        return self._facts()["ip"]

    def test_f4_address_is_not_what_a_client_says(self):
        self.assertFalse(config["proxy_mode"])
        self.assertEqual(self._write_through("203.0.113.7"), "127.0.0.1")

    def test_f4_behind_a_proxy_it_is_what_the_proxy_says_last(self):
        with patch.dict(config.options, {"proxy_mode": True}):
            hops = "203.0.113.7, 198.51.100.9"
            self.assertEqual(self._write_through(hops), "198.51.100.9")

    @mute_logger("odoo.http")
    def test_f5_form_of_another_site_calls_nothing(self):
        self.authenticate("asha", "asha-asha")
        call = {"model": "res.partner", "method": "write", "kwargs": {}}
        call["args"] = [self.customer.ids, {"vat": "F5"}]
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps({"params": call}),
            headers={"Content-Type": "text/plain", "Origin": "https://evil.example.com"},
        )
        self.assertGreaterEqual(answer.status_code, 400)
        answer = self.url_open("/web/export/csv", data={"data": "{}"})
        self.assertEqual(answer.status_code, 400)
        self.assertNotEqual(self.customer.vat, "F5")

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")  # deprecated, says core
    def test_g4_xmlrpc(self):
        self.xmlrpc_object.execute(
            self.env.cr.dbname,
            self.asha.id,
            self.key,
            "res.partner",
            "write",
            self.customer.ids,
            {"vat": "X"},
        )
        facts = self._facts()
        self.assertEqual((facts["src"], facts["uid"]), ("xmlrpc", self.asha.id))
        self.assertEqual(facts["ip"], "127.0.0.1")
        self.assertEqual(facts["key"], self._key_id())

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")  # deprecated, says core
    def test_trail_can_be_read_over_xmlrpc(self):
        self.asha.group_ids |= self.env.ref("fsm_audit.group_fsm_audit_reader")
        self.customer.company_id = self.asha.company_id
        self.customer.vat = "X"
        self.env.flush_all()
        domain = [("model", "=", "res.partner"), ("record_id", "=", self.customer.id)]
        [entry] = self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.asha.id,
            self.key,
            "fsm.audit.log",
            "search_read",
            [domain, ["at", "kind", "changes", "record_name", "reason", "ip"]],
            {"limit": 1},
        )
        self.assertEqual(entry["changes"], {"vat": [False, "X"]})

    def test_g4_json2(self):
        response = self.url_open(
            "/json/2/res.partner/write",
            json={"ids": self.customer.ids, "vals": {"vat": "X"}},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        self.assertTrue(response.ok, response.text)
        facts = self._facts()
        self.assertEqual((facts["src"], facts["uid"]), ("json2", self.asha.id))
        self.assertEqual(facts["ip"], "127.0.0.1")
        self.assertEqual(facts["key"], self._key_id())

    def _key_id(self):
        return self.env["res.users.apikeys"].search([("user_id", "=", self.asha.id)]).id
