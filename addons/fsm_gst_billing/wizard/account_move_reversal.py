from odoo import api, fields, models

from ..gst import dates


class AccountMoveReversal(models.TransientModel):
    """The credit note knows until when tax can be reduced: CGST Act, s.34(2)."""

    _inherit = "account.move.reversal"

    date = fields.Date(default=lambda self: dates.document_date(fields.Datetime.now()))
    fsm_of_branch = fields.Boolean(compute="_compute_fsm_deadline")
    fsm_deadline = fields.Date(
        compute="_compute_fsm_deadline", help="The last day on which tax can be reduced."
    )
    fsm_financial = fields.Boolean(
        string="Without GST",
        compute="_compute_fsm_financial",
        store=True,
        readonly=False,
        help="Gives the price back, tax included, and reduces no tax.",
    )

    # === COMPUTE METHODS === #

    @api.depends("move_ids")
    def _compute_fsm_deadline(self):
        for wizard in self:
            invoices = wizard.move_ids._origin.filtered(
                lambda move: move.move_type == "out_invoice" and move._has_gst_number()
            )
            wizard.fsm_of_branch = bool(invoices)
            days = [dates.credit_note_deadline(invoice.invoice_date) for invoice in invoices]
            wizard.fsm_deadline = min(days, default=False)

    @api.depends("move_ids", "date")
    def _compute_fsm_financial(self):
        for wizard in self:
            day, last = wizard.date, wizard.fsm_deadline
            wizard.fsm_financial = bool(day and last and day > last)

    # === ACTION METHODS === #

    def reverse_moves(self, is_modify=False):
        """Override of `account` to credit the price alone, if that is asked for."""
        self.ensure_one()
        if not (self.fsm_of_branch and self.fsm_financial) or is_modify:
            return super().reverse_moves(is_modify)
        for move in self.move_ids:
            answer = move.fsm_credit_note(
                reason=self.reason or "", date=str(self.date or ""), financial=True
            )
            self.new_move_ids += self.new_move_ids.browse(answer["id"])
        return self.new_move_ids._get_records_action()
