from odoo import fields, models


class FsmJobNotice(models.TransientModel):
    """The notice went by post: its number and its day."""

    _name = "fsm.job.notice"
    _description = "Letter Posted"
    _inherit = ["fsm.job.dialog"]

    reference = fields.Char(
        string="Letter Number", required=True, help="What proves that it was posted."
    )
    date = fields.Date(string="Posted On", required=True, default=fields.Date.context_today)

    # === ACTION METHODS === #

    def action_post(self):
        self.job_id.post_notice(reference=self.reference or "", date=str(self.date))
        return {"type": "ir.actions.act_window_close"}
