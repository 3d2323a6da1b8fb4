import base64
import io
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..verbs import verb
from .fsm_branch import TIMEZONE

# What a column holds, and how a spreadsheet shows it.
FORMATS = {
    "char": {},
    "integer": {"num_format": "0"},
    "number": {"num_format": "0.##"},
    "percent": {"num_format": "0.0"},
    "money": {"num_format": "#,##0.00"},
    "date": {},
}
SUMMED = {"integer", "number", "money"}
MAX_ROWS = 100_000  # of one report: more is no report
COLUMN_WIDTH = 18  # characters


class FsmReport(models.AbstractModel):
    """The figures of the branches, as programs and spreadsheets read them.

    Each addon adds its reports to `_reports`; what they say is asked of Odoo's own groupings.
    """

    _name = "fsm.report"
    _description = "Report"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def get(self, name: str, date_from: str = "", date_to: str = "", branch_ids: list = ()):
        """Return the figures of a report.

        :param str name: see `_reports`
        :param str date_from: first day, `date_to` last day of the period; by default without end
        :param list branch_ids: by default all of the caller's
        :return: ``{columns: [{key, label, type}], rows: [[…]], totals: {key: number}}``; `type` is
            one of char, integer, number, percent, money (rupees), date
        """
        return self._report(name, date_from, date_to, branch_ids)

    @api.model
    @verb
    def export_xlsx(self, name: str, date_from: str = "", date_to: str = "", branch_ids: list = ()):
        """Return the figures of a report as a spreadsheet.

        :return: ``{filename, content}``, content in base64
        """
        report = self._report(name, date_from, date_to, branch_ids)
        self.env["fsm.audit.log"]._log_export(self, what=name, count=len(report["rows"]))
        period = "_".join(filter(None, (date_from, date_to)))
        return {
            "filename": f"{name}{period and '_' + period}.xlsx",
            "content": base64.b64encode(self._xlsx(name, report)).decode(),
        }

    # === BUSINESS METHODS === #

    @api.model
    def _reports(self):
        """Return the reports there are: ``{name: method}``.

        A method takes the companies of the branches and a domain maker
        ``within(field name) -> domain`` of the period, and returns ``(columns, rows)``; a column is
        ``(key, label, type)``.
        """
        return {}

    @api.model
    def _report(self, name, date_from, date_to, branch_ids):
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not read reports."))
        reports = self._reports()
        if name not in reports:
            raise UserError(
                self.env._(
                    "There is no report “%(name)s”. There are: %(known)s.",
                    name=name,
                    known=", ".join(sorted(reports)),
                )
            )
        companies = self._companies(branch_ids)
        columns, rows = reports[name](companies, self._within(date_from, date_to))
        rows = rows[:MAX_ROWS]
        return {
            "columns": [{"key": key, "label": label, "type": kind} for key, label, kind in columns],
            "rows": rows,
            "totals": {
                key: round(sum(row[number] or 0 for row in rows), 2)
                for number, (key, _label, kind) in enumerate(columns)
                if kind in SUMMED
            },
        }

    @api.model
    def _companies(self, branch_ids):
        """Return the companies of these branches of the caller, by default of all of them."""
        branches = self.env["fsm.branch"]
        if not branch_ids:
            return branches.search([("company_id", "in", self.env.companies.ids)]).company_id
        for branch_id in branch_ids:
            if type(branch_id) is not int:
                raise UserError(self.env._("“branch_ids” must be a list of ids."))
            branches |= branches._of_caller(branch_id)
        return branches.company_id

    @api.model
    def _within(self, date_from, date_to):
        """Return a function that makes the domain of the period for a field.

        The days are those of the clock on the branch's wall.
        """
        Job = self.env["fsm.job"]
        start = Job._check_date(date_from) if date_from else False
        end = Job._check_date(date_to) if date_to else False
        if start and end and start > end:
            raise UserError(self.env._("“date_from” comes before “date_to”."))

        def within(name):
            domain = []
            if start:
                domain.append((name, ">=", self._midnight(start)))
            if end:
                domain.append((name, "<", self._midnight(end, 1)))
            return domain

        return within

    @api.model
    def _timezone(self):
        return self.env["fsm.branch"]._current().calendar_id.sudo().tz or TIMEZONE  # no secret

    @api.model
    def _midnight(self, day, days=0):
        """Return when a day begins in the branches, naive UTC.

        :param int days: to add
        """
        local = fields.Datetime.to_datetime(day) + timedelta(days=days)
        local = local.replace(tzinfo=ZoneInfo(self._timezone()))
        return fields.Datetime.to_string(local.astimezone(UTC))

    @api.model
    def _xlsx(self, name, report):
        """Return the bytes of a workbook; text stays text, whatever it begins with."""
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True})
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        kinds = [column["type"] for column in report["columns"]]
        formats = {kind: book.add_format(FORMATS[kind]) for kind in set(kinds)}
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(report["columns"]):
            sheet.set_column(number, number, COLUMN_WIDTH, formats[column["type"]])
            sheet.write_string(0, number, column["label"], bold)
        for line, row in enumerate(report["rows"], 1):
            for number, value in enumerate(row):
                if kinds[number] in ("char", "date"):
                    sheet.write_string(line, number, value or "")
                else:
                    sheet.write_number(line, number, value or 0)
        for number, column in enumerate(report["columns"]):
            if column["key"] in report["totals"]:
                sheet.write_number(
                    len(report["rows"]) + 1, number, report["totals"][column["key"]], bold
                )
        book.close()
        return output.getvalue()
