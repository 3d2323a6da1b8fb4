from odoo import api, fields, models

from ..lifecycle import OUTCOMES_WITHOUT_REPAIR


class FsmJob(models.Model):
    """What the repair would cost, what the customer was shown of it, and what he is billed."""

    _inherit = "fsm.job"

    line_ids = fields.One2many(
        string="Estimate Lines", comodel_name="fsm.job.line", inverse_name="job_id", copy=False
    )
    estimate_ids = fields.One2many(
        string="Estimates Sent", comodel_name="fsm.estimate", inverse_name="job_id"
    )
    amount_untaxed = fields.Monetary(
        string="Estimate Before Tax", compute="_compute_amount_untaxed", store=True
    )
    amount_estimate = fields.Monetary(
        string="Estimate",
        compute="_compute_amount_estimate",
        store=True,
        help="What the customer would pay, tax included.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.amount")
    def _compute_amount_untaxed(self):
        for job in self:
            job.amount_untaxed = sum(
                job.currency_id.round(line["quantity"] * line["price_unit"])
                for line in job._estimate_lines()
            )

    @api.depends("line_ids.amount", "line_ids.product_id", "partner_id")
    def _compute_amount_estimate(self):
        for job in self:
            job.amount_estimate = job._amount_with_tax(job._estimate_lines())

    # === ACTION METHODS === #

    def action_share_estimate(self):
        self.share_estimate(channels=["link"])

    # === BUSINESS METHODS - BILLING === #

    def _current_estimate(self):
        """Return the newest version of the estimate the customer was shown."""
        return self.estimate_ids.sorted("version")[-1:]

    def _estimate_lines(self):
        """Say what the customer is shown. Here: the lines as they were written.

        An addon that knows that he pays less, e.g. under a warranty, extends this method.

        :return: as `_billable_lines`
        :rtype: list[dict]
        """
        self.ensure_one()
        return self.line_ids._line_values()

    def _billable_lines(self):
        """Say what the customer has to pay for. Here: what the estimate says.

        An addon that knows better, e.g. which parts were really used, extends this method.
        The keys are field names that the estimate line and the invoice line share, so that
        the billing addon can create invoice lines from them as they are.

        :return: `product_id` (int), `name`, `quantity` (in the product's unit) and `price_unit`
            (in the currency of the company, before tax) for each line
        :rtype: list[dict]
        """
        self.ensure_one()
        return [] if self._is_unbilled() else self.line_ids._line_values()

    def _is_unbilled(self):
        """Tell whether the device goes back for nothing: not repaired, nor agreed to be paid for."""
        if self.outcome in OUTCOMES_WITHOUT_REPAIR:
            agreed = self._amount_agreed()
            return self.currency_id.compare_amounts(self.amount_estimate, agreed) > 0
        return self.outcome == "declined"

    def _amount_with_tax(self, lines):
        """Return what the customer would pay for `lines`. Here: no tax is known.

        :param list lines: as `_billable_lines` returns them
        :rtype: float
        """
        return sum(line["quantity"] * line["price_unit"] for line in lines)
