from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .fsm_gst_once import GATE

MIN_REASON = 10  # characters, of why a day is reopened


class FsmDayClose(models.Model):
    """The evening at the till: what was taken by each way, what was counted and what was found.

    Written once. What it counted stays as it is from then on (`fsm_day_closed.py`), unless a manager
    reopens the day: the row then says why, and the day gets another one. See docs/adr/0041.
    """

    _name = "fsm.day.close"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Day Close"
    _order = "day desc, id desc"
    _rec_name = "day"
    _changes_behind_gate = True  # a day is reopened
    _audit_class = "books"
    _audit_kind = "payment"

    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)

    # What was booked since the last close, taken less paid back
    cash = fields.Monetary(readonly=True)
    upi = fields.Monetary(string="UPI", readonly=True)
    card = fields.Monetary(readonly=True)
    bank = fields.Monetary(string="Bank Transfer", readonly=True)
    cash_before = fields.Monetary(
        string="Cash from Before", readonly=True, help="What lay in the drawer at the last close."
    )
    cash_other = fields.Monetary(
        string="Other Cash",
        readonly=True,
        help="What else was booked in the drawer: carried to the bank, petty cash, change brought.",
    )

    # What was found
    cash_counted = fields.Monetary(readonly=True, audit=True)
    difference = fields.Monetary(
        readonly=True, audit=True, help="The cash that was counted, less what should be there."
    )
    not_found = fields.Monetary(
        readonly=True, audit=True, help="UPI and card payments that nobody has found."
    )
    not_found_ids = fields.Many2many(
        string="Payments Not Found",
        comodel_name="account.payment",
        relation="fsm_day_close_not_found_rel",
        readonly=True,
        groups="fsm_jobs.group_fsm_accountant",
    )
    explanation = fields.Char(readonly=True, audit=True)
    entry_id = fields.Many2one(
        string="Entry of the Difference",
        comodel_name="account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="fsm_jobs.group_fsm_accountant",
    )

    # Why it does not count any more
    reopened_at = fields.Datetime(string="Reopened On", readonly=True, audit=True)
    reopened_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    reopen_reason = fields.Char(string="Reopened Because", readonly=True, audit=True)

    _day_once_uniq = models.UniqueIndex(
        "(company_id, day) WHERE reopened_at IS NULL", "This day of the branch is closed already."
    )

    # === COMPUTE METHODS === #

    @api.depends("day", "company_id")
    def _compute_display_name(self):
        for close in self:
            day = format_date(self.env, close.day, date_format="d MMM y")
            close.display_name = f"{close.company_id.name}, {day}"

    # === CRUD METHODS === #

    def _said_of_a_hand(self):
        return self.env._("A day is closed by its branch, not by hand.")

    def _said_of_a_change(self):
        return self.env._("A day that is closed stays closed; a manager reopens it with a reason.")

    # === BUSINESS METHODS === #

    def _reopen(self, reason):
        """Let the day count no more, and take back what was booked of its difference."""
        self.ensure_one()
        if len(reason) < MIN_REASON:
            raise UserError(self.env._("Say why in %s characters or more.", MIN_REASON))
        self.with_context(fsm_billing_gate=GATE).write(
            {
                "reopened_at": fields.Datetime.now(),
                "reopened_by_id": self.env.uid,
                "reopen_reason": reason,
            }
        )
        self.entry_id.button_cancel()
        return {"id": self.id, "day": str(self.day)}
