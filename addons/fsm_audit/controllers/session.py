from odoo import http
from odoo.http import request

from odoo.addons.web.controllers import session

from .. import context


class Session(session.Session):
    @http.route()
    def logout(self, redirect="/odoo"):
        """Override of `web` to log who leaves, while it is known."""
        _log_logout()
        return super().logout(redirect)

    @http.route()
    def destroy(self):
        """Override of `web`: so does the app on a phone."""
        _log_logout()
        return super().destroy()


def _log_logout():
    uid = request.session.uid
    if uid and request.env:
        env = request.env(user=uid)
        with context.known(uid=uid):
            env["fsm.audit.log"]._log_event("logout", env.user)
