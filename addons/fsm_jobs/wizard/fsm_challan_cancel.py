from odoo import fields, models


class FsmChallanCancel(models.TransientModel):
    """Why a challan that was issued is cancelled."""

    _name = "fsm.challan.cancel"
    _description = "Cancel a Challan"

    challan_id = fields.Many2one(comodel_name="fsm.challan", required=True, ondelete="cascade")
    reason = fields.Char(required=True, help="What the auditor will read.")

    # === ACTION METHODS === #

    def action_cancel(self):
        self.challan_id.cancel(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
