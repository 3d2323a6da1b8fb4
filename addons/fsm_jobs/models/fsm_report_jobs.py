from odoo import api, models

from ..lifecycle import FINAL_STATES

# What an open job card is listed with, oldest promise first.
PENDING = [
    ("branch_id", "char"),
    ("job_id", "char"),
    ("partner_id", "char"),
    ("device_id", "char"),
    ("state", "char"),
    ("technician_id", "char"),
    ("received_at", "date"),
    ("promised_at", "date"),
    ("days_open", "days"),
    ("days_late", "days"),
]

# What is said of a technician, of the work he ended in the period.
PRODUCTIVITY = [
    ("done", "integer"),
    ("repaired", "integer"),
    ("came_back", "integer"),
    ("first_time_fix", "percent"),
    ("on_time", "percent"),
    ("working_hours", "number"),
    ("turnaround_hours", "average"),
]


class FsmReport(models.AbstractModel):
    """The figures of job cards, of who repairs, and of who comes."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS - JOB CARDS === #

    @api.model
    def _job_measures(self):
        """Return what is listed of open job cards, and said of technicians: two lists.

        A leaf adds its own fields of `fsm.job.report`, as ``(field, type)``.
        """
        return PENDING, PRODUCTIVITY

    @api.model
    def _open_jobs(self, companies, period):
        return [
            ("company_id", "in", companies.ids),
            ("state", "not in", list(FINAL_STATES)),
            *period("received_at"),
        ]

    @api.model
    def _pending_jobs(self, companies, period):
        names, kinds = zip(*self._job_measures()[0], strict=True)
        rows = self.env["fsm.job.report"].search_fetch(
            self._open_jobs(companies, period), names, order="promised_at, id"
        )
        return self._listed(rows, list(names), kinds)

    @api.model
    def _pending_by_state(self, companies, period):
        cards = ("count", self.env._("Job Cards"), "integer", "__count")
        return self._grouped_by_field(
            self.env["fsm.job.report"],
            self._open_jobs(companies, period),
            ["branch_id", "state"],
            [("days_open", "average"), ("days_late", "average")],
            [cards],
        )

    @api.model
    def _technician_productivity(self, companies, period):
        domain = [("company_id", "in", companies.ids), ("done", "=", 1), *period("ready_at")]
        model, by = self.env["fsm.job.report"]._for(domain), ["branch_id", "technician_id"]
        return self._grouped_by_field(model, domain, by, self._job_measures()[1])

    @api.model
    def _grouped_by_field(self, model, domain, group_by, measures, more=()):
        """Return columns and rows of a grouping whose columns are called as the model's fields.

        :param list measures: ``(field, type)``
        :param list more: measures as `_grouped` takes them, before the others
        """
        labels = model.fields_get()
        groups = [(spec.split(":")[0], spec) for spec in group_by]
        return self._grouped(
            model,
            domain,
            [(name, labels[name]["string"], spec) for name, spec in groups],
            [
                *more,
                *(
                    (name, labels[name]["string"], kind, f"{name}:{model._fields[name].aggregator}")
                    for name, kind in measures
                ),
            ],
        )

    # === BUSINESS METHODS - CUSTOMERS === #

    @api.model
    def _customer_analysis(self, companies, period):
        """Return a row for each customer: who comes often first."""
        columns = self._customer_columns()
        figures = self._customer_figures(companies, period)
        branches = self._names({company for company, _partner in figures}) if figures else {}
        names = self._names({partner for _company, partner in figures}) if figures else {}
        rows = [
            [branches[company], names[partner]]
            + [facts.get(key, False if kind == "date" else 0) for key, _label, kind in columns]
            for (company, partner), facts in figures.items()
        ]
        rows.sort(key=lambda row: (-row[2], row[0], row[1]))
        whose = [
            ("branch_id", self.env._("Branch"), "char"),
            ("partner_id", self.env._("Customer"), "char"),
        ]
        return whose + columns, rows

    @api.model
    def _customer_columns(self):
        """Return what is said of a customer, his visits first: ``(key, label, type)``."""
        return [
            ("jobs", self.env._("Job Cards"), "integer"),
            ("repeat", self.env._("Comes Again"), "char"),
            ("first_job", self.env._("First Visit"), "date"),
            ("last_job", self.env._("Last Visit"), "date"),
        ]

    @api.model
    def _customer_figures(self, companies, period):
        """Return what is known of each customer: ``{(company, partner): {key: value}}``.

        A customer is who pays: the company that a contact works for. Whether he comes again, and
        when he first came, counts his visits before the period as well.
        """
        rows = self._visits(companies, period)
        ever = self._visits(companies, period.since(None)) if period.start else rows
        known = {(company, partner): facts for company, partner, *facts in ever}
        again = {True: self.env._("Yes"), False: self.env._("No")}
        return {
            (company, partner): {
                "jobs": count,
                "repeat": again[known[company, partner][0] > 1],
                "first_job": period.day_of(known[company, partner][1]),
                "last_job": period.day_of(last),
            }
            for company, partner, count, _first, last in rows
        }

    @api.model
    def _visits(self, companies, period):
        """Return ``[(company, partner, job cards, first moment, last moment)]`` of a period."""
        return self.env["fsm.job"]._read_group(
            [("company_id", "in", companies.ids), *period("received_at")],
            ["company_id", "partner_id.commercial_partner_id"],
            ["__count", "received_at:min", "received_at:max"],
        )
