from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.blockers import without

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
            untold = dialog._asked_parts()
            dialog.untold_parts = ", ".join(untold.product_id.mapped("display_name"))

    def _asked_parts(self):
        """Return the parts about which this dialog asks."""
        job = self.job_id._origin
        asks = job.is_open and job.branch_id.ask_old_parts != "no"
        return job._untold_parts() if asks else self.env["fsm.part.usage"]

    @api.depends("old_part")
    def _compute_gate(self):
        """Override of `fsm_jobs` to listen to what becomes of the old parts."""
        return super()._compute_gate()

    def _missing(self):
        untold = self._asked_parts()
        question = [self.job_id._blocker_old_parts(untold)] if untold else []
        return without(super()._missing(), {"old_parts"}) + (question if not self.old_part else [])

    # === ACTION METHODS === #

    def action_deliver(self):
        if untold := self._asked_parts():
            if not self.old_part:
                raise UserError(self.job_id._blocker_old_parts(untold))
            untold.record_old_part(old_part=self.old_part)
        return super().action_deliver()
