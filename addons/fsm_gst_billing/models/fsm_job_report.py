from odoo import api, fields, models
from odoo.tools import SQL

MONEY_GROUPS = "fsm_jobs.group_fsm_accountant"


class FsmJobReport(models.Model):
    """What a job card brought, as far as it was invoiced and posted."""

    _inherit = "fsm.job.report"
    _depends = {
        "fsm.job": ["amount_estimate"],
        "account.move": [
            "amount_residual_signed",
            "gst_value_signed",
            "claim_job_id",
            "job_id",
            "state",
        ],
        "account.move.line": ["balance", "display_type", "move_id", "product_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["type"],
    }

    estimated = fields.Float(
        string="Estimate incl. GST (₹)", digits="Product Price", readonly=True, groups=MONEY_GROUPS
    )
    revenue = fields.Float(
        string="Revenue (₹)",
        digits="Product Price",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Before tax, with what the maker of the device pays.",
    )
    labour = fields.Float(
        string="Revenue of Labour (₹)",
        digits="Product Price",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What was invoiced for services, before tax, with what the maker of the device pays.",
    )
    due = fields.Float(
        string="Due (₹)",
        digits="Product Price",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What the customer has not paid, with tax.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _columns(self):
        """Override of `fsm_jobs` to add the money, in rupees."""
        # Two conditions, each with its index; a claim on the maker has no customer's job card.
        of_work = SQL("(move.job_id = job.id OR move.claim_job_id = job.id)")
        posted = SQL("FROM account_move move WHERE move.state = 'posted' AND")
        return {
            **super()._columns(),
            "estimated": SQL("job.amount_estimate"),
            "revenue": SQL("(SELECT SUM(move.gst_value_signed) %s %s)", posted, of_work),
            "due": SQL("(SELECT SUM(move.amount_residual_signed) %s move.job_id = job.id)", posted),
        }

    @api.model
    def _sums(self):
        """Override of `fsm_jobs` to add the labour; a claim on the maker has no customer's job card."""
        lines = """
            SELECT %s AS job_id, line.balance
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE %s IS NOT NULL AND move.state = 'posted' AND line.display_type = 'product'
               AND template.type = 'service'
        """
        labour = "SELECT job_id, SUM(-balance) AS total FROM (%s UNION ALL %s) line GROUP BY job_id"
        links = [SQL.identifier("move", name) for name in ("job_id", "claim_job_id")]
        of_job = [SQL(lines, link, link) for link in links]
        return {**super()._sums(), "labour": SQL(labour, *of_job)}
