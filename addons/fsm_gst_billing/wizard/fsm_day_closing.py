from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from ..gst import dates
from ..gst.words import indian_format


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
    cash_other = fields.Monetary(string="Other Cash", compute="_compute_figures")
    cash_expected = fields.Monetary(string="Should Be There", compute="_compute_figures")
    upi = fields.Monetary(string="UPI", compute="_compute_figures")
    card = fields.Monetary(compute="_compute_figures")
    bank = fields.Monetary(string="Bank Transfer", compute="_compute_figures")

    # What was found
    cash_counted = fields.Monetary(string="Counted", required=True)
    difference = fields.Monetary(compute="_compute_difference")
    line_ids = fields.One2many(
        string="UPI and Card",
        comodel_name="fsm.day.closing.line",
        inverse_name="closing_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    scanned = fields.Char(
        string="Found", store=False, help="The UTR or the number of a slip, typed or scanned."
    )
    not_found = fields.Monetary(compute="_compute_not_found")
    is_missing = fields.Boolean(
        compute="_compute_not_found",
        help="A payment was not found; what came in and what was paid back may come to nothing.",
    )
    explanation = fields.Char(help="Why there is more or less than should be.")

    # === COMPUTE METHODS === #

    @api.depends("branch_id", "day")
    def _compute_figures(self):
        names = (
            "cash_before",
            "cash_other",
            "cash_expected",
            *self.env["account.journal"]._ways_of_paying(),
        )
        for wizard in self:
            branch = wizard.branch_id
            branch._check_may_close()
            known = wizard.day and branch
            figures = branch.sudo()._figures_of_day(wizard.day) if known else {}  # checked
            for name in names:
                wizard[name] = figures.get(name, 0.0)

    @api.depends("branch_id", "day")
    def _compute_line_ids(self):
        for wizard in self:
            branch = wizard.branch_id
            branch._check_may_close()
            known = wizard.day and branch
            paid = branch.sudo()._paid_by_reference(wizard.day) if known else ()  # checked
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "method": payment.fsm_method,
                            "reference": payment.payment_reference or payment.name,
                            "customer": payment.partner_id.display_name,
                            "amount": payment.amount_company_currency_signed,
                        }
                    )
                    for payment in paid
                ),
            ]

    @api.depends("cash_counted", "cash_expected")
    def _compute_difference(self):
        for wizard in self:
            wizard.difference = wizard.cash_counted - wizard.cash_expected

    @api.depends("line_ids.found", "line_ids.amount")
    def _compute_not_found(self):
        for wizard in self:
            missing = wizard.line_ids.filtered(lambda line: not line.found)
            wizard.not_found = sum(missing.mapped("amount"))
            wizard.is_missing = bool(missing)

    # === ONCHANGE METHODS === #

    @api.onchange("scanned")
    def _onchange_scanned(self):
        """Tick the payment that was scanned, or say that none is booked under it."""
        scanned = "".join((self.scanned or "").split()).upper()
        self.scanned = False
        if not scanned:
            return None
        lines = self.line_ids.filtered(
            lambda line: scanned == "".join((line.reference or "").split()).upper()
        )
        if left := lines.filtered(lambda line: not line.found)[:1]:
            left.found = True
            return None
        title = self.env._("Ticked already") if lines else self.env._("Not booked")
        message = self.env._(
            "“%s” is no payment that is still to be found. If the bank has it, record it first.",
            scanned,
        )
        return {"warning": {"title": title, "message": message}}

    # === ACTION METHODS === #

    def action_close(self):
        self.ensure_one()
        self.branch_id.close_day(
            cash_counted=self.cash_counted,
            date=str(self.day),
            explanation=self.explanation or "",
            references=self.line_ids.filtered("found").mapped("reference"),
        )
        closed = self.env._(
            "%(branch)s is closed for %(day)s, with ₹%(cash)s in the drawer.",
            branch=self.branch_id.name,
            day=format_date(self.env, self.day, date_format="d MMM y"),
            cash=indian_format(self.cash_counted),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": closed,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class FsmDayClosingLine(models.TransientModel):
    """A UPI or card payment, and whether it was found in the bank's list or among the slips."""

    _name = "fsm.day.closing.line"
    _description = "Payment to Find"

    closing_id = fields.Many2one(
        comodel_name="fsm.day.closing", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="closing_id.currency_id")
    method = fields.Selection([("upi", "UPI"), ("card", "Card")], string="Paid By", required=True)
    reference = fields.Char()
    customer = fields.Char()
    amount = fields.Monetary()
    found = fields.Boolean()
