from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_compare, float_is_zero
from odoo.tools.sql import column_exists, create_column

from .account_move_credited import ROUNDING

# What rounding to the rupee may add or take: half a rupee, and half a paisa is a whole one.
HALF_A_RUPEE = 0.5


class Rest(NamedTuple):
    """What of a rounded invoice a credit note can give back, in rupees.

    No caller can send one in the context: it has no form in JSON or XML-RPC.
    """

    left: float
    is_last: bool
    drift: float  # what its lines may differ by from those of the invoice

    def difference(self, amount):
        """Return what is added to the lines of the note: with the last of them, all that is left."""
        difference = self.left - amount
        too_much = difference < 0
        if (self.is_last or too_much) and abs(difference) <= HALF_A_RUPEE + self.drift:
            return difference
        return 0.0


class AccountCashRounding(models.Model):
    _inherit = "account.cash.rounding"

    def compute_difference(self, currency, amount):
        """Override of `account`: a credit note is not rounded, it gives back what was."""
        rest = self.env.context.get("fsm_rest")
        if isinstance(rest, Rest):
            return currency.round(rest.difference(currency.round(amount)))
        return super().compute_difference(currency, amount)


class AccountMove(models.Model):
    """Whole rupees: a line of its own that touches neither value nor tax (`gst.md`, R16).

    A branch that rounds does so on each invoice, from whatever door. What was rounded goes back with
    the credit note that takes the last of the invoice back: parts of it carry none, so that all of
    them together are the invoice, to the paisa.
    """

    _inherit = "account.move"

    invoice_cash_rounding_id = fields.Many2one(
        compute="_compute_invoice_cash_rounding_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
    )

    gst_value_signed = fields.Monetary(
        string="Value before Tax",
        currency_field="company_currency_id",
        compute="_compute_gst_value_signed",
        store=True,
        help="What is supplied, without the line that rounds the total: CGST Act s.15. Credit notes "
        "are negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount_untaxed_signed", "invoice_cash_rounding_id", "line_ids.balance")
    def _compute_gst_value_signed(self):
        rounded = self.filtered(
            lambda move: (
                move.invoice_cash_rounding_id and move.is_sale_document(include_receipts=True)
            )
        )
        for move in self - rounded:
            move.gst_value_signed = move.amount_untaxed_signed
        for move in rounded:
            rounding = move.line_ids.filtered(lambda line: line.display_type == "rounding")
            move.gst_value_signed = move.amount_untaxed_signed + sum(rounding.mapped("balance"))

    @api.depends("company_id", "move_type", "reversed_entry_id")
    def _compute_invoice_cash_rounding_id(self):
        for move in self:
            rounding = move.invoice_cash_rounding_id
            if not rounding and move.move_type == "out_invoice":
                branch_sudo = move.company_id.sudo().fsm_branch_ids  # a setting, no secret
                if branch_sudo.rounds_to_rupee:
                    rounding = self.env.ref("l10n_in.cash_rounding_in_half_up")
            elif not rounding and move.move_type == "out_refund":
                rounding = move.reversed_entry_id.invoice_cash_rounding_id
            move.invoice_cash_rounding_id = rounding

    # === BUSINESS METHODS === #

    def _auto_init(self):
        """Fill the column of documents that are there already at once, not one by one."""
        if not column_exists(self.env.cr, "account_move", "gst_value_signed"):
            create_column(self.env.cr, "account_move", "gst_value_signed", "numeric")
            self.env.cr.execute(
                """
                UPDATE account_move move
                   SET gst_value_signed = COALESCE(move.amount_untaxed_signed, 0) + COALESCE(
                       (SELECT SUM(line.balance) FROM account_move_line line
                         WHERE line.move_id = move.id AND line.display_type = 'rounding'
                           AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')), 0)
                """
            )
        return super()._auto_init()

    def _gst_figures(self):
        """Return ``{amount_untaxed, amount_tax, amount_total}``; rounding is in the total alone."""
        self.ensure_one()
        return {
            "amount_untaxed": self.currency_id.round(
                self.amount_untaxed - abs(self.amount_untaxed_signed) + abs(self.gst_value_signed)
            ),
            "amount_tax": self.amount_tax,
            "amount_total": self.amount_total,
        }

    def _recompute_cash_rounding_lines(self):
        """Override of `account` to round a credit note, and the invoice of small sales, otherwise.

        The one takes what is left of the invoice's rounding, the other what its sales have.
        """
        if self.invoice_cash_rounding_id and self._credit_notes():
            self = self.with_context(fsm_rest=self._rest_of_invoice())
        elif self.invoice_cash_rounding_id and self.small_sale_ids:  # each of them was rounded
            self = self.with_context(fsm_rest=self.small_sale_ids._rest())
        return super()._recompute_cash_rounding_lines()

    def _rest_of_invoice(self):
        """Return what this note, still a draft, can give back.

        :rtype: Rest
        """
        invoice_sudo = self.reversed_entry_id.sudo()  # what others have credited counts as well
        notes = invoice_sudo.reversal_move_ids.filtered(lambda note: note.state == "posted")
        back = self._credit_lines().grouped("credited_line_id")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        is_last = all(
            line in back
            and float_compare(sum(back[line].mapped("quantity")), left, precision_digits=digits)
            == 0
            for line, left in invoice_sudo._quantities_left().items()
            if not float_is_zero(left, precision_digits=digits)
        )
        return Rest(
            invoice_sudo.amount_total - sum(notes.mapped("amount_total")),
            is_last,
            ROUNDING * len((notes | self)._credit_lines())
            + invoice_sudo.small_sale_ids._rounded_by_at_most(),
        )

    def _settle_rounding(self):
        """Round draft notes anew, once nobody else credits their invoices: see `_lock_credited`."""
        for note in self._credit_notes().filtered("invoice_cash_rounding_id"):
            container = {"records": note, "self": note}
            with note._check_balanced(container), note._sync_dynamic_lines(container):
                pass
