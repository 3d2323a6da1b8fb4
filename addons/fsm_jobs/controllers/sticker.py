from odoo import http
from odoo.http import request

from .track import HEADERS

MAX_ID = 2**31 - 1  # a PostgreSQL integer


class FsmSticker(http.Controller):
    """What is behind the QR code on a device or a shelf: for staff, where they work."""

    @http.route("/fsm/j/<int:job_id>", type="http", auth="public", methods=["GET"], sitemap=False)
    def job(self, job_id):
        """Lead staff to the job card; say the same to everybody else, whatever the number."""
        if job_id <= MAX_ID and request.env.user._is_internal():
            job = request.env["fsm.job"]
            branches = request.env.user.company_ids.ids  # also those not switched on just now
            if job.has_access("read") and job.with_context(allowed_company_ids=branches).search(
                [("id", "=", job_id)]
            ):
                return request.redirect(f"/odoo/workshop/{job_id}")
        return self._ask_at_counter()

    @http.route("/fsm/p/<int:place_id>", type="http", auth="public", methods=["GET"], sitemap=False)
    def place(self, place_id):
        """Lead staff to the scan screen, which asks for the devices to put there."""
        if request.env.user._is_internal():
            return request.redirect("/odoo/scan")
        return self._ask_at_counter()

    def _ask_at_counter(self):
        values = {"path": request.httprequest.path}
        return request.render("fsm_jobs.sticker_page", values, headers=HEADERS)
