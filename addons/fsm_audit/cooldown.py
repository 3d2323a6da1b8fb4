"""Wrong passwords and keys slow down whoever tries them, at every door and over all workers.

Core counts in the memory of each worker and only for the web client: over XML-RPC and JSON-RPC
its request is hidden, and bearer keys it does not count at all. Its two parameters hold here too:
`base.login_cooldown_after` failures (0: never; 5 as we ship it), then `base.login_cooldown_duration` seconds, twice
as long with each failure more. See `docs/adr/0015-the-rpc-boundary.md`.
"""

import ipaddress
from contextlib import contextmanager
from contextvars import ContextVar

from odoo.exceptions import AccessDenied
from odoo.http import request

from . import context

# What is counted, and how many times `base.login_cooldown_after` it may fail: one login (or key)
# from one address; the address, behind which a whole shop may sit; the login from anywhere. What
# goes on failing after its own limit no longer counts for its address: one program with an old
# password does not shut out the shop.
LIMITS = {"pair": 1, "address": 4, "login": 10}

LONGEST = 900  # seconds
_counting = ContextVar("fsm_audit.counting", default=False)  # a try within a try is one
IPV6_PREFIX = 64  # bits: what one customer of a provider has


class CoolingDown(AccessDenied):
    """Refused before it was tried. Not a failed login: nobody looked whether it was right."""


@contextmanager
def guard(env, who, failures=(AccessDenied,), refuse=CoolingDown, known_everywhere=True):
    """Count the failures of a try to get in, and refuse it while there were too many.

    :param str who: the login, or the beginning of the key
    :param failures: the exceptions that mean it was wrong
    :param refuse: called with a sentence, returns what is raised
    :param bool known_everywhere: whether `who` is counted over all addresses as well
    """
    if _counting.get():
        yield
        return
    token = _counting.set(True)
    try:
        with _counted(env, who, failures, refuse, known_everywhere):
            yield
    finally:
        _counting.reset(token)


@contextmanager
def _counted(env, who, failures, refuse, known_everywhere):
    after = _parameter(env, "base.login_cooldown_after", 5)
    if not after:
        yield
        return
    names = _names(env, who, known_everywhere)
    limits = {names[scope]: factor * after for scope, factor in LIMITS.items() if scope in names}
    before = env["fsm.audit.throttle"]._hits(limits)
    _refuse(env, before, limits, refuse)
    try:
        yield
    except failures:
        _failed(env, who if known_everywhere else None, names, before, limits)
        raise
    if before:
        _succeeded(env, names, before)


def is_counting():
    """Whether a try is being counted right now."""
    return _counting.get()


def _refuse(env, before, limits, refuse):
    duration = _parameter(env, "base.login_cooldown_duration", 60)
    seconds = max(
        (
            min(duration * 2 ** min(hits - limits[name], 10), LONGEST) - age
            for name, (hits, age) in before.items()
            if hits >= limits[name]
        ),
        default=0,
    )
    if seconds > 0:
        sentence = env._(
            "Too many wrong passwords or keys. Wait %s seconds, then try again.", int(seconds) + 1
        )
        error = refuse(sentence)
        error.retry_after = int(seconds) + 1  # seconds; werkzeug's name, which makes it a header
        raise error


def _failed(env, login, names, before, limits):
    hits, _age = before.get(names["pair"], (0, 0))
    counted = {names["pair"]} if hits >= limits[names["pair"]] else set(names.values())
    now = env["fsm.audit.throttle"]._hit(counted)
    begun = [scope for scope, name in names.items() if now.get(name) == limits[name]]
    for scope in begun:
        changes = {"limit": [None, scope]}
        log = env["fsm.audit.log"]
        log._log_event("cooldown", _user(env, login), changes=changes, separate=True)
    if begun and not request:
        # Workers remember whom they let in over RPC, and would go on to, without asking here.
        env.registry.clear_cache()
        env.registry.signal_changes()


def _succeeded(env, names, before):
    """Count from the beginning; what failed at this address, for other logins, is not made good."""
    again = {names["pair"], names.get("login")} & before.keys()
    if again:
        env["fsm.audit.throttle"]._forget(again)


def _user(env, login):
    """Return whose login it is: his company reads of it. A key that is wrong is nobody's."""
    users_sudo = env["res.users"].sudo()  # nobody is signed in
    domain = users_sudo._get_login_domain(login or "")
    return users_sudo.search(domain, limit=1) or users_sudo._name


def _names(env, who, known_everywhere):
    """Return the names of what is counted, by scope."""
    place, who = _network(context.address()), who.strip().lower()
    things = {"pair": (place, who)}
    if place:
        things["address"] = (place,)
    if known_everywhere:
        things["login"] = (who,)
    return {scope: env["fsm.audit.throttle"]._key(scope, *thing) for scope, thing in things.items()}


def _network(address):
    """Return the address, of IPv6 the part that one customer shares; nothing on the server."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network(f"{ip}/{IPV6_PREFIX}", strict=False))


def _parameter(env, name, default):
    """Return a whole number among the system parameters; what is none is the default."""
    value = env["ir.config_parameter"].sudo().get_param(name, default)  # whoever knocks
    try:
        return max(int(value), 0)
    except ValueError:
        return default
