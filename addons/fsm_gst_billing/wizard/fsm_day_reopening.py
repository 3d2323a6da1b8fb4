from odoo import fields, models


class FsmDayReopening(models.TransientModel):
    """Why the day that was closed last is open again."""

    _name = "fsm.day.reopening"
    _description = "Reopen a Day"

    close_id = fields.Many2one(
        string="Day",
        comodel_name="fsm.day.close",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="What the owner will read.")

    # === ACTION METHODS === #

    def action_reopen(self):
        branch = self.close_id.company_id.fsm_branch_ids
        branch._check_closed_last(self.close_id)
        branch.reopen_day(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
