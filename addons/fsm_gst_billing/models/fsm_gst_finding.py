from odoo import fields, models


class FsmGstFinding(models.Model):
    """What a check of a return found; written by the check alone, replaced by the next one."""

    _name = "fsm.gst.finding"
    _description = "Finding of a GST Return"
    _order = "severity, id"
    _rec_name = "rule"

    return_id = fields.Many2one(
        string="GST Return",
        comodel_name="fsm.gst.return",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    severity = fields.Selection(
        [("error", "Error"), ("warning", "Warning")],
        required=True,
        readonly=True,
        help="An error forbids to lock the return.",
    )
    rule = fields.Char(required=True, readonly=True, help="The section it comes from.")
    text = fields.Char(string="What to Mend", required=True, readonly=True)

    # The record it is about
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)

    # === ACTION METHODS === #

    def action_open(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._get_records_action()
