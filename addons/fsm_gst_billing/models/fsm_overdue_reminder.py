from odoo import fields, models

from odoo.addons.fsm_jobs.models.fsm_reminder_rule_mixin import CHANNELS

from .fsm_gst_once import GATE


class FsmOverdueReminder(models.Model):
    """What was said of an overdue invoice, when and to whom; or why nothing was.

    A message names all open invoices of a customer; each that climbed a rung has its row.
    """

    _name = "fsm.overdue.reminder"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Payment Reminder"
    _order = "id desc"
    _rec_name = "name"
    _log_access = False

    invoice_id = fields.Many2one(
        comodel_name="account.move", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", required=True, readonly=True, index=True
    )
    name = fields.Char(string="Reminder", required=True, readonly=True)
    days = fields.Integer(string="Days After Due Date", required=True, readonly=True)
    due_date = fields.Date(readonly=True, help="Of the instalment that was not paid.")
    at = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    sent_to = fields.Char(readonly=True, help="Masked.")
    text = fields.Text(readonly=True, help="The text message, or the subject of the e-mail.")
    problem = fields.Char(readonly=True, help="Why it was not sent.")

    _rung_uniq = models.UniqueIndex(
        "(invoice_id, days, due_date)", "This reminder of the invoice was sent already."
    )

    # === BUSINESS METHODS === #

    def _write_down(self, vals_list):
        """Create the rows in the name of the system: nobody writes reminders by hand."""
        return self.with_context(fsm_billing_gate=GATE).sudo().create(vals_list)  # as it says

    def _said_of_a_hand(self):
        return self.env._("A reminder is written down when it is sent, not by hand.")

    def _said_of_a_change(self):
        return self.env._("What a customer was told is kept as it is.")
