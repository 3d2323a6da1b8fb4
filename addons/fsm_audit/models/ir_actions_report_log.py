from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models

from .. import context

# Core renders a PDF by way of its HTML: that is one download.
_rendering = ContextVar("fsm_audit.rendering", default=False)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Override of `base` to log who printed what."""
        with self._download_logged(report_ref, res_ids, "pdf"):
            return super()._render_qweb_pdf(report_ref, res_ids, data)

    @api.model
    def _render_qweb_text(self, report_ref, docids, data=None):
        """Override of `base` to log who printed what."""
        with self._download_logged(report_ref, docids, "text"):
            return super()._render_qweb_text(report_ref, docids, data)

    @api.model
    def _render_qweb_html(self, report_ref, docids, data=None):
        """Override of `base` to log who printed what."""
        with self._download_logged(report_ref, docids, "html"):
            return super()._render_qweb_html(report_ref, docids, data)

    @contextmanager
    def _download_logged(self, report_ref, res_ids, kind):
        """Log it first: what cannot be logged is not printed, and nothing is printed twice."""
        if _rendering.get():
            yield
            return
        token = _rendering.set(True)
        try:
            if context.address():  # somebody asked for it; else it is a cron's, to be sent
                self._log_download(self._get_report(report_ref), res_ids, kind)
            yield
        finally:
            _rendering.reset(token)

    def _log_download(self, report_sudo, res_ids, kind):
        ids = [res_ids] if isinstance(res_ids, int) else res_ids
        model = report_sudo.model if report_sudo.model in self.env else self._name
        records = self.env[model].browse(ids).exists() if ids else None
        facts = {"report": [None, report_sudo.report_name], "as": [None, kind]}
        self.env["fsm.audit.log"]._log_event("download", records or model, changes=facts)
