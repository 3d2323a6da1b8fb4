import csv
import doctest
import io
import json

import openpyxl
import xlsxwriter

from odoo.http import Request
from odoo.tests.common import BaseCase, HttpCase, new_test_user, tagged

from .. import exports

# What a customer may be called, and what a spreadsheet would make of it.
FORMULAS = ("=HYPERLINK(1)", "@SUM(A1)", "+1+cmd", "-1+cmd", "\t=1", "\r=1", "{=SUM(A1)}")
LINK = "external:\\\\server\\share"


class TestCells(BaseCase):
    def test_examples_of_the_cells(self):
        result = doctest.testmod(exports)
        self.assertEqual((result.failed, result.attempted), (0, 2))

    def test_e6_text_is_text_in_any_workbook(self):
        file = io.BytesIO()
        workbook = xlsxwriter.Workbook(file, {"in_memory": True})
        worksheet = workbook.add_worksheet()
        worksheet.write_row(0, 0, (*FORMULAS, LINK, "", 7))
        worksheet.write_formula(1, 0, "=1+1")
        workbook.close()
        first, second = openpyxl.load_workbook(file).active.iter_rows()
        self.assertEqual({cell.data_type for cell in first[: len(FORMULAS) + 1]}, {"s"})
        self.assertFalse([cell for cell in first if cell.hyperlink])
        self.assertEqual((first[-1].value, second[0].data_type), (7, "f"))

    def test_e6_text_is_text_in_a_report_of_ours(self):
        book = openpyxl.Workbook()
        for column, value in enumerate((*FORMULAS, "bell \x07", 12.5), 1):
            exports.set_cell(book.active.cell(1, column), value)
        file = io.BytesIO()
        book.save(file)
        [row] = openpyxl.load_workbook(file).active.iter_rows()
        self.assertEqual({cell.data_type for cell in row[:-1]}, {"s"})
        self.assertEqual(row[-1].value, 12.5)


@tagged("post_install", "-at_install")
class TestExports(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager,base.group_allow_export"
        new_test_user(cls.env, "asha", groups, password="asha-asha")
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"x{text}", "ref": text, "phone": "+91 98450 12345"} for text in FORMULAS]
        )

    def setUp(self):
        super().setUp()
        self.authenticate("asha", "asha-asha")

    def _export(self, kind, **options):
        fields = [{"name": n, "label": f"={n}", "type": "char"} for n in ("ref", "phone")]
        data = {"model": "res.partner", "fields": fields, "ids": self.customers.ids, "domain": []}
        data |= {"import_compat": False, **options}
        return self._fetch(f"/web/export/{kind}", data)

    def _fetch(self, url, data):
        answer = self.url_open(
            url, {"data": json.dumps(data), "csrf_token": Request.csrf_token(self)}
        )
        answer.raise_for_status()
        return answer.content

    def _assert_no_formula(self, content):
        cells = [c for row in openpyxl.load_workbook(io.BytesIO(content)).active for c in row]
        self.assertTrue([cell for cell in cells if str(cell.value).strip().startswith("=")])
        self.assertNotIn("f", {cell.data_type for cell in cells})

    def test_e6_csv_export_runs_no_formula(self):
        rows = list(csv.reader(io.StringIO(self._export("csv").decode(), newline="")))
        self.assertEqual(rows[0], ["'=ref", "'=phone"])
        texts = {row[0] for row in rows[1:]}
        self.assertEqual(texts, {"{=SUM(A1)}", *(f"'{text}" for text in FORMULAS[:-1])})
        self.assertEqual({row[1] for row in rows[1:]}, {"+91 98450 12345"})

    def test_e6_xlsx_export_runs_no_formula(self):
        self._assert_no_formula(self._export("xlsx"))
        self._assert_no_formula(self._export("xlsx", groupby=["ref"]))

    def test_e6_pivot_export_runs_no_formula(self):
        head = {"title": FORMULAS[0], "width": 1, "height": 1, "is_bold": False}
        data = {
            "title": "Customers",
            "model": "res.partner",
            "measure_count": 1,
            "col_group_headers": [[head]],
            "measure_headers": [head],
            "rows": [{"indent": 0, "title": FORMULAS[0], "values": [{"value": FORMULAS[-1]}]}],
        }
        self._assert_no_formula(self._fetch("/web/pivot/export_xlsx", data))
