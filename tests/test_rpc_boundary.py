"""The doors from outside, as integrators and burglars find them (`shared/spec/audit.md`, F1, G5).

Each test calls from an address of its own in 127.0.0.0/8, so that no other waits for its failures.
"""

import http.client
import json
import random
import re
import urllib.parse
import xmlrpc.client

import pytest

JSON = {"Content-Type": "application/json"}
WRONG = 7  # tries, of which the server looks at the first five


class Caller:
    """A program at an address of its own."""

    def __init__(self, url, db):
        self.server, self.db = urllib.parse.urlsplit(url), db
        self.address = "127." + ".".join(str(random.randint(1, 254)) for _part in range(3))

    def post(self, path, body, **headers):
        """Return status, headers and body of the answer."""
        line = http.client.HTTPConnection(
            self.server.hostname, self.server.port, timeout=60, source_address=(self.address, 0)
        )
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        assert "Traceback" not in text
        return answer.status, answer.headers, text

    def xmlrpc(self, service, method, *arguments):
        """Return the answer, or the sentence of the fault."""
        body = xmlrpc.client.dumps(arguments, method)
        _status, _headers, text = self.post(
            f"/xmlrpc/2/{service}", body.encode(), **{"Content-Type": "text/xml"}
        )
        try:
            return xmlrpc.client.loads(text)[0][0]
        except xmlrpc.client.Fault as fault:
            return fault.faultString

    def jsonrpc(self, *arguments):
        body = {"params": {"service": "object", "method": "execute_kw", "args": arguments}}
        text = self.post("/jsonrpc", json.dumps(body), **JSON)[2]
        answer = json.loads(text)
        return answer["error"]["data"]["message"] if "error" in answer else answer["result"]

    def json2(self, key, model, method, **body):
        """Return status and answer."""
        headers = {"Authorization": f"Bearer {key}"} | JSON
        status, headers, text = self.post(
            f"/json/2/{model}/{method}", json.dumps({"context": {}, **body}), **headers
        )
        if status == 429:
            assert int(headers["Retry-After"]) > 0
        return status, json.loads(text)


@pytest.fixture
def caller(server, db):
    return Caller(server, db)


@pytest.fixture
def trail(json2):
    """Return `trail(kind, address)`: the events from there, the newest first, as the owner reads."""

    def events(kind, address):
        return json2("owner").call(
            "fsm.audit.log",
            "search_read",
            domain=[("kind", "=", kind), ("ip", "=", address)],
            fields=["user_id", "record_id", "model", "changes", "reason", "source"],
        )

    return events


def the_right_one_waits_too(call, right):
    """Wrong ones are looked at five times; then nobody looks, even at the right one."""
    answers = [str(call(f"wrong-{number}")) for number in range(WRONG)]
    assert ["Too many" in answer for answer in answers] == [False] * 5 + [True] * (WRONG - 5)
    assert re.search(r"Too many wrong .* Wait \d+ seconds", str(call(right)))


def test_f1_xmlrpc_common(caller, trail):
    def call(password):
        return caller.xmlrpc("common", "authenticate", caller.db, "divya", password, {})

    the_right_one_waits_too(call, "divya")
    assert len(trail("cooldown", caller.address)) == 1
    failed = trail("login_failed", caller.address)
    assert len(failed) == 5
    assert (failed[0]["source"], failed[0]["user_id"]) == ("xmlrpc", False)
    assert "wrong" not in str(failed)


def test_f1_xmlrpc_object(caller, rpc):
    divya = rpc("divya")

    def call(password):
        arguments = [caller.db, divya.uid, password, "res.users", "fsm_me", []]
        return caller.xmlrpc("object", "execute_kw", *arguments)

    # The worker remembers the right one, and would answer a guess without counting.
    assert call("divya")["login"] == "divya"
    the_right_one_waits_too(call, "divya")


def test_f1_jsonrpc(caller, rpc, api_keys):
    divya = rpc("divya")
    the_right_one_waits_too(
        lambda key: caller.jsonrpc(caller.db, divya.uid, key, "res.users", "fsm_me", []),
        api_keys["divya"],
    )


def test_f1_web_client(caller):
    def sign_in(password):
        body = {"db": caller.db, "login": "divya", "password": password}
        return caller.post(
            "/web/session/authenticate",
            json.dumps({"params": body}),
            **JSON,
        )[2]

    the_right_one_waits_too(sign_in, "divya")


def test_f1_fifty_wrong_bearer_keys(caller, api_keys):
    keys = [f"{number:040x}"[::-1] for number in range(50)]
    statuses = [caller.json2(key, "res.users", "fsm_me")[0] for key in keys]
    assert (statuses.count(401), statuses.count(429)) == (20, 30)
    status, answer = caller.json2(api_keys["divya"], "res.users", "fsm_me")
    assert status == 429
    assert "Too many wrong" in answer["message"]


def test_f1_a_program_with_an_old_key_does_not_shut_out_the_shop(caller, api_keys, rpc):
    statuses = [caller.json2("0ld" * 13, "res.users", "fsm_me")[0] for _try in range(30)]
    assert (statuses.count(401), statuses[-1]) == (5, 429)
    assert caller.json2(api_keys["divya"], "res.users", "fsm_me")[0] == 200
    uid = rpc("priya").uid
    assert caller.xmlrpc("common", "authenticate", caller.db, "priya", "priya", {}) == uid


def test_g5_a_denial_is_logged_though_the_request_is_rolled_back(caller, rpc, api_keys, trail):
    priya = rpc("priya").uid
    arguments = [caller.db, priya, "priya", "account.move", "search_read", [[]]]
    for _try in range(3):
        assert "not allowed to access" in caller.xmlrpc("object", "execute_kw", *arguments)
    status, answer = caller.json2(api_keys["priya"], "fsm.audit.log", "search_read", domain=[])
    assert (status, answer["debug"]) == (403, "")
    export = {"ids": [priya], "fields_to_export": ["name"]}
    assert caller.json2(api_keys["priya"], "res.users", "export_data", **export)[0] == 422
    events = trail("denied", caller.address)
    assert [(event["model"], event["user_id"][0], event["source"]) for event in events] == [
        ("res.users", priya, "json2"),
        ("fsm.audit.log", priya, "json2"),
        ("account.move", priya, "xmlrpc"),  # once, however often he tries within a minute
    ]
