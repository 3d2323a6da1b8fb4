"""Core's own functions that every door of the server goes through, extended.

Its controllers of XML-RPC and JSON-RPC cannot be extended for that: where a server has several
databases they run before one is chosen, with the server-wide addons only. Of databases without
this addon only the errors are told in another way.
"""

from contextlib import contextmanager

from odoo import http
from odoo.service import model as service

from . import boundary, context, errors, scrub

_borrow_request = http.borrow_request
_serialize_exception = http.serialize_exception
_call_kw = service.call_kw


@contextmanager
def borrow_request():
    """Wrap core's: remember what the request says before it is hidden; tell errors in a sentence."""
    with context.known(), _borrow_request() as request, errors.translated():
        yield request


def serialize_exception(exception, *, message=None, arguments=None):
    """Wrap core's: no traceback leaves the server, nor what only its log should know."""
    if errors.may_see_all():
        return _serialize_exception(exception, message=message, arguments=arguments)
    told = errors.for_client(exception)
    if told is not exception:
        message = arguments = None
    return _serialize_exception(told, message=message, arguments=arguments) | {"debug": ""}


def call_kw(model, name, args, kwargs):
    """Wrap core's, for XML-RPC and JSON-RPC: see `boundary`. The web client comes by `ir.http`."""
    if "fsm.audit.throttle" not in model.env:
        return _call_kw(model, name, args, kwargs)
    kwargs, dropped = scrub.clean(kwargs, name)
    call = boundary.Call(model.env, model._name, name, args, kwargs)
    boundary.log_dropped(call, dropped)
    result = boundary.guarded(call, lambda: _call_kw(model, name, args, kwargs))
    return False if result is None else result  # XML-RPC has no word for nothing


http.borrow_request = borrow_request
http.serialize_exception = serialize_exception
service.call_kw = call_kw
