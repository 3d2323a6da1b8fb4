from odoo import fields, models


class FsmUnclaimedRule(models.Model):
    """So many days after a device is ready, its owner hears from us."""

    _name = "fsm.unclaimed.rule"
    _inherit = ["fsm.reminder.rule.mixin"]
    _description = "Reminder Rule"
    _reminds_of = "fsm.job"

    days = fields.Integer(string="Days After Ready")
    makes_unclaimed = fields.Boolean(
        string="Then Unclaimed", help="The job card becomes “Unclaimed” with this reminder."
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        help="More than 0: this is the notice. So many days later is the last day to fetch it.",
        audit=True,
    )

    _notice_positive = models.Constraint(
        "CHECK(notice_days >= 0)", "A notice gives no less than 0 days."
    )
