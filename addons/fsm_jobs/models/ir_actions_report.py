import base64
import io
import re

from odoo import api, models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

# How much larger than true wkhtmltopdf must draw where it was built without patched Qt (Debian):
# there a CSS millimetre comes out as 0.779 mm, measured on a printed label.
ZOOM_OF_UNPATCHED_QT = 1.2837
QR_PIXELS = 480
CODE128_PIXELS = (1200, 120)  # wide, high

CUT_BELOW = 17  # points (6 mm) of a roll that are left below the last line of text

SAFE_CODE = re.compile(r"[ -~]+")  # what Code 128 can carry


class IrActionsReport(models.Model):
    """What documents in millimetres need: true sizes, and codes that are part of the page."""

    _inherit = "ir.actions.report"

    # === BUSINESS METHODS === #

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Override of `base` to cut paper that comes from a roll where the text ends."""
        pdf = super()._run_wkhtmltopdf(
            bodies,
            report_ref=report_ref,
            header=header,
            footer=footer,
            landscape=landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
        )
        paper = report_ref and self._get_report(report_ref).get_paperformat()
        roll = self.env.ref("fsm_jobs.paperformat_80mm", raise_if_not_found=False)
        return _cut(pdf) if roll and paper == roll else pdf

    @api.model
    def _fsm_zoom(self, report_type):
        """Return the CSS zoom with which a millimetre of a document is a millimetre on paper."""
        return ZOOM_OF_UNPATCHED_QT if report_type == "pdf" and not _wkhtml().is_patched_qt else 1

    @api.model
    def _fsm_qr(self, text):
        """Return a QR code as a data URI; level M survives a scratched sticker."""
        return _data_uri(
            self.barcode("QR", text, width=QR_PIXELS, height=QR_PIXELS, quiet=0, barLevel="M")
        )

    @api.model
    def _fsm_code128(self, text):
        """Return a Code 128 as a data URI; the page leaves the quiet zone of ten bars beside it."""
        if not SAFE_CODE.fullmatch(text or ""):
            return ""
        width, height = CODE128_PIXELS
        return _data_uri(self.barcode("Code128", text, width=width, height=height, quiet=0))

    @api.model
    def _fsm_ean13(self, text):
        """Return an EAN-13 as a data URI; the check digit was checked."""
        width, height = CODE128_PIXELS
        return _data_uri(self.barcode("EAN13", text, width=width, height=height, quiet=0))


def _data_uri(png):
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _cut(pdf):
    """Return the document with each page as high as its text."""
    writer = PdfFileWriter()
    for page in PdfFileReader(io.BytesIO(pdf), strict=False).pages:
        heights = []

        def note(text, matrix, text_matrix, _font, _size, heights=heights):
            if text.strip():
                x, y = text_matrix[4], text_matrix[5]
                heights.append(x * matrix[1] + y * matrix[3] + matrix[5])

        page.extract_text(visitor_text=note)
        bottom = max(min(heights, default=0) - CUT_BELOW, 0)
        page.mediabox.lower_left = page.cropbox.lower_left = (0, bottom)
        writer.add_page(page)
    cut = io.BytesIO()
    writer.write(cut)
    return cut.getvalue()
