import base64
import io

from markupsafe import Markup
from openpyxl import Workbook
from openpyxl.styles import Font

from odoo import api, fields, models

from odoo.addons.fsm_audit.exports import set_cell
from odoo.addons.fsm_jobs.verbs import verb

from ..gst import form3b
from ..gst.states import STATES
from ..gst.words import indian_format

TABLE = Markup(
    '<div class="table-responsive"><table class="table table-sm"><thead><tr><th>{table}</th>'
    "<th>{what}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
)
ROW = Markup("<tr><td>{table}</td><td>{what}</td>{cells}</tr>")
HEAD = Markup('<th class="text-end">{}</th>')
CELL = Markup('<td class="text-end text-nowrap">{}</td>')
UNKNOWN = Markup('<td colspan="5" class="text-muted">{}</td>')

COLUMN_WIDTHS = (10, 60, 18, 16, 16, 16, 16)  # characters


class FsmGstReturn(models.Model):
    """GSTR-3B to read before it is filed: on the screen and as a sheet."""

    _inherit = "fsm.gst.return"

    summary = fields.Json(
        readonly=True, help="Of the last check: [[table, row, state code, figures]] in rupees."
    )
    summary_table = fields.Html(
        string="Summary of GSTR-3B", compute="_compute_summary_table", sanitize=False
    )
    summary_file = fields.Binary(string="GSTR-3B Sheet", compute="_compute_summary_file")

    # === COMPUTE METHODS === #

    @api.depends("summary")
    def _compute_summary_table(self):
        for gst_return in self:
            rows = [form3b.Row(*row) for row in gst_return.summary or []]
            gst_return.summary_table = rows and TABLE.format(
                table=self.env._("Table"),
                what=self.env._("What Is Declared"),
                heads=Markup("").join(map(HEAD.format, self._summary_heads())),
                rows=Markup("").join(gst_return._summary_row(row) for row in rows),
            )

    @api.depends_context("uid")
    def _compute_summary_file(self):
        for gst_return in self:
            gst_return.summary_file = gst_return.export_gstr3b()["content"]

    def _summary_row(self, row):
        if row.figures is None:
            cells = UNKNOWN.format(self.env._("not known here: look at the portal"))
        else:
            texts = ["" if figure is None else indian_format(figure) for figure in row.figures]
            cells = Markup("").join(map(CELL.format, texts))
        return ROW.format(table=row.table, what=self._summary_name(row), cells=cells)

    def _summary_heads(self):
        return [
            self.env._("Taxable Value ₹"),
            self.env._("IGST ₹"),
            self.env._("CGST ₹"),
            self.env._("SGST/UTGST ₹"),
            self.env._("Cess ₹"),
        ]

    def _summary_name(self, row):
        """Return what a row of the form is, for the reader."""
        name = self._summary_names().get(row.what, row.what)
        return f"{name}: {row.pos}-{STATES.get(row.pos, '')}" if row.pos else name

    def _summary_names(self):
        return {
            "osup_det": self.env._("Taxable supplies, advances included"),
            "osup_zero": self.env._("Export and SEZ"),
            "osup_nil_exmp": self.env._("Nil-rated and exempt supplies"),
            "isup_rev": self.env._("Bought under reverse charge"),
            "osup_nongst": self.env._("Supplies outside GST"),
            "unreg_details": self.env._("To unregistered persons in another state"),
            "comp_details": self.env._("To composition taxpayers in another state"),
            "uin_details": self.env._("To holders of a UIN in another state"),
            "IMPG": self.env._("Credit: import of goods"),
            "IMPS": self.env._("Credit: import of services"),
            "ISRC": self.env._("Credit: reverse charge"),
            "ISD": self.env._("Credit: from an input service distributor"),
            "OTH": self.env._("Credit: all other vendor bills, less their credit notes"),
            "reversed_RUL": self.env._("Taken back for good: goods given away, s.17(5)"),
            "reversed_OTH": self.env._("Taken back, to be reclaimed"),
            "net": self.env._("Net credit"),
            "reclaimed": self.env._("Credit reclaimed that was taken back earlier"),
            "ineligible": self.env._("Credit that s.16(4) or the place of supply forbids"),
            "GST_inter": self.env._("Bought without tax, from another state"),
            "GST_intra": self.env._("Bought without tax, in the state"),
            "NONGST_inter": self.env._("Bought outside GST, from another state"),
            "NONGST_intra": self.env._("Bought outside GST, in the state"),
            "interest": self.env._("Interest and late fee"),
            "liability": self.env._("Tax to be paid"),
            "credit": self.env._("Paid with credit"),
            "reverse_charge": self.env._("Reverse charge, paid in cash"),
            "cash": self.env._("Paid in cash"),
        }

    # === ACTION METHODS === #

    def action_download_summary(self):
        return self._download("summary_file", "GSTR3B", "xlsx")

    # === BUSINESS METHODS - VERBS === #

    @verb
    def export_gstr3b(self):
        """Return GSTR-3B as a sheet to read, row by row of the form.

        :return: ``{filename, content}``, XLSX in base64
        """
        self._check_may_file()
        self._log_export("GSTR-3B XLSX")
        return [
            {
                "filename": f"GSTR3B_{gst_return.gstin}_{gst_return.period}.xlsx",
                "content": base64.b64encode(gst_return._summary_workbook()).decode(),
            }
            for gst_return in self
        ]

    # === BUSINESS METHODS === #

    def _findings(self, rows, gstr1, gstr3b):
        """Override to keep what was summed up, to be read beside the findings."""
        self._keep({"summary": [list(row) for row in form3b.rows(gstr3b)]})
        return super()._findings(rows, gstr1, gstr3b)

    def _summary_workbook(self):
        book = Workbook()
        page = book.active
        page.title = "GSTR-3B"
        _gstr1, gstr3b = self._both_returns()
        set_cell(page.cell(1, 1), f"GSTR-3B {self.display_name}")
        page.cell(1, 1).font = Font(bold=True)
        heads = (self.env._("Table"), self.env._("What Is Declared"), *self._summary_heads())
        lines = [heads, *map(self._summary_cells, form3b.rows(gstr3b))]
        for number, line in enumerate(lines, 3):
            for column, value in enumerate(line, 1):
                cell = page.cell(number, column)
                set_cell(cell, value)
                cell.font = Font(bold=number == 3)
                if isinstance(value, float):
                    cell.number_format = "#,##,##0.00"
        for letter, width in zip("ABCDEFG", COLUMN_WIDTHS, strict=True):
            page.column_dimensions[letter].width = width
        page.freeze_panes = "C4"
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def _summary_cells(self, row):
        if row.figures is None:
            return row.table, self._summary_name(row), self.env._("not known here")
        return row.table, self._summary_name(row), *row.figures
