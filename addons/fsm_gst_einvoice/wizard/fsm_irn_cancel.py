from odoo import fields, models


class FsmIrnCancel(models.TransientModel):
    """When the e-invoice portal cancelled an IRN; the document may be cancelled after it."""

    _name = "fsm.irn.cancel"
    _description = "IRN Cancelled at the Portal"

    move_id = fields.Many2one(
        string="Document",
        comodel_name="account.move",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    cancelled_at = fields.Datetime(
        string="Cancelled On", required=True, default=fields.Datetime.now
    )

    # === ACTION METHODS === #

    def action_note(self):
        self.ensure_one()
        self.move_id.fsm_irn_cancelled(date=self.move_id._time_in_india(self.cancelled_at))
        return {"type": "ir.actions.act_window_close"}
