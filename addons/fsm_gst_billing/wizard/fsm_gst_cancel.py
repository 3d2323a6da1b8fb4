from odoo import fields, models


class FsmGstCancel(models.TransientModel):
    """Why a document that was issued is cancelled."""

    _name = "fsm.gst.cancel"
    _description = "Cancel a Document"

    move_id = fields.Many2one(
        string="Document",
        comodel_name="account.move",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="What the auditor will read.")

    def action_cancel(self):
        self.move_id.fsm_cancel(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
