"""What every verb of `shared/spec/rpc.md` has in common.

A verb is a public method that integrators call over XML-RPC and JSON-2. `@verb` reads the types
of its arguments from the annotations and turns whatever does not fit into a sentence, so that no
caller ever meets a traceback of ours::

    @verb
    def request_part(self, product_id: int, quantity: float = 1.0, client_ref: str = ""):
        return [{...} for job in self]

A verb on records returns one answer a record, in their order; on one record the caller gets the
answer itself. A verb under `@api.model` returns its answer as it is.
"""

import functools
import inspect
import math

from odoo.exceptions import UserError

MAX_TEXT = 20_000  # characters: more is not a note but an accident
MAX_BLOB = 14_000_000  # characters of base64: about 10 MB
MAX_ID = 2**31 - 1  # a PostgreSQL integer
MAX_NUMBER = 1e12  # rupees or pieces: more is not an amount but an accident
BLOBS = {"content", "signature", "photos"}

KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
KINDS |= {list: "a list", dict: "an object"}


def verb(method):
    """Make `method` a verb. Stands below `@api.model` and `@api.readonly`."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        arguments = _bind(self.env, method.__name__, signature, args, kwargs)
        if getattr(wrapper, "_api_model", False):
            return method(self, **arguments)
        _check_records(self)
        answers = method(self, **arguments)
        return answers[0] if len(self) == 1 else answers

    # The binding is checked here, with a sentence; JSON-2 would check it first, without one.
    wrapper.__signature__ = signature.replace(
        parameters=[
            *signature.parameters.values(),
            inspect.Parameter("unknown", inspect.Parameter.VAR_KEYWORD),
        ]
    )
    return wrapper


def check_keys(env, value, allowed, where):
    """Refuse an object with a key that `where` does not know, and return it.

    :param dict value: what the caller sent
    :param dict allowed: ``{key: type}``, types as in annotations
    :param str where: the argument, for the message
    :raise UserError: naming the key
    """
    if not isinstance(value, dict):
        raise UserError(env._("“%(name)s” must be %(kind)s.", name=where, kind=KINDS[dict]))
    if unknown := sorted(str(key) for key in value if key not in allowed):
        raise UserError(
            env._(
                "“%(where)s” does not know “%(key)s”. It knows: %(known)s.",
                where=where,
                key=unknown[0],
                known=", ".join(allowed),
            )
        )
    return {
        key: check_value(env, item, allowed[key], f"{where}.{key}") for key, item in value.items()
    }


def check_value(env, value, kind, name):
    """Return `value` as `kind`, or say what is wrong with it.

    `False` and `None` stand for “not given”: XML-RPC has no null.
    """
    if value is None or (value is False and kind is not bool):
        return False
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        _check_content(env, value, name)
        value = float(value)
    if kind in KINDS and (
        not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))
    ):
        raise UserError(env._("“%(name)s” must be %(kind)s.", name=name, kind=KINDS[kind]))
    _check_content(env, value, name)
    return value


def check_id(env, value, name):
    """Return `value` if it can be the id of a record."""
    if type(value) is not int or not 0 < value <= MAX_ID:
        raise UserError(env._("“%s” must be the id of a record.", name))
    return value


def _check_content(env, value, name):
    """Refuse what PostgreSQL or arithmetic would choke on, however deep it lies."""
    if isinstance(value, str):
        if "\x00" in value:
            raise UserError(env._("“%s” contains a character that cannot be stored.", name))
        if len(value) > (MAX_BLOB if name.split(".")[-1] in BLOBS else MAX_TEXT):
            raise UserError(env._("“%s” is too long.", name))
    elif isinstance(value, float) and not (math.isfinite(value) and abs(value) < MAX_NUMBER):
        raise UserError(env._("“%s” must be an ordinary number.", name))
    elif isinstance(value, int) and abs(value) > MAX_ID:
        raise UserError(env._("“%s” is out of range.", name))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_content(env, item, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_content(env, item, name)


def _bind(env, name, signature, args, kwargs):
    """Return the arguments of a call by name, checked, with their defaults."""
    parameters = list(signature.parameters.values())[1:]
    if len(args) > len(parameters):
        raise UserError(env._("“%(verb)s” was given too many arguments.", verb=name))
    given = dict(zip((parameter.name for parameter in parameters), args, strict=False))
    if twice := given.keys() & kwargs.keys():
        raise UserError(
            env._("“%(verb)s” was given “%(name)s” twice.", verb=name, name=twice.pop())
        )
    given.update(kwargs)
    if unknown := given.keys() - {parameter.name for parameter in parameters}:
        raise UserError(
            env._(
                "“%(verb)s” does not know the argument “%(name)s”. It knows: %(known)s.",
                verb=name,
                name=sorted(map(str, unknown))[0],
                known=", ".join(parameter.name for parameter in parameters) or "–",
            )
        )
    return {parameter.name: _argument(env, name, parameter, given) for parameter in parameters}


def _argument(env, verb_name, parameter, given):
    value = given.get(parameter.name)
    if value is not None:
        value = check_value(env, value, parameter.annotation, parameter.name)
    if value is None or (value is False and parameter.annotation is not bool):
        if parameter.default is parameter.empty:
            raise UserError(
                env._(
                    "“%(verb)s” needs the argument “%(name)s”.",
                    verb=verb_name,
                    name=parameter.name,
                )
            )
        return parameter.default
    return value


def _check_records(records):
    """Refuse a call on nothing, or on something that is no record."""
    ids = records._ids
    if not ids or not all(type(id_) is int and 0 < id_ <= MAX_ID for id_ in ids):
        raise UserError(records.env._("Say which record is meant: give its id."))
    if len(set(ids)) != len(ids):
        raise UserError(records.env._("A record is named twice."))
