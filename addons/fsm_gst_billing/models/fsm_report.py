from odoo import api, models
from odoo.tools import SQL

from ..gst import states, summary

# What revenue is counted by, for a report of each name: groups of `GROUPS`.
REVENUE = {
    "revenue": ("branch", "day"),
    "revenue_by_branch": ("branch",),
    "revenue_by_day": ("day",),
    "revenue_by_month": ("month",),
    "revenue_by_technician": ("branch", "technician"),
    "revenue_by_model": ("model",),
    "revenue_by_customer": ("branch", "customer"),
}

# What an invoice or credit note is counted under: key of the column, and Odoo's name of the group.
GROUPS = {
    "branch": ("branch_id", "company_id"),
    "day": ("date", "invoice_date:day"),
    "month": ("month", "invoice_date:month"),
    "technician": ("technician_id", "work_job_id.lead_technician_id"),
    "model": ("model_id", "work_job_id.device_id.model_id"),
    "customer": ("partner_id", "commercial_partner_id"),
}
DOCUMENTS = ("out_invoice", "out_refund")


class FsmReport(models.AbstractModel):
    """The figures of what was invoiced: from posted documents, credit notes deducted."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _reports(self):
        revenue = {
            name: lambda companies, period, by=by: self._revenue(companies, period, by)
            for name, by in REVENUE.items()
        }
        return {
            **super()._reports(),
            **revenue,
            "revenue_by_service": self._revenue_by_service,
            "gst_summary": self._gst_summary,
            "receivables": self._receivables,
            "receivables_by_branch": self._receivables_by_branch,
        }

    @api.model
    def _titles(self):
        revenue, books = self.env._("Revenue"), self.env._("Books")
        return {
            "revenue": (revenue, self.env._("Revenue by Branch and Day"), "month"),
            "revenue_by_branch": (revenue, self.env._("Revenue by Branch"), "month"),
            "revenue_by_day": (revenue, self.env._("Revenue by Day"), "month"),
            "revenue_by_month": (revenue, self.env._("Revenue by Month"), "year"),
            "revenue_by_technician": (revenue, self.env._("Revenue by Technician"), "month"),
            "revenue_by_service": (revenue, self.env._("Revenue by Service and Part"), "month"),
            "revenue_by_customer": (revenue, self.env._("Revenue by Customer"), "month"),
            "revenue_by_model": (revenue, self.env._("Revenue by Device Model"), "month"),
            "receivables": (books, self.env._("Receivables by Age"), "all"),
            "receivables_by_branch": (books, self.env._("Receivables by Branch"), "all"),
            "gst_summary": (books, self.env._("GST by Place and Rate"), "month"),
            **super()._titles(),
        }

    @api.model
    def _group_labels(self):
        return {
            "branch": self.env._("Branch"),
            "day": self.env._("Day"),
            "month": self.env._("Month"),
            "technician": self.env._("Technician"),
            "model": self.env._("Device Model"),
            "customer": self.env._("Customer"),
        }

    # === BUSINESS METHODS - REVENUE === #

    @api.model
    def _issued_to_customers(self, companies, period):
        """Return the domain of what was sold; goods for a branch of one's own are not."""
        return [
            ("company_id", "in", companies.ids),
            ("move_type", "in", DOCUMENTS),
            ("state", "=", "posted"),
            ("commercial_partner_id", "not in", self._own_partner_ids(companies)),
            *period.days("invoice_date"),
        ]

    @api.model
    def _own_partner_ids(self, companies):
        """Return the ids of the branches as partners: who of us is no customer of ours."""
        own_sudo = self.env["res.company"].sudo()  # be it a branch that the caller does not see
        own_sudo = own_sudo.search([("id", "child_of", companies.root_id.ids)])
        return own_sudo.partner_id.ids

    @api.model
    def _revenue(self, companies, period, by):
        labels = self._group_labels()
        return self._grouped(
            self.env["account.move"],
            self._issued_to_customers(companies, period),
            [(GROUPS[name][0], labels[name], GROUPS[name][1]) for name in by],
            [
                ("documents", self.env._("Documents"), "integer", "__count"),
                ("amount_untaxed", self.env._("Untaxed"), "money", "gst_value_signed:sum"),
                ("amount_tax", self.env._("Tax"), "money", "amount_tax_signed:sum"),
                ("amount_total", self.env._("Total"), "money", "amount_total_signed:sum"),
            ],
        )

    @api.model
    def _revenue_by_service(self, companies, period):
        """Return what was sold of each product; the tax of a line is what its total has more."""
        columns, rows = self._grouped(
            self.env["account.invoice.report"],
            self._issued_to_customers(companies, period),
            [("product_id", self.env._("Service or Part"), "product_id")],
            [
                ("quantity", self.env._("Quantity"), "number", "quantity:sum"),
                ("amount_untaxed", self.env._("Untaxed"), "money", "price_subtotal:sum"),
                ("amount_total", self.env._("Total"), "money", "price_total:sum"),
            ],
        )
        columns.insert(3, ("amount_tax", self.env._("Tax"), "money"))
        return columns, [[*row[:3], round(row[3] - row[2], 2), row[3]] for row in rows]

    # === BUSINESS METHODS - GST === #

    @api.model
    def _gst_summary(self, companies, period):
        """Return the supplies of the documents in the ledger, by place and rate.

        The rows are those that GSTR-1 and GSTR-3B are built from; advances are not among them.
        """
        self.env.flush_all()
        which = self._numbers_of(companies, period)
        returns = self.env["fsm.gst.return"]
        documents = returns._documents_where(
            SQL("m.state = 'posted' AND %s", returns._documents_numbered(which))
        )
        registered = self.env.execute_query(
            SQL("SELECT n.move_id, n.registration FROM fsm_gst_number n WHERE %s", which)
        )
        natures = self._nature_labels()
        columns = [
            ("gstin", self.env._("GSTIN"), "char"),
            ("place", self.env._("Place of Supply"), "char"),
            ("nature", self.env._("Supply"), "char"),
            ("rate", self.env._("Rate %"), "percent"),
            ("taxable", self.env._("Taxable Value"), "money"),
            ("igst", self.env._("IGST"), "money"),
            ("cgst", self.env._("CGST"), "money"),
            ("sgst", self.env._("SGST/UTGST"), "money"),
            ("cess", self.env._("Cess"), "money"),
        ]
        return columns, [
            [
                row.gstin,
                f"{row.pos} {states.STATES.get(row.pos, '')}".strip(),
                natures[row.nature],
                row.rate,
                *(amount / 100 for amount in row.sums),
            ]
            for row in summary.summary(documents, dict(registered))
        ]

    @api.model
    def _numbers_of(self, companies, period):
        """Return the condition on numbers ``n`` of these branches and days, of documents of GST."""
        return SQL(
            "n.company_id = ANY(%s) AND n.kind <> 'financial_note'"
            " AND n.day BETWEEN coalesce(%s, '-infinity'::date) AND coalesce(%s, 'infinity'::date)",
            companies.ids,
            period.start,
            period.end,
        )

    @api.model
    def _nature_labels(self):
        return {
            "taxable": self.env._("Taxable"),
            "nil_rated": self.env._("Nil-rated"),
            "exempt": self.env._("Exempt"),
            "non_gst": self.env._("Non-GST"),
            summary.REVERSE_CHARGE: self.env._("Reverse charge"),
        }
