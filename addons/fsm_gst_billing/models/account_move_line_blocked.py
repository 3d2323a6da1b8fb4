from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import sql

from ..gst import blocked, periods


class AccountMoveLine(models.Model):
    """What is bought without a right to its credit; product, account or HSN say it first."""

    _inherit = "account.move.line"

    gst_blocked = fields.Selection(
        blocked.CLAUSES,
        string="Blocked Credit",
        compute="_compute_gst_blocked",
        store=True,
        precompute=True,
        readonly=False,
        copy=True,
        audit=True,
        help=blocked.HELP,
    )

    def _auto_init(self):
        """Make the column before the ORM would compute it for every line there is."""
        if not sql.column_exists(self.env.cr, self._table, "gst_blocked"):
            sql.create_column(self.env.cr, self._table, "gst_blocked", "varchar")
        return super()._auto_init()

    # === COMPUTE METHODS === #

    # It does not depend on the HSN, which follows the product's: a new one there would undo what was
    # decided on old bills. An HSN that is typed on a line is seen by `write` and the onchange.
    @api.depends("product_id", "account_id")
    def _compute_gst_blocked(self):
        for line in self:
            line.gst_blocked = line._may_be_blocked() and (
                line.product_id.gst_blocked
                or line.account_id.gst_blocked
                or blocked.clause_of(line.l10n_in_hsn_code or line.product_id.l10n_in_hsn_code)
            )

    def _may_be_blocked(self):
        return self.move_type in ("in_invoice", "in_refund") and self.display_type == "product"

    # === ONCHANGE METHODS === #

    @api.onchange("l10n_in_hsn_code")
    def _onchange_hsn_blocks(self):
        self._compute_gst_blocked()

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `account`: what a locked return took back stays; an HSN that is typed decides."""
        if "gst_blocked" in vals:
            changed = self.filtered(lambda line: line.gst_blocked != (vals["gst_blocked"] or False))
            changed.move_id._check_credit_open()
        result = super().write(vals)
        if "l10n_in_hsn_code" in vals and "gst_blocked" not in vals:
            self.filtered(lambda line: line._may_be_blocked())._compute_gst_blocked()
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _check_credit_open(self):
        """Refuse to change which credit of posted bills is blocked, in a month that is locked.

        :raise UserError: naming the return
        """
        posted = self.filtered(lambda move: move.state == "posted" and move.company_id.vat)
        for organization, bills in posted.grouped(lambda move: move.company_id.root_id).items():
            bills._check_credit_open_in(organization)

    def _check_credit_open_in(self, organization):
        """The same, of bills of one organisation."""
        months = {(move.company_id.vat, periods.period_of(move.date)): move for move in self}
        for number, period, name in self._locked_months(organization, months):
            if move := months.get((number, period)):
                raise UserError(
                    self.env._(
                        "The credit of %(bill)s is in the GST return %(name)s, which is locked: take "
                        "it back in the next one at the portal.",
                        bill=move.name,
                        name=name,
                    )
                )
