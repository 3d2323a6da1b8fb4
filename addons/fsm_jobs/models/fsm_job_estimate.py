from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_amount

from ..lifecycle import OUTCOMES_WITHOUT_REPAIR
from .fsm_job import GATE

# The answer to an estimate: the state it leads to.
ANSWER_STATES = {"approved": "approved", "declined": "ready", "revise": "diagnosis"}


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

    # === BUSINESS METHODS - SHARING === #

    def _share_estimate(self):
        """Return the next version of the estimate; the move to `estimate` writes it by itself."""
        shown = self._current_estimate()
        self._move("estimate")
        if self._current_estimate() == shown:
            self._check_blockers("estimate")
            return self.env["fsm.estimate"]._share(self)
        return self._current_estimate()

    def _check_channels(self, channels):
        """Refuse to write to who said no to it; at which hour, whoever shares by hand decides."""
        if {"email", "sms"} & set(channels) and self.partner_id.sudo()._fsm_refusing(["service"]):
            raise UserError(
                self.env._(
                    "%s wants no messages about a repair: share the link alone, and call him.",
                    self.partner_id.name,
                )
            )

    def _send_estimate(self, estimate, channels):
        if "email" in channels:
            if not email_normalize(self.partner_id.email):
                raise UserError(self.env._("%s has no e-mail address.", self.partner_id.name))
            template = self.env.ref("fsm_jobs.mail_template_estimate")
            template.sudo().send_mail(self.id)  # templates are read by whoever keeps them
        if "sms" in channels:
            reader = self._for_reader().env
            self._send_sms(
                reader._(
                    "%(branch)s: the repair of your %(device)s costs %(amount)s. Answer here: %(url)s",
                    branch=self.branch_id.name,
                    device=self.device_id.model_id.display_name,
                    amount=format_amount(reader, estimate.amount, self.currency_id),
                    url=self._customer_link(),
                )
            )

    def _record_answer(self, answer, channel, answered_by, reason="", signature=False):
        """Write down the answer of the customer to the newest estimate and move on."""
        self.ensure_one()
        if self.state != "estimate":
            raise UserError(self.env._("Job card %s does not wait for an answer.", self.name))
        estimate = self._current_estimate()
        if not estimate:
            raise UserError(
                self.env._(
                    "The customer of job card %s was shown no estimate yet: share it first.",
                    self.name,
                )
            )
        estimate._answer(answer, channel, answered_by, reason, signature)
        if answer == "declined":
            self.with_context(fsm_gate=GATE).sudo().outcome = "declined"  # the answer says so
        self._move(ANSWER_STATES[answer], reason)

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
            if self.repaired_by_id:
                return True  # what was agreed to is the repair, which came to nothing
            agreed = self._amount_agreed()
            return self.currency_id.compare_amounts(self.amount_estimate, agreed) > 0
        return self.outcome == "declined"

    def _amount_with_tax(self, lines):
        """Return what the customer would pay for `lines`. Here: no tax is known.

        :param list lines: as `_billable_lines` returns them
        :rtype: float
        """
        return sum(line["quantity"] * line["price_unit"] for line in lines)
