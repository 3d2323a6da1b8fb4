import base64
import io
import json

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from odoo import api, fields, models

from odoo.addons.fsm_audit.exports import set_cell
from odoo.addons.fsm_jobs.verbs import verb

from ..gst import sheets

COLUMN_WIDTH = 18  # characters


class FsmGstReturn(models.Model):
    """What of a return is uploaded at the portal: its JSON, and the workbook of the offline tool."""

    _inherit = "fsm.gst.return"

    # Made when it is downloaded
    gstr1_file = fields.Binary(string="GSTR-1", compute="_compute_gstr1_file")
    gstr3b_file = fields.Binary(string="GSTR-3B", compute="_compute_gstr3b_file")
    workbook_file = fields.Binary(string="Workbook", compute="_compute_workbook_file")

    # === COMPUTE METHODS === #

    @api.depends_context("uid")
    def _compute_gstr1_file(self):
        for gst_return in self:
            gst_return.gstr1_file = base64.b64encode(json.dumps(gst_return.gstr1()).encode())

    @api.depends_context("uid")
    def _compute_gstr3b_file(self):
        for gst_return in self:
            gst_return.gstr3b_file = base64.b64encode(json.dumps(gst_return.gstr3b()).encode())

    @api.depends_context("uid")
    def _compute_workbook_file(self):
        for gst_return in self:
            gst_return.workbook_file = gst_return.export_xlsx()["content"]

    # === BUSINESS METHODS - VERBS === #

    @verb
    def export_xlsx(self):
        """Return GSTR-1 as the workbook of the portal's offline tool.

        :return: ``{filename, content}``, XLSX in base64
        """
        self._check_may_file()
        self._log_export("GSTR-1 XLSX")
        return [
            {
                "filename": f"GSTR1_{gst_return.gstin}_{gst_return.period}.xlsx",
                "content": base64.b64encode(gst_return._workbook()).decode(),
            }
            for gst_return in self
        ]

    # === ACTION METHODS === #

    def action_download_gstr1(self):
        return self._download("gstr1_file", "GSTR1", "json")

    def action_download_gstr3b(self):
        return self._download("gstr3b_file", "GSTR3B", "json")

    def action_download_workbook(self):
        return self._download("workbook_file", "GSTR1", "xlsx")

    def _download(self, field, name, extension):
        self.ensure_one()
        filename = f"{name}_{self.gstin}_{self.period}.{extension}"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}/{filename}?download=true",
            "target": "download",
        }

    # === BUSINESS METHODS === #

    def _workbook(self):
        book = Workbook()
        book.remove(book.active)
        gstr1 = self._gstr1()
        for sheet, rows in sheets.workbook(gstr1, self._customer_names(gstr1)):
            page = book.create_sheet(sheet.name)
            set_cell(page.cell(1, 1), sheet.title)
            for column, header in enumerate(sheet.columns, 1):
                cell = page.cell(sheets.HEADER_ROW, column)
                set_cell(cell, header)
                cell.font = Font(bold=True)
                page.column_dimensions[get_column_letter(column)].width = COLUMN_WIDTH
            for number, row in enumerate(rows, sheets.HEADER_ROW + 1):
                for column, value in enumerate(row, 1):
                    set_cell(page.cell(number, column), value)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()
