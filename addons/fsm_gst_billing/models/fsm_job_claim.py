from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.fsm_jobs.verbs import verb


class AccountMove(models.Model):
    _inherit = "account.move"

    claim_job_id = fields.Many2one(
        string="Claim For",
        comodel_name="fsm.job",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The job card whose work the maker of the device pays for.",
    )
    work_job_id = fields.Many2one(
        string="Work of Job Card",
        comodel_name="fsm.job",
        compute="_compute_work_job_id",
        help="The job card whose work was invoiced, whoever pays for it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("claim_job_id", "job_id")
    def _compute_work_job_id(self):
        for move in self:
            move.work_job_id = move.job_id or move.claim_job_id

    # === BUSINESS METHODS === #

    def _field_to_sql(self, alias, fname, query=None):
        """Override of the ORM: figures are grouped by the work, as `_compute_work_job_id`."""
        if fname != "work_job_id":
            return super()._field_to_sql(alias, fname, query)
        job = super()._field_to_sql(alias, "job_id", query)
        return SQL("COALESCE(%s, %s)", job, super()._field_to_sql(alias, "claim_job_id", query))


class FsmJob(models.Model):
    """What the maker of a device pays for: a taxable supply to him, Circular 195/07/2023."""

    _inherit = "fsm.job"

    oem_partner_id = fields.Many2one(
        string="Maker to Claim From",
        comodel_name="res.partner",
        domain="[('is_company', '=', True)]",
        index="btree_not_null",
        check_company=True,
        audit=True,
    )
    has_claim = fields.Boolean(compute="_compute_has_claim")
    claim_move_ids = fields.One2many(
        string="Claims",
        comodel_name="account.move",
        inverse_name="claim_job_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.billing")
    def _compute_has_claim(self):
        for job in self:
            job.has_claim = "oem" in job.line_ids.mapped("billing")

    # === ACTION METHODS === #

    def action_create_claim(self):
        """Open the invoice to the maker, a new draft unless there is one."""
        self.create_claim()
        return self.claim_move_ids._get_records_action(name=self.env._("Claims"))

    # === BUSINESS METHODS === #

    @verb
    def create_claim(self):
        """Make a draft invoice to the maker of what he pays for; where there is one, return it.

        :return: ``{invoice_id, name, state, amount_untaxed, amount_tax, amount_total}``
        """
        self._check_may_invoice()
        return [job._create_claim()._fsm_figures() for job in self]

    def _create_claim(self):
        """Return, in sudo, the invoice to the maker."""
        self.ensure_one()
        claims_sudo = self.sudo().claim_move_ids  # the caller's role is checked by the verb
        if open_sudo := claims_sudo.filtered(lambda move: move.state != "cancel")[-1:]:
            return open_sudo
        lines = self._claim_lines()
        if not lines:
            raise UserError(self.env._("On job card %s the maker pays for nothing.", self.name))
        if not self.oem_partner_id:
            raise UserError(self.env._("Say from which maker job card %s is claimed.", self.name))
        values = self._invoice_values(lines, self.oem_partner_id)
        values |= {"job_id": False, "claim_job_id": self.id}
        return self._make_invoice(values)

    def _claim_lines(self):
        """Return what the maker pays for, as `_billable_lines`: his lines, as far as they were used.

        What was used beyond all lines of a product is on the last one of his.
        """
        used = self._used_for("oem")
        lines = self.line_ids._claim_values()
        last = {line["product_id"]: number for number, line in enumerate(lines)}
        claimed = []
        for number, line in enumerate(lines):
            left = max(used[line["product_id"]], 0.0)
            quantity = left if last[line["product_id"]] == number else min(left, line["quantity"])
            used[line["product_id"]] -= quantity
            if quantity:
                claimed.append({**line, "quantity": quantity})
        return claimed

    def _used_for(self, billing):
        """Return ``{product id: quantity}`` of what was done, less what is on others' lines.

        :param str billing: who pays, one of `fsm_job_line.BILLING`
        """
        used = defaultdict(float)
        for line in self._billable_lines():
            used[line["product_id"]] += line["quantity"]
        for line in self.line_ids.filtered(lambda line: line.billing != billing):
            used[line.product_id.id] -= line.quantity
        return used
