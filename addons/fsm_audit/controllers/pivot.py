import json

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers import pivot


class TableExporter(pivot.TableExporter):
    @http.route(readonly=False)
    def export_xlsx(self, data, **kw):
        """Override of `web` to log the export: the table was read before, by the client."""
        text = data.read() if hasattr(data, "read") else data
        table = json.loads(text)
        if isinstance(table, dict) and table.get("model") in request.env:
            request.env["fsm.audit.log"]._log_export(
                request.env[table["model"]], count=len(table.get("rows") or ()), what="pivot"
            )
        return super().export_xlsx(text, **kw)
