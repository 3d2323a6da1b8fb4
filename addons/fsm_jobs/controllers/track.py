from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.translate import LazyTranslate

from odoo.addons.fsm_audit import log_filter

_lt = LazyTranslate(__name__)

# The steps a customer is shown, each with the states it covers.
STEPS = (
    (_lt("Received"), {"request", "received"}),
    (_lt("Checked"), {"diagnosis"}),
    (_lt("Estimate"), {"estimate"}),
    (_lt("Repair"), {"approved", "parts", "repair", "outside", "qc"}),
    (_lt("Ready"), {"ready", "unclaimed"}),
    (_lt("Delivered"), {"delivered"}),
)
MAX_TEXT = 400_000  # characters: a signature is a picture
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
log_filter.mask_path("/t/")


class FsmTrack(http.Controller):
    """The customer's own page: no login, only a link that nobody can guess."""

    @http.route("/t/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def track(self, token):
        return self._page(self._job(token))

    @http.route("/t/<string:token>/answer", type="http", auth="public", methods=["POST"])
    def answer(
        self, token, answer="", version="", name="", signature="", reason="", digits="", **_other
    ):
        """Take the customer's answer to exactly the estimate he saw."""
        job_sudo = self._job(token)
        estimate = job_sudo._current_estimate()
        error = self._refusal(answer, version, name, signature, reason, digits)
        error = error or self._no_proof(job_sudo, digits)
        if error:
            pass
        elif str(estimate.version) != version:
            error = request.env._("The estimate has changed. Please read it again.")
        elif answer not in ("approved", "declined"):
            error = request.env._("Please choose an answer.")
        elif answer == "approved" and not signature.startswith("data:image/png;base64,"):
            error = request.env._("Please sign with your finger.")
        else:
            try:
                with request.env.cr.savepoint():
                    picture = signature.partition(",")[2] or False
                    if picture:
                        job_sudo._check_picture(picture, "signature", {"PNG": "image/png"})
                    job_sudo._record_answer(
                        answer, "link", name or job_sudo.partner_id.name, reason, picture
                    )
            except UserError as refusal:
                error = refusal.args[0]
        if error:
            return self._page(job_sudo, error=error)
        return request.redirect(f"/t/{token}")

    @http.route("/t/<string:token>/code", type="http", auth="public", methods=["POST"])
    def code(self, token, digits="", **_other):
        """Make a new delivery OTP and show it once."""
        job_sudo = self._job(token)
        if error := self._refusal(digits) or self._no_proof(job_sudo, digits):
            return self._page(job_sudo, error=error)
        try:
            job_sudo._check_deliverable()
            code = request.env["fsm.delivery.otp"]._issue(job_sudo)
        except UserError as refusal:
            return self._page(job_sudo, error=refusal.args[0])
        return self._page(job_sudo, code=code)

    def _refusal(self, *texts):
        """Say why what was sent is not taken: staff is not the customer, nonsense no answer."""
        if request.env.user._is_internal():
            return request.env._("This page is the customer's. Sign out to answer for yourself.")
        for text in texts:
            if not isinstance(text, str) or "\x00" in text or len(text) > MAX_TEXT:
                return request.env._("This could not be read. Please try again.")
        return ""

    def _no_proof(self, job_sudo, digits):
        """Say why it is not believed that the customer himself is here: docs/adr/0020."""
        try:
            job_sudo._check_proof(digits)
        except UserError as refusal:
            return refusal.args[0]
        return ""

    def _job(self, token):
        """Return the job card of a link in sudo: whoever has the link may see its page."""
        if "\x00" in token:
            raise request.not_found()
        job_sudo = request.env["fsm.job"].sudo().search([("access_token", "=", token)], limit=1)
        if not token or not job_sudo:
            raise request.not_found()
        lang = request.env["res.lang"]._get_code(job_sudo.partner_id.lang or "en_IN")
        request.update_context(lang=lang)  # the page and its refusals too
        return job_sudo.with_company(job_sudo.company_id).with_context(lang=lang)

    def _page(self, job_sudo, error="", code=""):
        reached = next(
            (n for n, (_label, states) in enumerate(STEPS) if job_sudo.state in states), -1
        )
        values = {
            "job": job_sudo,
            "estimate": job_sudo._current_estimate(),
            "steps": [
                {"label": label, "done": n < reached, "current": n == reached}
                for n, (label, _states) in enumerate(STEPS)
            ],
            "looks": job_sudo._passcode_looks(),
            "error": error,
            "code": code,
            "asks_proof": bool(job_sudo._proof_asked()),
        }
        return request.render("fsm_jobs.track_page", values, headers=HEADERS)
