import base64
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..period import Period
from ..verbs import verb

SUMMED = {"integer", "number", "money"}  # types of columns that have a total
MAX_ROWS = 100_000  # of one report: more is no report


class FsmReport(models.AbstractModel):
    """The figures of the branches, as programs, spreadsheets and the screen of reports read them.

    Each addon adds its reports to `_reports`; what they say is asked of Odoo's own groupings.
    """

    _name = "fsm.report"
    _description = "Report"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def get(
        self,
        name: str,
        date_from: str = "",
        date_to: str = "",
        branch_ids: list = (),
        limit: int = 0,
    ):
        """Return the figures of a report.

        :param str name: see `_reports`
        :param str date_from: first day, `date_to` last day of the period; by default without end
        :param list branch_ids: by default all of the caller's
        :param int limit: rows at most; the totals and the count are of all of them
        :return: ``{columns: [{key, label, type}], rows: [[…]], totals: {key: number}, count}``;
            `type` is one of char, date, integer, number, money (rupees), which have a total, and
            days, average, percent, price (rupees), which have none. What is not known is False
        """
        report = self._report(name, date_from, date_to, branch_ids)
        return {**report, "rows": report["rows"][:limit]} if limit > 0 else report

    @api.model
    @verb
    def export_xlsx(self, name: str, date_from: str = "", date_to: str = "", branch_ids: list = ()):
        """Return the figures of a report as a spreadsheet.

        :return: ``{filename, content}``, content in base64
        """
        report = self._report(name, date_from, date_to, branch_ids)
        self.env["fsm.audit.log"]._log_export(self, what=name, count=report["count"])
        period = "_".join(filter(None, (date_from, date_to)))
        return {
            "filename": f"{name}{period and '_' + period}.xlsx",
            "content": base64.b64encode(self._xlsx(name, report)).decode(),
        }

    @api.model
    @api.readonly
    @verb
    def catalogue(self):
        """Return what there is to ask for.

        :return: ``[{name, title, section, period}]``; `period` is what is mostly asked for: month, year
            or all (days), or nothing where it is told as it is now
        """
        self._check_may_read()
        return [
            {"name": name, "title": title, "section": section, "period": period}
            for name, (section, title, period) in self._titles().items()
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _reports(self):
        """Return the reports there are: ``{name: method}``.

        A method takes the companies of the branches and the `Period`, and returns
        ``(columns, rows)``; a column is ``(key, label, type)``.
        """
        return {
            "pending_jobs": self._pending_jobs,
            "pending_by_state": self._pending_by_state,
            "technician_productivity": self._technician_productivity,
            "customer_analysis": self._customer_analysis,
        }

    @api.model
    def _titles(self):
        """Return what a reader calls the reports: ``{name: (section, title, period)}``, in order."""
        jobs, people = self.env._("Job Cards"), self.env._("People")
        return {
            "pending_jobs": (jobs, self.env._("Open Job Cards"), "all"),
            "pending_by_state": (jobs, self.env._("Open Job Cards by Status"), "all"),
            "technician_productivity": (people, self.env._("Technicians"), "month"),
            "customer_analysis": (people, self.env._("Customers"), "all"),
        }

    @api.model
    def _check_may_read(self):
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not read reports."))

    @api.model
    def _report(self, name, date_from, date_to, branch_ids):
        self._check_may_read()
        companies = self._companies(branch_ids)
        # The caller's, whatever he has ticked in the menu of companies.
        reports = self.with_context(allowed_company_ids=companies.ids)._reports()
        if name not in reports:
            raise UserError(
                self.env._(
                    "There is no report “%(name)s”. There are: %(known)s.",
                    name=name,
                    known=", ".join(sorted(reports)),
                )
            )
        columns, rows = reports[name](companies, self._period(date_from, date_to))
        return {
            "columns": [{"key": key, "label": label, "type": kind} for key, label, kind in columns],
            "rows": rows[:MAX_ROWS],
            "totals": {
                key: round(sum(row[number] or 0 for row in rows), 2)
                for number, (key, _label, kind) in enumerate(columns)
                if kind in SUMMED
            },
            "count": len(rows),
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
    def _period(self, date_from, date_to):
        Job = self.env["fsm.job"]
        start, end = (
            date.fromisoformat(Job._check_date(text)) if text else None
            for text in (date_from, date_to)
        )
        if start and end and start > end:
            raise UserError(self.env._("“date_from” comes before “date_to”."))
        return Period(start, end, self._timezone())

    @api.model
    def _timezone(self):
        return self.env["fsm.branch"]._current()._timezone()

    @api.model
    def _today(self):
        """Return the day it is in the branches."""
        return fields.Date.context_today(self.with_context(tz=self._timezone()))
