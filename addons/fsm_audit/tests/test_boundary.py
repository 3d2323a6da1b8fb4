import json

from psycopg2 import InterfaceError
from psycopg2.errors import AdminShutdown, DiskFull, SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .. import boundary, errors, paging, scrub
from .common import AuditCommon, DoorsCommon

DEPRECATED = ("odoo.addons.rpc.controllers.jsonrpc", "odoo.addons.rpc.controllers.xmlrpc")


class TestScrub(AuditCommon):
    """B9: what is dropped, and what core's web client needs."""

    def test_b9_each_key_is_dropped_wherever_it_stands(self):
        for key in scrub.DANGEROUS:
            context = {"lang": "en_IN", key: True}
            for params in (
                {"context": context},
                {"kwargs": {"context": context}},
                {"context": json.dumps(context)},
                {"data": json.dumps({"model": "res.partner", "context": context})},
                {"options": json.dumps({"context": json.dumps(context)})},
            ):
                cleaned, dropped = scrub.clean(params)
                self.assertEqual(dropped, [key])
                self.assertNotIn(key, str(cleaned))
                self.assertIn("en_IN", str(cleaned))
                self.assertIn(key, str(params))  # a retry begins with what was sent

    def test_b9_what_the_web_client_sends_is_kept(self):
        kept = {"force_email": True, "active_test": False, "default_name": "x", "bin_size": True}
        kept |= {"inventory_mode": True, "skip_res_field_check": True, "allowed_company_ids": [1]}
        for params in ({"context": kept}, {"context": "{}"}, {"context": "{nonsense"}, {}):
            self.assertEqual(scrub.clean(params), (params, []))

    def test_b9_import_of_the_web_client_is_no_attempt(self):
        sent = {"import_file": True, "tracking_disable": True, "install_mode": True}
        self.assertEqual(scrub.drop(sent, "load"), ({"import_file": True}, ["install_mode"]))
        self.assertEqual(scrub.drop(sent, "write")[0], {})


class TestBulkRead(AuditCommon):
    """E7: reading many audited records needs no right to export, so it is logged."""

    def _read(self, method, answer, **kwargs):
        call = boundary.Call(self.env, "res.partner", method, (), kwargs)
        boundary.guarded(call, lambda: answer)
        return [entry for entry in self._entries() if entry["kind"] == "read"]

    def test_e7_more_than_a_screen_is_logged(self):
        many = [{"id": number} for number in range(boundary.BULK + 1)]
        for method, answer in (
            ("search_read", many),
            ("web_search_read", {"length": 501, "records": many}),
            ("web_read_group", {"groups": many}),
            ("name_search", [(number, "x") for number in range(501)]),
            ("formatted_read_grouping_sets", [[{"__count": 1}], many[1:]]),
            ("search_panel_select_range", {"parent_field": False, "values": many}),
            ("get_mention_suggestions", {"res.role": many[:1], "res.partner": many}),
        ):
            self.start = self._last_entry()
            [event] = self._read(method, answer, domain=[("is_company", "=", True)])
            facts = {name: new for name, (_old, new) in event["changes"].items()}
            self.assertEqual((facts["method"], facts["count"]), (method, 501))

    def test_e7_rows_within_rows_count(self):
        parts = {"id": 1, "child_ids": [{"id": number} for number in range(501)]}
        for model, answer in (
            ("res.partner.category", [parts]),
            ("res.partner", {"groups": [{"__records": [parts]}]}),
            ("res.partner", [{"name:array_agg": [False, *"x" * 501], "__count": 502}]),
        ):
            self.start = self._last_entry()
            call = boundary.Call(self.env, model, "web_search_read")
            boundary.guarded(call, lambda answer=answer: answer)
            [event] = self._entries()
            self.assertEqual((event["kind"], event["model"]), ("read", model))
            self.assertGreater(event["changes"]["count"][1], 501)

    def test_e7_few_rows_bare_ids_and_unaudited_models_are_not(self):
        self.assertFalse(self._read("search_read", [{"id": 1}] * boundary.BULK))
        self.assertFalse(self._read("search", list(range(1000))))
        self.assertFalse(self._read("create", True))
        call = boundary.Call(self.env, "res.country", "search_read")
        boundary.guarded(call, lambda: [{"id": 1}] * 1000)
        self.assertFalse(self._entries())

    def test_e7_reading_in_pages_is_logged_as_reading_at_once(self):
        self.registry_enter_test_mode()
        asha = new_test_user(self.env, "asha")
        self.start = self._last_entry()

        def page(first, env, wrap=list):
            rows = wrap({"id": number} for number in range(first, first + 80))
            call = boundary.Call(env, "res.partner", "web_search_read")
            boundary.guarded(call, lambda: rows)
            return [entry["changes"] for entry in self._entries() if entry["kind"] == "read"]

        env = self.env(user=asha, su=False)
        for first in (0, 80, 0, 160, 240, 320, 320):  # the same ones again are no others
            self.assertFalse(page(first, env))
        paging._given.clear()  # as in another worker
        [told] = page(400, env) + page(480, env, lambda rows: {"records": list(rows)})
        self.assertEqual((told["count"], told["what"]), ([None, 500], [None, "in pages"]))
        self.assertEqual(len(page(480, env)), 1)

    def test_e7_what_was_looked_for_is_told_without_the_person(self):
        domain = ["|", ("phone", "like", "98450"), ("active", "=", True)]
        [event] = self._read("search_read", [{}] * 501, domain=domain, fields=["name", "phone"])
        self.assertEqual(event["changes"]["fields"], [None, "name, phone"])
        self.assertIn("active", event["changes"]["domain"][1])
        self.assertNotIn("98450", str(event["changes"]))


class TestDoors(DoorsCommon):
    """B8, B9, G4 at every door: XML-RPC, JSON-RPC, JSON-2 and the web client."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*DEPRECATED, "odoo.http"))

    def test_b9_client_context_switches_nothing_off(self):
        for number, door in enumerate(self.doors.values()):
            door(
                self,
                "res.partner",
                "write",
                self.customer.ids,
                vals={"vat": f"X{number}"},
                context={"tracking_disable": True, "skip_readonly_check": True, "tz": "UTC"},
            )
            self.customer.invalidate_recordset()
            self.assertEqual(self.customer.vat, f"X{number}")
        events = self._events("denied")
        self.assertEqual([event["ctx"]["src"] for event in events], [*reversed(self.doors)])
        for event in events:
            keys = ["skip_readonly_check", "tracking_disable"]
            self.assertEqual(event["changes"]["context"], [None, keys])
            self.assertEqual((event["model"], event["actor"]), ("res.partner", self.asha.id))

    def test_b9_method_sees_a_clean_context(self):
        seen = []

        def context_get(model, *arguments):
            seen.append(dict(model.env.context))
            return {}

        context_get._api_model = True
        self.patch(self.registry["res.users"], "context_get", context_get)
        sent = {**dict.fromkeys(scrub.DANGEROUS, True), "tz": "Asia/Kolkata"}
        for door in self.doors.values():
            door(self, "res.users", "context_get", None, context=sent)
            self.assertEqual(seen[-1].get("tz"), "Asia/Kolkata")
            self.assertFalse(scrub.DANGEROUS.keys() & seen[-1].keys())

    def test_b9_administrators_too(self):
        self.asha.group_ids |= self.env.ref("base.group_system")
        self._over_xmlrpc(
            "res.partner",
            "write",
            self.customer.ids,
            vals={"vat": "Y"},
            context={"install_mode": 1},
        )
        self.assertEqual(len(self._events("denied")), 1)

    def test_b8_nonsense_gets_a_sentence_at_every_door(self):
        for domain, sentence in (
            ([["name", "=", "a\x00b"]], "character that cannot be stored"),
            ([["name", "=", "\ud800"]], "character that cannot be stored"),
            ([["no_such_field", "=", 1]], "no_such_field"),
            ("what", "could not be carried out"),
        ):
            for source in ("jsonrpc", "json2", "ui"):
                if source == "json2":
                    answer = self._search(domain)
                else:
                    answer = self.doors[source](self, "res.partner", "search_count", domain)
                with self.subTest(source=source, domain=domain):
                    self.assertIn(sentence, answer)
                    self.assertNotIn("Traceback", answer)

    def _search(self, domain, **arguments):
        answer = self.url_open(
            "/json/2/res.partner/search_count",
            json={"domain": domain, **arguments},
            headers={"Authorization": f"Bearer {self.key}", "X-Request-Id": "case-8"},
        )
        self.assertEqual((answer.status_code, answer.json()["debug"]), (422, ""))
        self.assertNotIn("psycopg", answer.text)
        return answer.json()["message"]

    @mute_logger("odoo.sql_db")
    def test_b8_what_the_database_refuses_is_told_in_a_sentence(self):
        answer = self._over_json2("res.partner", "write", self.customer.ids, vals={"color": 2**40})
        self.assertIn("A value is too large", answer)
        answer = self._over_xmlrpc(
            "res.partner", "write", self.customer.ids, vals={"color": "many"}
        )
        self.assertNotIn("Traceback", answer)

    def test_b8_body_that_is_no_xml_gets_a_sentence(self):
        answer = self.url_open("/xmlrpc/2/common", data=b"<nonsense")
        self.assertIn("could not be read", answer.text)
        self.assertNotIn("Traceback", answer.text)

    def test_server_errors_are_found_by_what_the_client_was_told(self):
        def context_get(model, *arguments):
            raise ZeroDivisionError("a secret of ours")

        context_get._api_model = True
        self.patch(self.registry["res.users"], "context_get", context_get)
        with self.assertLogs("odoo.addons.fsm_audit.errors", "ERROR") as log:
            answer = self._over_xmlrpc("res.users", "context_get", [])
        self.assertIn("Something went wrong on the server; nothing was changed", answer)
        self.assertNotIn("secret", answer)
        reference = answer.split()[-1].strip(".")
        self.assertIn(reference, log.output[0])
        self.assertIn("ZeroDivisionError: a secret of ours", log.output[0])

    def test_administrators_see_tracebacks_where_they_debug(self):
        def name_search(model, *arguments):
            raise ZeroDivisionError("a mistake of ours")

        name_search._api_model = True
        self.patch(self.registry["res.country"], "name_search", name_search)
        body = {"model": "res.country", "method": "name_search", "args": [], "kwargs": {}}

        def traceback():
            answer = self.url_open("/web/dataset/call_kw", json={"params": body})
            return answer.json()["error"]["data"]["debug"]

        self.authenticate("asha", "asha-asha")
        self.url_open("/odoo?debug=1")
        self.assertEqual(traceback(), "")
        self.asha.group_ids |= self.env.ref("base.group_system")
        self.assertIn("ZeroDivisionError", traceback())
        self.url_open("/odoo?debug=0")
        self.assertEqual(traceback(), "")


class TestErrors(AuditCommon):
    def test_what_is_meant_for_people_is_told_as_it_is(self):
        for error in (UserError("Wait."), AccessError("Not yours.")):
            self.assertIs(errors.for_client(error), error)

    def test_busy_record_gets_its_sentence(self):
        told = errors.for_client(SerializationFailure("could not serialize access"))
        self.assertEqual(
            str(told), "Somebody else is changing this; nothing was changed, try again."
        )
        self.assertEqual(told.http_status, 409)

    def test_r9_full_disk_and_restarted_database_get_their_sentences(self):
        for error, status, sentence in (
            (DiskFull("could not extend file"), 507, "The disk of the database is full"),
            (AdminShutdown("terminating connection"), 503, "was restarted; nothing was changed"),
            (InterfaceError("cursor already closed"), 503, "was restarted; nothing was changed"),
        ):
            told = errors.for_client(error)
            self.assertIn(sentence, str(told))
            self.assertEqual(told.http_status, status)

    def test_same_error_is_told_under_the_same_reference(self):
        error = KeyError("x")
        self.assertIs(errors.for_client(error), errors.for_client(error))
        self.assertEqual(errors.for_client(error).http_status, 500)

    def test_denial_is_logged_once_a_minute_with_what_was_asked_for(self):
        self.registry_enter_test_mode()
        asha = new_test_user(self.env, "asha")
        call = boundary.Call(self.env(user=asha), "ir.rule", "unlink", (list(range(1, 30)),))
        for _try in range(3):
            boundary.log_denial(call, AccessError("Not yours.\n\nRecords: 1, 2"))
        events = [entry for entry in self._entries() if entry["kind"] == "denied"]
        self.assertEqual([event["reason"] for event in events], ["Not yours."])
        self.assertEqual(events[0]["changes"]["ids"][1], list(range(1, 11)))
        self.cr.execute("UPDATE fsm_audit_throttle SET last_hit = last_hit - interval '61 s'")
        boundary.log_denial(call, AccessError("Not yours."))
        self.assertEqual(len([e for e in self._entries() if e["kind"] == "denied"]), 2)
