import io
from datetime import date

import xlsxwriter

from odoo import api, models

# How a spreadsheet shows 12,34,567.50; a format has room for two conditions, and a number below
# nothing needs two of its own.
CRORE, LAKH = 10_000_000, 100_000
INDIAN = r"[>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;#,##0.00"
BELOW = ((-CRORE, r"-##\,##\,##\,##0.00"), (-LAKH, r"-##\,##\,##0.00"))

# What a column holds, and how a spreadsheet shows it.
FORMATS = {
    "char": {},
    "integer": {"num_format": "0"},
    "number": {"num_format": "0.##"},
    "days": {"num_format": "0"},
    "average": {"num_format": "0.0"},
    "percent": {"num_format": "0.0"},
    "money": {"num_format": INDIAN},
    "price": {"num_format": INDIAN},
    "date": {"num_format": "dd-mm-yyyy"},
}
COLUMN_WIDTH = 18  # characters


class FsmReport(models.AbstractModel):
    """The figures as a workbook."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _xlsx(self, name, report):
        """Return the bytes of a workbook; text stays text, whatever it begins with."""
        output = io.BytesIO()
        # A row is written and forgotten: a hundred thousand take no more memory than ten.
        book = xlsxwriter.Workbook(output, {"constant_memory": True})
        sheet = book.add_worksheet(name[:31])
        columns, rows = report["columns"], report["rows"]
        bold = book.add_format({"bold": True})
        shapes = [book.add_format(FORMATS[column["type"]]) for column in columns]
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, COLUMN_WIDTH, shapes[number])
            sheet.write_string(0, number, column["label"], bold)
        for line, row in enumerate(rows, 1):
            for number, value in enumerate(row):
                self._write_cell(sheet, line, number, value, columns[number], shapes[number])
        self._write_totals(book, sheet, report)
        self._show_below_nothing(book, sheet, report)
        book.close()
        return output.getvalue()

    @api.model
    def _write_cell(self, sheet, line, number, value, column, shape):
        kind = column["type"]
        if kind == "date" and value:
            sheet.write_datetime(line, number, date.fromisoformat(value), shape)
        elif kind in ("char", "date"):
            sheet.write_string(line, number, value or "")
        elif value is not False:
            sheet.write_number(line, number, value, shape)

    @api.model
    def _write_totals(self, book, sheet, report):
        last = len(report["rows"]) + 1
        for number, column in enumerate(report["columns"]):
            shape = book.add_format({**FORMATS[column["type"]], "bold": True, "top": 1})
            if column["key"] in report["totals"]:
                sheet.write_number(last, number, report["totals"][column["key"]], shape)
            else:
                sheet.write_string(last, number, "" if number else self.env._("Total"), shape)

    @api.model
    def _show_below_nothing(self, book, sheet, report):
        """Group the digits of refunds as those of sales."""
        last = len(report["rows"]) + 1
        shapes = [(limit, book.add_format({"num_format": shape})) for limit, shape in BELOW]
        for number, column in enumerate(report["columns"]):
            for limit, shape in shapes if column["type"] in ("money", "price") else ():
                rule = {"type": "cell", "criteria": "<=", "value": limit, "format": shape}
                sheet.conditional_format(1, number, last, number, {**rule, "stop_if_true": True})
