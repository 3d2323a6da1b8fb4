import base64

from odoo import http
from odoo.http import content_disposition, request


class FsmDispute(http.Controller):
    """The dispute pack as a file, for the button on the job card."""

    @http.route(
        "/fsm/dispute/<int:job_id>", type="http", auth="user", methods=["GET"], sitemap=False
    )
    def pack(self, job_id):
        """Answer with the zip file. Who may have it, and that it was taken, is for the verb."""
        answer = request.env["fsm.job"].browse(job_id).dispute_pack()
        return request.make_response(
            base64.b64decode(answer["content"]),
            headers={
                "Content-Type": "application/zip",
                "Content-Disposition": content_disposition(answer["filename"]),
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            }.items(),
        )
