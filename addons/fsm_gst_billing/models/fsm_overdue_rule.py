from odoo import fields, models


class FsmOverdueRule(models.Model):
    """So many days after the due date, who has not paid hears from us."""

    _name = "fsm.overdue.rule"
    _inherit = ["fsm.reminder.rule.mixin"]
    _description = "Payment Reminder Rule"
    _reminds_of = "account.move"

    days = fields.Integer(string="Days After Due Date")
    channel = fields.Selection(default="email")
