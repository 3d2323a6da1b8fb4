from odoo import fields, models


class FsmGstUnfiling(models.TransientModel):
    """Why a return that was marked as filed is not."""

    _name = "fsm.gst.unfiling"
    _description = "Return Marked as Filed by Mistake"

    return_id = fields.Many2one(
        string="GST Return",
        comodel_name="fsm.gst.return",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="What the auditor will read, 10 characters or more.")

    def action_unfile(self):
        self.return_id.unfile(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
