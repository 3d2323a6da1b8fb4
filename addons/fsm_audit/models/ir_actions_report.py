import copy
import io
from urllib.parse import urlsplit

import lxml.html

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

NO_PROXY = "http://127.0.0.1:9"  # the port “discard”: nobody answers
MARGIN = 10  # mm: page headers no longer need more room; a label may want less


class IrActionsReport(models.Model):
    """Prints for those who may, and also where wkhtmltopdf was built without patched Qt.

    Core hides a report of other groups from the menu, and renders it for who knows its address.

    Debian's build ignores `--header-html` and `--footer-html` and refuses several documents at
    once. With it, the header becomes the top of a document, the footer its end, and documents are
    printed one by one. Page numbers are left out. With a patched build nothing changes.
    """

    _inherit = "ir.actions.report"

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
        """Override of `base` to do without page headers and without several documents at once."""
        options = {
            "report_ref": report_ref,
            "landscape": landscape,
            "set_viewport_size": set_viewport_size,
        }
        if _wkhtml().is_patched_qt:
            return super()._run_wkhtmltopdf(
                bodies,
                header=header,
                footer=footer,
                specific_paperformat_args=specific_paperformat_args,
                **options,
            )
        if header or footer:
            bodies = _inline(bodies, header, footer)
            specific_paperformat_args = {
                **(specific_paperformat_args or {}),
                **self._margins(report_ref),
            }
        options["specific_paperformat_args"] = specific_paperformat_args
        return _join(
            [super(IrActionsReport, self)._run_wkhtmltopdf([b], **options) for b in bodies]
        )

    def _build_wkhtmltopdf_args(self, *args, **options):
        """Override of `base`: what a text names is not fetched, from the shop's network or another.

        All but Odoo's own pages would come through a proxy that is not there.
        """
        host = urlsplit(self._get_report_url()).hostname
        nowhere = ["--proxy", NO_PROXY, "--bypass-proxy-for", host or "localhost"]
        return super()._build_wkhtmltopdf_args(*args, **options) + nowhere

    def _margins(self, report_ref):
        """Return the margins of a report whose header and footer stand in its body."""
        paper = report_ref and self._get_report(report_ref).get_paperformat()
        margins = {"top": MARGIN, "bottom": MARGIN}
        if paper:
            margins = {"top": paper.margin_top, "bottom": paper.margin_bottom}
        return {f"data-report-margin-{side}": min(MARGIN, mm) for side, mm in margins.items()}

    # === WHO MAY PRINT === #

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Override of `base` to hold the report to its groups."""
        self._check_groups(report_ref)
        return super()._render_qweb_pdf(report_ref, res_ids, data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: so does who takes the pages one by one."""
        self._check_groups(report_ref)
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)

    @api.model
    def _render_qweb_text(self, report_ref, docids, data=None):
        """Override of `base` to hold the report to its groups."""
        self._check_groups(report_ref)
        return super()._render_qweb_text(report_ref, docids, data)

    @api.model
    def _render_qweb_html(self, report_ref, docids, data=None):
        """Override of `base` to hold the report to its groups."""
        self._check_groups(report_ref)
        return super()._render_qweb_html(report_ref, docids, data)

    @api.model
    def _check_groups(self, report_ref):
        """Refuse a report that is for other groups; the server prints for itself as superuser."""
        report_sudo = self._get_report(report_ref)
        if self.env.su or not report_sudo.group_ids or report_sudo.group_ids & self._my_groups():
            return
        raise AccessError(
            self.env._("“%s” is not printed for your role. Ask your manager.", report_sudo.name)
        )

    @api.model
    def _my_groups(self):
        return self.env.user.sudo().all_group_ids  # everybody knows his own


def _inline(bodies, header, footer):
    """Return the documents with their header at the top and their footer at the end.

    :param str header: the headers of all documents, in their order; so is `footer`
    """
    headers, footers = _parts(header, "header"), _parts(footer, "footer")
    documents = []
    for index, body in enumerate(bodies):
        document = lxml.html.document_fromstring(body)
        main = document.find(".//main")
        main = document.find("body") if main is None else main
        if headers:
            main.insert(0, _nth(headers, index))
        if footers:
            main.append(_nth(footers, index))
        documents.append(
            lxml.html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>")
        )
    return documents


def _nth(parts, index):
    """Return the part of one document; the last one is for all that have none."""
    return copy.deepcopy(parts[min(index, len(parts) - 1)])


def _parts(page, css_class):
    """Return the elements of this class, without page numbers."""
    if not page:
        return []
    parts = lxml.html.document_fromstring(page).find_class(css_class)
    for part in parts:
        for number in part.find_class("page") + part.find_class("topage"):
            numbering = number.getparent()  # “Page 1 / 2”
            if numbering is not part and numbering.getparent() is not None:
                numbering.drop_tree()
    return parts


def _join(pdfs):
    if len(pdfs) == 1:
        return pdfs[0]
    writer = PdfFileWriter()
    for pdf in pdfs:
        writer.appendPagesFromReader(PdfFileReader(io.BytesIO(pdf), strict=False))
    joined = io.BytesIO()
    writer.write(joined)
    return joined.getvalue()
