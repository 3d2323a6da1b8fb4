from odoo import http
from odoo.http import request

from odoo.addons.fsm_jobs.controllers.track import FsmTrack


class FsmTrackPay(FsmTrack):
    """The customer's page leads to his invoice, where he pays."""

    @http.route("/t/<string:token>/pay", type="http", auth="public", methods=["POST"])
    def pay(self, token, digits="", **_other):
        """Open the unpaid invoice: it names the customer, so that a link alone does not do."""
        job_sudo = self._job(token)
        if error := self._refusal(digits) or self._no_proof(job_sudo, digits):
            return self._page(job_sudo, error=error)
        invoice_sudo = job_sudo._payable_online()
        if not invoice_sudo:
            error = request.env._("Nothing can be paid online: please ask at the counter.")
            return self._page(job_sudo, error=error)
        return request.redirect(invoice_sudo.get_portal_url())
