from odoo import http
from odoo.http import request


class AuditHealth(http.Controller):
    @http.route("/fsm_audit/health", type="http", auth="bearer", methods=["GET"], readonly=True)
    def health(self):
        """Tell a monitor: 200 if all is well or to know, 503 if something needs people; with the
        findings of `fsm.audit.health` as JSON."""
        findings = request.env["fsm.audit.health"].health()
        is_alarm = any(finding["level"] == "alarm" for finding in findings)
        return request.make_json_response(findings, status=503 if is_alarm else 200)
