from odoo import api, fields, models

from ..gst import dates


class FsmDayClosing(models.TransientModel):
    """The evening at the till: what should be there, what is there, and why not if it is not."""

    _name = "fsm.day.closing"
    _description = "Close the Day"

    branch_id = fields.Many2one(
        comodel_name="fsm.branch",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["fsm.branch"]._of_caller(),
    )
    currency_id = fields.Many2one(related="branch_id.company_id.currency_id")
    day = fields.Date(
        required=True, default=lambda self: dates.document_date(fields.Datetime.now())
    )

    # What was booked
    cash_before = fields.Monetary(string="Cash from Before", compute="_compute_figures")
    cash = fields.Monetary(string="Cash Taken", compute="_compute_figures")
    cash_expected = fields.Monetary(string="Should Be There", compute="_compute_figures")
    upi = fields.Monetary(string="UPI", compute="_compute_figures")
    card = fields.Monetary(compute="_compute_figures")
    bank = fields.Monetary(string="Bank Transfer", compute="_compute_figures")

    # What was found
    cash_counted = fields.Monetary(string="Counted", required=True)
    difference = fields.Monetary(compute="_compute_difference")
    explanation = fields.Char(help="Why there is more or less than should be.")

    # === COMPUTE METHODS === #

    @api.depends("branch_id", "day")
    def _compute_figures(self):
        names = ("cash_before", "cash_expected", *self.env["account.journal"]._ways_of_paying())
        for wizard in self:
            branch = wizard.branch_id
            branch._check_may_close()
            figures = branch.sudo()._figures_of_day(wizard.day) if wizard.day else {}  # checked
            for name in names:
                wizard[name] = figures.get(name, 0.0)

    @api.depends("cash_counted", "cash_expected")
    def _compute_difference(self):
        for wizard in self:
            wizard.difference = wizard.cash_counted - wizard.cash_expected

    # === ACTION METHODS === #

    def action_close(self):
        self.ensure_one()
        self.branch_id.close_day(
            cash_counted=self.cash_counted,
            date=str(self.day),
            explanation=self.explanation or "",
        )
        return {"type": "ir.actions.act_window_close"}
