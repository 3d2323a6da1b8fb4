import io
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter

from odoo import api, models

from odoo.addons.fsm_audit.exports import set_cell

# How a spreadsheet shows 12,34,567.50; a format has room for two conditions, and a number below
# nothing needs two of its own.
CRORE, LAKH = 10_000_000, 100_000
INDIAN = r"[>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;#,##0.00"
BELOW = ((-CRORE, r"-##\,##\,##\,##0.00"), (-LAKH, r"-##\,##\,##0.00"))
FIRST_FREE_FORMAT = 164  # of a workbook: those before are Excel's own

# What a column holds, and how a spreadsheet shows it.
FORMATS = {
    "char": "General",
    "integer": "0",
    "number": "0.##",
    "days": "0",
    "average": "0.0",
    "percent": "0.0",
    "money": INDIAN,
    "price": INDIAN,
    "date": "dd-mm-yyyy",
}
COLUMN_WIDTH = 18  # characters


class FsmReport(models.AbstractModel):
    """The figures as a workbook."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _xlsx(self, name, report):
        """Return the bytes of a workbook; text stays text, whatever it begins with."""
        # A row is written and forgotten: a hundred thousand take no more memory than ten.
        book = Workbook(write_only=True)
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        for number in range(1, len(report["columns"]) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = COLUMN_WIDTH
        self._write_header(sheet, report)
        self._write_rows(sheet, report)
        self._write_totals(sheet, report)
        self._show_below_nothing(sheet, report)
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    @api.model
    def _write_header(self, sheet, report):
        cells = [WriteOnlyCell(sheet) for column in report["columns"]]
        for cell, column in zip(cells, report["columns"], strict=True):
            set_cell(cell, column["label"])
            cell.font = Font(bold=True)
        sheet.append(cells)

    @api.model
    def _write_rows(self, sheet, report):
        """Write the rows with one cell a column: it is written out before it is used again."""
        cells = self._cells_of_sheet(sheet, report)
        kinds = [column["type"] for column in report["columns"]]
        for row in report["rows"]:
            for cell, kind, value in zip(cells, kinds, row, strict=True):
                set_cell(cell, self._cell_value(kind, value))
            sheet.append(cells)

    @api.model
    def _cells_of_sheet(self, sheet, report):
        """Return an empty cell a column, which shows what the column holds as it should."""
        cells = [WriteOnlyCell(sheet) for column in report["columns"]]
        for cell, column in zip(cells, report["columns"], strict=True):
            cell.number_format = FORMATS[column["type"]]
        return cells

    @api.model
    def _cell_value(self, kind, value):
        """Return what a cell holds: a date as a date, a figure as a number, all else as text."""
        if kind == "date" and value:
            return date.fromisoformat(value)
        if kind in ("char", "date"):
            return value or ""
        return None if value is False else value

    @api.model
    def _write_totals(self, sheet, report):
        cells = self._cells_of_sheet(sheet, report)
        for number, (cell, column) in enumerate(zip(cells, report["columns"], strict=True)):
            cell.font, cell.border = Font(bold=True), Border(top=Side(style="thin"))
            nothing = "" if number else self.env._("Total")
            set_cell(cell, report["totals"].get(column["key"], nothing))
        sheet.append(cells)

    @api.model
    def _show_below_nothing(self, sheet, report):
        """Group the digits of refunds as those of sales."""
        last = len(report["rows"]) + 2
        for number, column in enumerate(report["columns"], 1):
            letter = get_column_letter(number)
            for place, (limit, shape) in enumerate(BELOW):
                if column["type"] not in ("money", "price"):
                    continue
                shown = NumberFormat(numFmtId=FIRST_FREE_FORMAT + place, formatCode=shape)
                rule = Rule(type="cellIs", operator="lessThanOrEqual", formula=[str(limit)])
                rule.dxf, rule.stopIfTrue = DifferentialStyle(numFmt=shown), True
                sheet.conditional_formatting.add(f"{letter}2:{letter}{last}", rule)
