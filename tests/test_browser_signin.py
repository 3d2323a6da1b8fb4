"""Signing in as people do: a link, a password, a passkey, a code by mail, another house's account.

The passkey lives in Chromium's own virtual authenticator (WebAuthn over CDP), which signs as a
telephone does. The provider is a small server of ours that speaks OAuth 2.0's implicit grant (RFC
6749, section 4.2), as `auth_oauth` does. A passkey wants a host name: the pages are at `localhost`.
"""

import contextlib
import email
import email.policy
import itertools
import json
import re
import socketserver
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

PASSWORD = "Kalasipalya-2026"
AWAY = 31 * 60 * 1000  # milliseconds without a touch; the screen locks after 30 minutes
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

# What the web client sends by its websocket or, without one, by these: nobody has touched it.
GO_AWAY = """async away => {
    const post = (path, params) => fetch("/websocket/" + path, {method: "POST",
        headers: {"Content-Type": "application/json"}, body: JSON.stringify({params})});
    await post("peek_notifications", {channels: [], last: 0, is_first_poll: true});
    await post("update_bus_presence", {inactivity_period: away});
}"""

numbers = itertools.count(int(time.time()) % 100000)


class Provider(BaseHTTPRequestHandler):
    """Says yes to whoever comes, and afterwards whose token it gave."""

    tokens = {}

    def do_GET(self):
        asked = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(asked.query))
        if asked.path == "/auth":
            assert query["response_type"] == "token"
            token = f"token-{next(numbers)}"
            self.tokens[token] = query["client_id"]
            fragment = {"access_token": token, "token_type": "bearer", "state": query["state"]}
            self.send_response(302)
            self.send_header(
                "Location", f"{query['redirect_uri']}#{urllib.parse.urlencode(fragment)}"
            )
            self.end_headers()
            return
        client = self.tokens.get(query.get("access_token"))
        self.send_response(200 if client else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"sub": f"nisha-of-{client}"} if client else {}).encode())

    def log_message(self, *_args):
        """Be quiet."""


@pytest.fixture
def provider():
    """Return the address of a provider that is there for this test."""
    served = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()


class Postbox(socketserver.StreamRequestHandler):
    """Takes what comes by SMTP (RFC 5321), and keeps it."""

    letters = []

    def handle(self):
        self.wfile.write(b"220 postbox\r\n")
        while line := self.rfile.readline().strip().upper():
            if line == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 well\r\n")
            if line == b"QUIT":
                return


@pytest.fixture
def postbox(json2):
    """Return what Odoo sends while this test runs, by SMTP, as it does to any mail server."""
    box = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox)
    threading.Thread(target=box.serve_forever, daemon=True).start()
    values = {"name": "Postbox", "smtp_host": "127.0.0.1", "smtp_port": box.server_address[1]}
    servers = json2("admin").call(
        "ir.mail_server", "create", vals_list=[{**values, "smtp_encryption": "none"}]
    )
    yield Postbox.letters
    json2("admin").call("ir.mail_server", "unlink", ids=servers)
    box.shutdown()
    box.server_close()


@pytest.fixture
def address(server, json2):
    """Return the server under a name, which passkeys want; Odoo is told so for this test."""
    named = server.replace("127.0.0.1", "localhost")
    settings = json2("admin")
    before = settings.call("ir.config_parameter", "get_param", key="web.base.url")
    settings.call("ir.config_parameter", "set_param", key="web.base.url", value=named)
    yield named
    settings.call("ir.config_parameter", "set_param", key="web.base.url", value=before)


@pytest.fixture
def two_factors(json2):
    """Return a function that has the owner ask two factors of technicians, or no longer."""
    owner = json2("owner")
    policy = owner.call("fsm.signin.policy", "action_open")["res_id"]

    def ask(answer):
        owner.call("fsm.signin.policy", "write", ids=[policy], vals={"technician": answer})

    yield ask
    ask(False)


@pytest.fixture
def nisha(json2):
    """Return somebody who was hired a moment ago, with the link the owner hands her."""
    owner, login = json2("owner"), f"nisha{next(numbers)}"
    branch = owner.call("fsm.branch", "my_branches")[0]["id"]
    answer = owner.call(
        "res.users",
        "fsm_create_user",
        name="Nisha Rao",
        login=login,
        role="technician",
        branch_ids=[branch],
    )
    yield answer
    owner.call("res.users", "fsm_archive_user", ids=[answer["id"]])


def is_in(page):
    page.wait_for_selector(".o_web_client .o_main_navbar")


def where_devices_are(page):
    """Open a list, as anybody who comes back to the screen."""
    entry = page.locator(".dropdown-menu :text('Where Devices Are')")
    if not entry.is_visible():
        page.click(".o_menu_sections :text('Devices')", timeout=10_000)
    entry.click(timeout=10_000)


def answer_on_top(page):
    """Press the button of the dialog that lies on top, where several calls have asked at once."""
    for button in page.locator(".modal .o_check_identity_form button[type=submit]").all():
        with contextlib.suppress(PlaywrightTimeoutError):
            button.click(timeout=3_000)
            return


def unlock(page):
    """Answer until the page opens: each call that was refused asks, one perhaps after an answer."""
    for _ in range(8):
        answer_on_top(page)
        try:
            page.wait_for_selector(".modal", state="detached", timeout=5_000)
            where_devices_are(page)
            page.wait_for_selector(".o_breadcrumb :text('Where Devices Are')", timeout=5_000)
            return
        except PlaywrightTimeoutError:
            continue
    raise AssertionError("the locked screen asks again and again")


def sign_out(page, address):
    page.goto(f"{address}/web/session/logout")
    page.wait_for_selector("form.oe_login_form")


def by_password(page, login):
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.oe_login_form button[type=submit]")


def code_by_mail(letters):
    """Return the code in the newest letter that has one."""
    for letter in reversed(letters):
        page = email.message_from_bytes(letter, policy=email.policy.default).get_body(("html",))
        if found := re.search(r">\s*(\d{6})\s*<", page.get_content()):
            return found[1]
    raise AssertionError("no code came")


def test_person_signs_in_by_link_passkey_code_and_provider(
    desktop, address, nisha, provider, postbox, two_factors, json2
):
    admin, login = json2("admin"), nisha["login"]
    page = desktop(expect="Session Expired")  # what is asked of a locked screen
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    key = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    # The link lets her choose a password; a short one is refused before it is sent.
    path = nisha["invite_url"].split("/web/", 1)[1]
    page.goto(f"{address}/web/{path}")
    for name in ("password", "confirm_password"):
        page.fill(f"input[name={name}]", PASSWORD)
    page.click("form button[type=submit]")
    is_in(page)

    # She makes a passkey: Odoo asks her password once more, the authenticator signs.
    page.click(".o_user_menu button")
    page.click("[data-menu=preferences]")
    page.locator(".nav-link", has_text="Security").click()
    page.click("button[name=action_create_passkey]")
    page.fill(".modal input[type=password]", PASSWORD)
    page.click(".modal button:has-text('Confirm')")
    page.fill(".modal [name=name] input", "Telephone")
    page.click(".modal button[name=make_key]")
    page.wait_for_selector(".modal", state="detached")
    is_in(page)
    kept = cdp.send("WebAuthn.getCredentials", {"authenticatorId": key["authenticatorId"]})
    assert [credential["rpId"] for credential in kept["credentials"]] == ["localhost"]

    # It opens the door without a word, and the screen that locked itself.
    sign_out(page, address)
    page.click(".passkey_login_link")
    is_in(page)
    page.evaluate(GO_AWAY, AWAY)
    with contextlib.suppress(PlaywrightTimeoutError):  # what the screen itself reads may ask first
        where_devices_are(page)
    page.wait_for_selector(".modal :text('Signed in as')")
    unlock(page)

    # The owner asks two factors of technicians: the password alone does not open any more.
    json2("owner").call(
        "res.users", "fsm_update_user", ids=[nisha["id"]], email=f"{login}@fixmylap.example"
    )
    two_factors(True)
    sign_out(page, address)
    by_password(page, login)
    page.wait_for_selector("input[name=totp_token]")
    code = code_by_mail(postbox)
    page.fill("input[name=totp_token]", f"{(int(code) + 1) % 1000000:06d}")
    page.click("form button[type=submit].btn-primary")
    page.wait_for_selector(".alert-danger")
    page.fill("input[name=totp_token]", code)
    page.click("form button[type=submit].btn-primary")
    is_in(page)

    # Another house's account takes the place of the password, not of the second factor.
    provider_id = admin.call(
        "auth.oauth.provider",
        "create",
        vals_list=[
            {
                "name": "Local",
                "client_id": "fsm",
                "body": "Sign in with Local",
                "enabled": True,
                "auth_endpoint": f"{provider}/auth",
                "validation_endpoint": f"{provider}/userinfo",
            }
        ],
    )[0]
    account = {"oauth_provider_id": provider_id, "oauth_uid": "nisha-of-fsm"}
    admin.call("res.users", "write", ids=[nisha["id"]], vals=account)
    sign_out(page, address)
    page.click("text=Sign in with Local")
    page.wait_for_selector("input[name=totp_token]")
    two_factors(False)
    sign_out(page, address)
    page.click("text=Sign in with Local")
    is_in(page)
    admin.call("auth.oauth.provider", "write", ids=[provider_id], vals={"enabled": False})
