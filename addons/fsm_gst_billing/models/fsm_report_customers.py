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
        ]

    @api.model
    def _customer_figures(self, companies, period):
        """Override of `fsm_jobs` to add the money, and who bought without a job card."""
        figures = super()._customer_figures(companies, period)
        no = self.env._("No")
        for amount, domain, key in (
            ("amount_untaxed_signed", self._issued_to_customers(companies, period), "revenue"),
            ("amount_residual_signed", self._unpaid_now(companies), "outstanding"),
        ):
            for company, partner, rupees in self.env["account.move"]._read_group(
                domain, ["company_id", "commercial_partner_id"], [f"{amount}:sum"]
            ):
                facts = figures.setdefault((company, partner), {"jobs": 0, "repeat": no})
                facts[key] = round(rupees, 2)
        for facts in figures.values():
            facts["average"] = round(facts.get("revenue", 0) / max(facts["jobs"], 1), 2)
        return figures

    @api.model
    def _unpaid_now(self, companies):
        """Return the domain of invoices and credit notes on which something is open."""
        everything = self._period("", "")
        unpaid = ("payment_state", "in", ("not_paid", "partial"))
        return [*self._issued_to_customers(companies, everything), unpaid]
