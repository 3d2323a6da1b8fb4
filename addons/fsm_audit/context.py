"""Who is behind a transaction, told to PostgreSQL once, when the first audited row is written.

The triggers read it from the setting `fsm.ctx`, which ends with the transaction. An entry without
it was written around Odoo. The keys are short, they are stored with every entry:

`uid` who really, also below `sudo()` and `with_user()` · `src` ui, portal, xmlrpc, jsonrpc, json2,
cron, install or cli · `ip` · `req` the id of the request · `c` the company the client worked in, as
it says
"""

import json
import re
import secrets
import threading
from contextlib import contextmanager
from contextvars import ContextVar

from odoo.http import request

# What callers know that run without a request: RPC services, whose request is hidden, and crons.
_origin = ContextVar("fsm_audit.origin", default=None)

# In `cr.precommit.data`: cleared with the transaction, and by a savepoint that is rolled back.
_TOLD = "fsm_audit.context"

# The first part of a path, and what comes in by it.
_SOURCES = {"json": "json2", "xmlrpc": "xmlrpc", "jsonrpc": "jsonrpc", "my": "portal"}

_REQUEST_ID = re.compile(r"[\w.-]{1,64}")


@contextmanager
def origin(source):
    """Remember where the work inside of this block comes from."""
    token = _origin.set({"src": source, **_request_facts()})
    try:
        yield
    finally:
        _origin.reset(token)


def describe(env):
    """Return who is behind this transaction, as in the docstring of this module."""
    facts = _origin.get()
    if facts is None and request:
        facts = {"src": request_source(), **_request_facts()}
    elif facts is None:
        facts = {"src": "cli" if env.registry.ready else "install"}
    company_ids = env.context.get("allowed_company_ids")
    company = {"c": company_ids[0]} if company_ids and isinstance(company_ids, list) else {}
    return {"uid": _real_uid(env), **facts, **company}


def tell(env):
    """Tell PostgreSQL who is behind this transaction, unless it knows."""
    told = env.cr.precommit.data
    if _TOLD not in told:
        told[_TOLD] = True
        env.cr.execute(
            "SELECT set_config('fsm.ctx', %s, true), set_config('fsm.company', '', true)",
            [json.dumps(describe(env))],
        )


def request_source():
    """Return what the request came in by."""
    first = request.httprequest.path.split("/", 2)[1]
    return _SOURCES.get(first) or ("ui" if request.session.uid else "portal")


def _real_uid(env):
    """Return the user who signed in: neither `sudo()` nor `with_user()` changes him."""
    if request:
        return request.session.uid or request.env.uid
    return getattr(threading.current_thread(), "uid", None) or env.uid


def _request_facts():
    if not request:
        return {}
    if not hasattr(request, "fsm_audit_id"):
        given = request.httprequest.headers.get("X-Request-Id", "")
        request.fsm_audit_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(4)
    return {"ip": request.httprequest.remote_addr, "req": request.fsm_audit_id}
