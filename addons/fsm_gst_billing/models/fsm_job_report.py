from odoo import api, fields, models
from odoo.tools import SQL

MONEY_GROUPS = "fsm_jobs.group_fsm_accountant"


class FsmJobReport(models.Model):
    """What a job card brought, as far as it was invoiced and posted."""

    _inherit = "fsm.job.report"
    _depends = {
        "fsm.job": ["amount_estimate"],
        "account.move": ["amount_residual_signed", "amount_untaxed_signed", "job_id", "state"],
        "account.move.line": ["balance", "display_type", "move_id", "product_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["type"],
    }

    estimated = fields.Float(
        string="Estimate incl. GST", digits="Product Price", readonly=True, groups=MONEY_GROUPS
    )
    revenue = fields.Float(
        digits="Product Price", readonly=True, groups=MONEY_GROUPS, help="Before tax."
    )
    labour = fields.Float(
        string="Revenue of Labour",
        digits="Product Price",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What was invoiced for services, before tax.",
    )
    due = fields.Float(
        digits="Product Price", readonly=True, groups=MONEY_GROUPS, help="Unpaid, with tax."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _columns(self):
        """Override of `fsm_jobs` to add the money, in rupees."""
        posted = SQL("FROM account_move move WHERE move.job_id = job.id AND move.state = 'posted'")
        return {
            **super()._columns(),
            "estimated": SQL("job.amount_estimate"),
            "revenue": SQL("(SELECT SUM(move.amount_untaxed_signed) %s)", posted),
            "due": SQL("(SELECT SUM(move.amount_residual_signed) %s)", posted),
            "labour": SQL(
                """(SELECT SUM(-line.balance)
                      FROM account_move move
                      JOIN account_move_line line ON line.move_id = move.id
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                     WHERE move.job_id = job.id AND move.state = 'posted'
                       AND line.display_type = 'product' AND template.type = 'service')"""
            ),
        }
