"""What is looked at wherever a client calls: XML-RPC, JSON-RPC, JSON-2 and the web client.

Its context loses the keys of `scrub`; texts that PostgreSQL cannot store are refused; what was
denied leaves its mark though the request is rolled back; and who reads many records is named.
"""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from . import context, paging

BULK = 500  # rows in one answer: more than a screen shows; fewer at a time: see `paging`
PAUSE = 60  # seconds in which the same denial is logged once
IDS = 10  # of so many records the trail names the ids
CLIPPED = 300  # characters: the start of a long sentence or list will do

# In a domain only values of these types say nothing about a person.
SHOWN_TYPES = {"selection", "boolean", "date", "datetime", "many2one", "state"}


class Call(NamedTuple):
    """What a client calls."""

    env: Any
    model: str
    method: str
    args: tuple = ()
    kwargs: Mapping = {}

    @property
    def is_route(self):
        """Whether it is a page that is called, not a method."""
        return self.method.startswith("/")

    @property
    def known_model(self):
        return self.model if self.model in self.env else "ir.http"


def guarded(call, proceed):
    """Return what `proceed` returns, and log what has to be known of it."""
    if not call.is_route:  # pages answer nonsense in forms of theirs
        _check_texts(call.env, (call.args, call.kwargs))
    try:
        result = proceed()
    except AccessError as error:
        log_denial(call, error)
        raise
    rows, parts = _rows(result)
    if (rows > BULK and call.known_model == call.model and call.env[call.model]._audited) or (
        parts > BULK  # of which models only the ORM knows: it does not matter whose
    ):
        _log_bulk_read(call, rows + parts)
    elif call.known_model == call.model and call.env[call.model]._audited:
        if paged := paging.count(call.env, call.model, result):
            _log_bulk_read(call, paged, what="in pages")
    return result


def log_dropped(call, keys):
    """Log that a client sent context keys that switch checks off."""
    if keys:
        _log(call, "denied", "The context keys were not taken over.", {"context": keys})


def log_denial(call, error):
    """Log that a client was refused something."""
    facts = {"method": call.method}
    ids = call.kwargs.get("ids") or (call.args[0] if call.args else None)
    if isinstance(ids, list) and ids and all(isinstance(record_id, int) for record_id in ids):
        facts["ids"] = ids[:IDS]
    _log(call, "denied", str(error).split("\n", 1)[0][:CLIPPED], facts)


def _log(call, kind, reason, facts):
    """Log it by a cursor of its own, the same once a minute."""
    throttle = call.env["fsm.audit.throttle"]
    door = context.describe(call.env)["src"]
    name = throttle._key(kind, call.env.uid, door, call.model, call.method, *facts)
    if throttle._hit([name], pause=PAUSE):
        changes = {name: [None, fact] for name, fact in facts.items()}
        log = call.env["fsm.audit.log"]
        log._log_event(kind, call.known_model, reason, changes, separate=True)


# === BULK READS === #


def _rows(result):
    """Return how many rows an answer has, and how many more within these. Bare ids tell nothing."""
    if isinstance(result, dict):  # they are under `records`, `groups`, `values`, a model's name
        result = max(filter(_is_rows, result.values()), key=len, default=None)
    if isinstance(result, list) and result and isinstance(result[0], list):  # grouping sets
        nested = [row for rows in result if isinstance(rows, list) for row in rows]
        result = [row for row in nested if isinstance(row, dict)] or result
    if not _is_rows(result):
        return 0, 0
    return len(result), sum(map(_parts, result))


def _is_rows(value):
    return isinstance(value, list) and value and not isinstance(value[0], int)


def _parts(row):
    """Return how many rows lie within a row: of its one2many fields, or of a group."""
    if not isinstance(row, dict):
        return 0
    found = [value for value in row.values() if isinstance(value, list) and value]
    rows = [row for value in found if isinstance(value[0], dict) for row in value]
    gathered = [  # `name:array_agg` of a group: a value of each of its records
        len(value)
        for name, value in row.items()
        if ":" in name and isinstance(value, list) and not {int, dict} & set(map(type, value))
    ]
    return len(rows) + sum(map(_parts, rows)) + max(gathered, default=0)


def _log_bulk_read(call, rows, **more):
    facts = {"method": call.method, "count": rows} | more | _asked(call)
    call.env["fsm.audit.log"]._log_event(
        "read", call.known_model, changes={name: [None, fact] for name, fact in facts.items()}
    )


def _asked(call):
    """Return what was asked for, as far as the method has arguments of these names."""
    if call.known_model != call.model:
        return {}
    model = call.env[call.model]
    try:
        asked = inspect.signature(getattr(type(model), call.method)).bind_partial(
            model, *call.args, **call.kwargs
        )
    except TypeError:
        return {}
    arguments = asked.arguments | asked.arguments.get("kwargs", {})
    facts = {}
    if "domain" in arguments:
        facts["domain"] = _shown_domain(model, arguments["domain"])[:CLIPPED]
    for name in ("fields", "specification", "groupby", "aggregates"):
        if arguments.get(name):
            facts[name] = ", ".join(map(str, arguments[name]))[:CLIPPED]
    return facts


def _shown_domain(model, domain):
    """Return a domain as text; what was searched for in a name or a phone number is left out."""

    def shown(condition):
        field = model._fields.get(condition.field_expr.split(".")[0])
        if (field and field.type in SHOWN_TYPES) or isinstance(condition.value, bool):
            return condition
        return Domain(condition.field_expr, "=", "•••")

    try:
        return str(list(Domain(domain or []).map_conditions(shown)))
    except (TypeError, ValueError):
        return ""


# === TEXTS === #


def _check_texts(env, value):
    """Refuse texts that PostgreSQL cannot store, however deep they lie."""
    if isinstance(value, str):
        if "\x00" in value or not _is_unicode(value):
            raise UserError(env._("A text contains a character that cannot be stored."))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_texts(env, key)
            _check_texts(env, item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_texts(env, item)


def _is_unicode(text):
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
