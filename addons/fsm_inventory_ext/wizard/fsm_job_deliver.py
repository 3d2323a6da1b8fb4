from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.fsm_part_usage_old import OLD_PARTS


class FsmJobDeliver(models.TransientModel):
    """The delivery gate knows about the parts that were taken out: given back, or waived."""

    _inherit = "fsm.job.deliver"

    untold_parts = fields.Char(string="Old Parts", compute="_compute_untold_parts")
    old_part = fields.Selection(OLD_PARTS, string="They Are")

    # === COMPUTE METHODS === #

    @api.depends("job_id")
    def _compute_untold_parts(self):
        for dialog in self:
            untold = dialog.job_id._untold_parts()
            dialog.untold_parts = ", ".join(untold.product_id.mapped("display_name"))

    @api.depends("old_part")
    def _compute_gate(self):
        """Override of `fsm_jobs` to listen to what becomes of the old parts."""
        return super()._compute_gate()

    def _missing(self):
        job = self.job_id._origin
        answered = [job._blocker_old_parts(job._untold_parts())] if self.old_part else []
        return [reason for reason in super()._missing() if reason not in answered]

    # === ACTION METHODS === #

    def action_deliver(self):
        job = self.job_id
        if untold := job._untold_parts():
            if self.old_part:
                untold.record_old_part(old_part=self.old_part)
            elif job.branch_id.ask_old_parts and job.is_open:
                raise UserError(job._blocker_old_parts(untold))
        return super().action_deliver()
