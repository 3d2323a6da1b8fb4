from odoo import api, fields, models
from odoo.exceptions import UserError

from .fsm_reminder_rule_mixin import CHANNELS

SENT_BY = [*CHANNELS, ("letter", "Letter")]  # a letter is posted by a person


class FsmUnclaimedReminder(models.Model):
    """What the owner of a device was told, when and how; or why he could not be told."""

    _name = "fsm.unclaimed.reminder"
    _description = "Reminder"
    _order = "id desc"
    _rec_name = "name"
    _log_access = False

    job_id = fields.Many2one(
        comodel_name="fsm.job", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    name = fields.Char(string="Reminder", required=True, readonly=True)
    days = fields.Integer(string="Days After Ready", readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(SENT_BY, readonly=True)
    sent_to = fields.Char(readonly=True, help="Masked.")
    text = fields.Text(readonly=True, help="Word for word.")
    claim_by = fields.Date(string="Last Day Named", readonly=True)
    problem = fields.Char(readonly=True, help="Why it was not sent.")

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("What a customer was told cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("What a customer was told is kept."))
