import io
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import lxml.html

from odoo.exceptions import AccessError
from odoo.tests.common import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ..models import ir_actions_report

BODY = "<html><body><main><p>Job card {}</p></main></body></html>"
HEADERS = """<html><body>
    <div class="header"><p>SP Road</p></div><div class="header"><p>HSR Layout</p></div>
</body></html>"""
FOOTERS = """<html><body>
    <div class="footer">
        <p>GSTIN 29</p><p>Page <span class="page"></span> / <span class="topage"></span></p>
    </div>
</body></html>"""


@tagged("post_install", "-at_install")
class TestIrActionsReport(TransactionCase):
    def _documents(self):
        bodies = [BODY.format(1), BODY.format(2)]
        inlined = ir_actions_report._inline(bodies, HEADERS, FOOTERS)
        return [lxml.html.document_fromstring(body).find(".//main") for body in inlined]

    def test_each_document_begins_with_its_own_header(self):
        tops = [main[0].text_content().strip() for main in self._documents()]
        self.assertEqual(tops, ["SP Road", "HSR Layout"])

    def test_each_document_ends_with_the_footer_without_page_numbers(self):
        ends = [" ".join(main[-1].text_content().split()) for main in self._documents()]
        self.assertEqual(ends, ["GSTIN 29", "GSTIN 29"])

    def test_several_documents_are_printed_into_one_file(self):
        with self.allow_pdf_render():
            pdf = self.env["ir.actions.report"]._run_wkhtmltopdf(
                [BODY.format(1), BODY.format(2)], header=HEADERS, footer=FOOTERS
            )
        self.assertEqual(len(PdfFileReader(io.BytesIO(pdf), strict=False).pages), 2)

    def test_e8_nothing_is_fetched_that_a_text_names(self):
        asked = []

        class Inside(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_args):
                pass

        inside = ThreadingHTTPServer(("127.0.0.2", 0), Inside)
        threading.Thread(target=inside.serve_forever, daemon=True).start()
        self.addCleanup(inside.server_close)
        self.addCleanup(inside.shutdown)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file, self.allow_pdf_render():
            file.write("canary of the server")
            file.flush()
            names = f"http://127.0.0.2:{inside.server_port}/meta", f"file://{file.name}"
            text = "".join(f'<img src="{name}"/><iframe src="{name}"></iframe>' for name in names)
            with mute_logger("odoo.addons.base.models.ir_actions_report"):
                pdf = self.env["ir.actions.report"]._run_wkhtmltopdf([BODY.format(text)])
        self.assertEqual(asked, [])
        [page] = PdfFileReader(io.BytesIO(pdf), strict=False).pages
        self.assertEqual(page.extract_text().split(), ["Job", "card"])

    def test_printing_does_not_wait_for_scripts(self):
        get_param = self.env["ir.config_parameter"].sudo().get_param  # set with the addon
        self.assertEqual(get_param("report.print_delay"), "0")


@tagged("post_install", "-at_install")
class TestReportGroups(HttpCase):
    """D3: a report for some is not printed for others, however they ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {"type": "qweb", "key": "fsm_audit.cost", "arch": "<main>Cost 4711</main>"}
        )
        cls.group = cls.env["res.groups"].create({"name": "Sees costs"})
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Costs",
                "model": "res.partner",
                "report_name": "fsm_audit.cost",
                "group_ids": cls.group.ids,
            }
        )
        cls.asha = new_test_user(cls.env, "asha", password="asha-asha")

    def _renders(self, env):
        """Yield each way to render, by its name."""
        reports = env["ir.actions.report"]
        name, ids = self.report.report_name, env.user.partner_id.ids
        yield "html", lambda: reports._render_qweb_html(name, ids)
        yield "text", lambda: reports._render_qweb_text(name, ids)
        yield "pdf", lambda: reports._render_qweb_pdf(name, ids)
        yield "by type", lambda: reports._render(self.report.id, ids)
        yield "streams", lambda: reports._render_qweb_pdf_prepare_streams(name, {}, ids)

    def test_d3_report_is_refused_to_other_groups(self):
        for name, render in self._renders(self.env(user=self.asha)):
            with self.subTest(name), self.assertRaisesRegex(AccessError, "“Costs” is not printed"):
                render()

    @mute_logger("odoo.http")
    def test_d3_report_is_refused_by_its_address(self):
        self.authenticate("asha", "asha-asha")
        for converter in ("html", "pdf", "text"):
            answer = self.url_open(f"/report/{converter}/fsm_audit.cost/1")
            self.assertEqual(answer.status_code, 403)
            self.assertNotIn("4711", answer.text)

    def test_report_is_printed_for_its_group(self):
        self.asha.group_ids |= self.group
        for name, render in list(self._renders(self.env(user=self.asha)))[:4]:
            with self.subTest(name):
                self.assertIn("4711", str(render()[0]))

    def test_server_prints_for_itself(self):
        reports_sudo = self.env(user=self.asha, su=True)["ir.actions.report"]
        self.assertIn("4711", str(reports_sudo._render_qweb_html("fsm_audit.cost", [1])[0]))
