import io

import lxml.html

from odoo.tests.common import TransactionCase, tagged
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

    def test_printing_does_not_wait_for_scripts(self):
        get_param = self.env["ir.config_parameter"].sudo().get_param  # set with the addon
        self.assertEqual(get_param("report.print_delay"), "0")
