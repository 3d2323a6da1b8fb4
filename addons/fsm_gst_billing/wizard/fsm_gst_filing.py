from odoo import fields, models

from ..gst import dates


class FsmGstFiling(models.TransientModel):
    """What the portal answered when a return was filed."""

    _name = "fsm.gst.filing"
    _description = "Filing of a GST Return"

    return_id = fields.Many2one(
        string="GST Return",
        comodel_name="fsm.gst.return",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    arn = fields.Char(string="ARN", required=True, help="15 letters and digits, from the portal.")
    filed_on = fields.Date(
        required=True, default=lambda self: dates.document_date(fields.Datetime.now())
    )

    def action_file(self):
        self.return_id.mark_filed(arn=self.arn, date=fields.Date.to_string(self.filed_on))
        return {"type": "ir.actions.act_window_close"}
