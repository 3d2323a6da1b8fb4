import re
from contextlib import contextmanager
from xmlrpc.client import Fault, dumps

from werkzeug.exceptions import TooManyRequests, Unauthorized

from odoo import models
from odoo.exceptions import AccessDenied
from odoo.http import Response, request

from .. import boundary, context, cooldown, errors, scrub

_BEARER = re.compile(r"bearer\s+(.+)", re.IGNORECASE)
_WRONG_KEY = (Unauthorized, AccessDenied)
_CALL_KW = {"model", "method", "args", "kwargs"}  # parameters of /web/dataset/call_kw
_FAULT = 1  # of XML-RPC: the application's, as core numbers them


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    # === WHO COMES IN === #

    @classmethod
    def _auth_method_bearer(cls):
        """Override of `base` to slow down who tries keys, and to know the key that was used."""
        header = _BEARER.fullmatch(request.httprequest.headers.get("Authorization", ""))
        if not header:
            return super()._auth_method_bearer()
        key = header[1]
        who = f"key {key[:8]}"  # core looks it up by its beginning
        cooling = cooldown.guard(
            request.env, who, _WRONG_KEY, TooManyRequests, known_everywhere=False
        )
        with cooling, _wrong_key_logged(key):
            super()._auth_method_bearer()
        key_id = request.env["res.users.apikeys"]._id_of(request.env.uid, key)
        if key_id:
            context.learn(key=key_id)
        return None

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `base` to say who writes before core's own SQL does.

        Requests that only read are spared the query: should they write after all, the ORM tells.
        """
        super()._pre_dispatch(rule, args)
        if request.httprequest.method != "GET" and request.env.uid and not cls._reads(rule, args):
            context.tell(request.env)

    @classmethod
    def _reads(cls, rule, args):
        readonly = rule.endpoint.routing["readonly"]
        return readonly(rule.endpoint.func.__self__, rule, args) if callable(readonly) else readonly

    def session_info(self):
        """Override of `web` to tell those who can do something that the trail needs it."""
        info = super().session_info()
        health = self.env["fsm.audit.health"]
        if health._may_know():
            info["fsm_audit_alarms"] = health._alarms()
        return info

    # === WHAT IS CALLED, AND ANSWERED === #

    @classmethod
    def _dispatch(cls, endpoint):
        """Override of `base` to look at what clients call: see `boundary`."""
        method = _call(endpoint).method
        request.params, dropped = scrub.clean(request.params, method)
        call = _call(endpoint)
        boundary.log_dropped(call, dropped)
        proceed = super()._dispatch
        try:
            return boundary.guarded(call, lambda: proceed(endpoint))
        except Exception as error:
            if hasattr(error, "error_response") and request.httprequest.path.startswith("/xmlrpc"):
                _answer_fault(error)
            raise

    @classmethod
    def _handle_error(cls, exception):
        """Override of `base` to tell errors in a sentence."""
        told = exception if errors.may_see_all() else errors.for_client(exception)
        return super()._handle_error(told)


@contextmanager
def _wrong_key_logged(key):
    try:
        yield
    except _WRONG_KEY:
        expired = request.env["res.users.apikeys"]._expired(key)
        changes = {"signed in with": [None, "expired key" if expired else "key"]}
        log = request.env["fsm.audit.log"]
        log._log_event(
            "login_failed", expired.user_id or "res.users", changes=changes, separate=True
        )
        raise


def _call(endpoint):
    """Return what this request calls: a method of a model, or else a route."""
    params = request.params
    if endpoint.routing["type"] == "json2" and "__method__" in params:
        arguments = {key: value for key, value in params.items() if not key.startswith("__")}
        return boundary.Call(request.env, params["__model__"], params["__method__"], (), arguments)
    if params.keys() >= _CALL_KW and isinstance(params["kwargs"], dict):
        args = params["args"] if isinstance(params["args"], list) else []
        return boundary.Call(
            request.env, params["model"], params["method"], tuple(args), params["kwargs"]
        )
    return boundary.Call(
        request.env, str(params.get("model")), endpoint.routing["routes"][0], (), params
    )


def _answer_fault(error):
    """Tell an error in a sentence that core's controller answered with its traceback."""
    told = errors.for_client(error)
    if told is not error:
        fault = dumps(Fault(_FAULT, str(told)), methodresponse=True)
        error.error_response = Response(fault, mimetype="text/xml")
