from odoo import api, fields, models


class FsmPartUsage(models.Model):
    """Until when we answer for a part that was built in."""

    _inherit = "fsm.part.usage"

    warranty_ids = fields.One2many(
        string="Warranties", comodel_name="fsm.warranty", inverse_name="usage_id", readonly=True
    )
    warranty_until = fields.Date(
        compute="_compute_warranty_until",
        help="Once the job card is delivered. What replaces a part under warranty gets what was "
        "left of that.",
    )

    @api.depends("warranty_ids.end")
    def _compute_warranty_until(self):
        for usage in self:
            usage.warranty_until = min(usage.warranty_ids.mapped("end"), default=False)
