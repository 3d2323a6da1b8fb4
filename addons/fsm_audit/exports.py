"""Text that leaves in a spreadsheet stays text: no cell runs a formula that a customer typed.

In a CSV file, which has no types, a quote is put in front (OWASP, CSV Injection); in an XLSX file
the cell says that it is text, and nothing is put in front.

>>> [csv_cell(text) for text in ("=1+1", "@SUM(A1)", "-2+3", "\\tx", "Asha", "+91 98450 12345")]
["'=1+1", "'@SUM(A1)", "'-2+3", "'\\tx", 'Asha', '+91 98450 12345']
>>> [csv_cell(value) for value in ("-12.50", -12.5, None, False, b"=x", 0)]
['-12.50', -12.5, '', '', "'=x", 0]
"""

import re

import xlsxwriter

# With what a spreadsheet may take a text for a formula; the wide ones in East Asian versions.
_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
_PHONE = re.compile(r"\+\d{1,3}[ -]?\(?\d[\d ()-]{5,15}\d")
# Of the control characters, XML knows three (XML 1.0, 2.2).
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def csv_cell(value):
    """Return what to write into a cell of a CSV file."""
    if value is None or value is False:
        return ""
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str) and value.startswith(_STARTS):
        if not (_NUMBER.fullmatch(value) or _PHONE.fullmatch(value)):
            return f"'{value}"
    return value


def set_cell(cell, value):
    """Write into a cell of openpyxl, which takes a text that begins with “=” for a formula."""
    if isinstance(value, str):
        cell.value = _NOT_XML.sub("", value)
        cell.data_type = "s"
    else:
        cell.value = value


def _write_text(worksheet, row, column, text, cell_format=None, *_value):
    """Write a text as text, whatever it looks like: a formula, an array of them, a link."""
    if text == "":
        return worksheet.write_blank(row, column, text, cell_format)
    return worksheet.write_string(row, column, text, cell_format)


_add_worksheet = xlsxwriter.Workbook.add_worksheet


def add_worksheet(self, name=None, worksheet_class=None):
    """Wrap XlsxWriter's: what is written without saying as what, is never a formula.

    Core's exports make their workbooks deep inside, so there is no other place for it. Its option
    `strings_to_formulas` lets arrays of formulas pass. `write_formula` still writes one.
    """
    worksheet = _add_worksheet(self, name, worksheet_class)
    worksheet.add_write_handler(str, _write_text)
    return worksheet


xlsxwriter.Workbook.add_worksheet = add_worksheet
