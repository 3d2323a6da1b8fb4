from odoo import api, models


class FsmReport(models.AbstractModel):
    """What customers have brought in all, and what technicians' work has."""

    _inherit = "fsm.report"

    # === BUSINESS METHODS === #

    @api.model
    def _job_measures(self):
        """Override of `fsm_jobs` to add the money."""
        pending, productivity = super()._job_measures()
        return [*pending, ("estimated", "money"), ("due", "money")], [
            *productivity,
            ("labour", "money"),
        ]

    @api.model
    def _customer_columns(self):
        """Override of `fsm_jobs` to add the money."""
        return [
            *super()._customer_columns(),
            ("revenue", self.env._("Revenue before Tax"), "money"),
            ("average", self.env._("A Visit, on Average"), "price"),
            ("outstanding", self.env._("Outstanding Now"), "money"),
            ("lifetime_value", self.env._("Lifetime Value before Tax"), "money"),
        ]

    @api.model
    def _customer_figures(self, companies, period):
        """Override of `fsm_jobs` to add the money, and who bought without a job card."""
        figures = super()._customer_figures(companies, period)
        no, issued = self.env._("No"), self._issued_to_customers(companies, period)
        for key, sums in (
            ("revenue", self._by_customer(issued, "gst_value_signed")),
            ("outstanding", self._by_customer(self._unpaid_now(companies))),
        ):
            for whose, rupees in sums.items():
                figures.setdefault(whose, {"jobs": 0, "repeat": no})[key] = rupees
        ever = self._issued_to_customers(companies, self._period("", ""))
        lifetime = self._by_customer(ever, "gst_value_signed")
        for whose, facts in figures.items():
            facts["average"] = round(facts.get("revenue", 0) / max(facts["jobs"], 1), 2)
            facts["lifetime_value"] = lifetime.get(whose, 0.0)
        return figures

    @api.model
    def _by_customer(self, domain, amount="amount_residual_signed"):
        """Return the sum of a field of documents: ``{(company, customer): rupees}``."""
        rows = self.env["account.move"]._read_group(
            domain, ["company_id", "commercial_partner_id"], [f"{amount}:sum"]
        )
        return {(company, partner): round(rupees, 2) for company, partner, rupees in rows}

    @api.model
    def _unpaid_now(self, companies):
        """Return the domain of invoices and credit notes on which something is open."""
        everything = self._period("", "")
        unpaid = ("payment_state", "in", ("not_paid", "partial"))
        return [*self._issued_to_customers(companies, everything), unpaid]
