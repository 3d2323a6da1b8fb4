"""Who is behind a transaction, told to PostgreSQL once, when the first audited row is written.

The triggers read it from the setting `fsm.ctx`, which ends with the transaction. An entry without
it was written around Odoo. The keys are short, they are stored with every entry:

`uid` who really, also below `sudo()` and `with_user()` · `src` ui, portal, xmlrpc, jsonrpc, json2,
cron, install or cli · `ip` · `req` the id that the client or the proxy gave the request
(X-Request-Id) · `c` the company the client worked in, as it says · `key` the id of the API key it
used · `dev` the session it is signed in with, as a hash: never the session id itself, which would
let in whoever reads the trail
"""

import hashlib
import json
import re
import threading
from contextlib import contextmanager
from contextvars import ContextVar

from psycopg2.errors import ReadOnlySqlTransaction

from odoo.http import STORED_SESSION_BYTES, request
from odoo.modules import module

# What callers know better: RPC services, whose request is hidden, crons, and who is signing in.
_known = ContextVar("fsm_audit.known", default=None)

# In `cr.precommit.data`: cleared with the transaction, and by a savepoint that is rolled back.
_TOLD = "fsm_audit.context"

# The first part of a path, and what comes in by it. All else is ui, or portal for who is not in.
_SOURCES = {
    "json": "json2",
    "jsonrpc": "jsonrpc",
    "my": "portal",
    "odoo": "ui",
    "web": "ui",
    "xmlrpc": "xmlrpc",
}

# In the environment of a request: what was learnt about it while it was served.
_LEARNT = "fsm_audit.learnt"

SESSION_REF_LENGTH = 10  # hex digits: 40 bits tell the sessions of a shop apart

_REQUEST_ID = re.compile(r"[\w.-]{1,36}")


@contextmanager
def known(**facts):
    """Remember facts for the work inside of this block; they are taken over what is seen there."""
    token = _known.set({**(_known.get() or {}), **_request_facts(), **facts})
    try:
        yield
    finally:
        _known.reset(token)


def learn(**facts):
    """Remember facts for the rest of this request, or of this call of an RPC service."""
    known_facts = _known.get()
    if known_facts is not None:
        known_facts.update(facts)
    elif request:
        request.httprequest.environ.setdefault(_LEARNT, {}).update(facts)


def address():
    """Return the IP address the call came from, as far as there is one."""
    return (_known.get() or _request_facts()).get("ip")


def request_ref():
    """Return the id that the client or the proxy gave the request, if it did."""
    return (_known.get() or _request_facts()).get("req")


def session_ref(sid):
    """Return what the trail calls a session: as `res.device` knows it, hashed."""
    return hashlib.sha256(sid[:STORED_SESSION_BYTES].encode()).hexdigest()[:SESSION_REF_LENGTH]


def own_cursor(env):
    """Return a cursor whose work stays although that of `env` is rolled back.

    In tests all cursors are one, which may not write below one that only reads: there the request
    begins again as one that writes, as core has it begin again that finds itself read-only.
    """
    if env.cr.readonly and module.current_test:
        raise ReadOnlySqlTransaction("an event has to be logged")
    return env.registry.cursor()


def describe(env):
    """Return who is behind this transaction, as in the docstring of this module."""
    facts = {"uid": _real_uid(env), "src": "cli" if env.registry.ready else "install"}
    facts |= _known.get() or _request_facts()
    match env.context.get("allowed_company_ids"):  # a client may send anything
        case [int() as company_id, *_]:
            facts["c"] = company_id
    return facts


def tell(env):
    """Tell PostgreSQL who is behind this transaction, unless it knows."""
    told = env.cr.precommit.data
    if _TOLD not in told:
        facts = describe(env)
        env.cr.execute(
            "SELECT set_config('fsm.ctx', %s, true), set_config('fsm.company', %s, true)",
            [json.dumps(facts), _known_company(env, facts)],
        )
        told[_TOLD] = True


def _known_company(env, facts):
    """Return the id of the company the client works in, if it is known that he may; else the
    triggers look it up, which takes longer than the rest of an entry."""
    user_sudo = env["res.users"].sudo().browse(facts["uid"])  # whoever writes
    company_id = facts.get("c")
    known = company_id and company_id in user_sudo._get_company_ids()
    return str(int(company_id)) if known else ""  # a client may send true for 1


def _real_uid(env):
    """Return the user who signed in: neither `sudo()` nor `with_user()` changes him."""
    if request:
        return request.session.uid or request.env.uid
    return getattr(threading.current_thread(), "uid", None) or env.uid


def _request_facts():
    """Return what the request tells: nothing if there is none, or RPC services hide it."""
    if not request:
        return {}
    first = request.httprequest.path.split("/", 2)[1]
    facts = {
        "src": _SOURCES.get(first) or ("ui" if request.session.uid else "portal"),
        "ip": request.httprequest.remote_addr,
    }
    request_id = request.httprequest.headers.get("X-Request-Id", "")
    if _REQUEST_ID.fullmatch(request_id):
        facts["req"] = request_id
    if request.session.uid:
        facts["dev"] = session_ref(request.session.sid)
    return facts | request.httprequest.environ.get(_LEARNT, {})
