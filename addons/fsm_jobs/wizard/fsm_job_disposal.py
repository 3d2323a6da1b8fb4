from odoo import api, fields, models

from ..models.fsm_job_unclaimed import DISPOSAL_METHODS


class FsmJobDisposal(models.TransientModel):
    """The end of a device that nobody claims: one person proposes it, another one confirms."""

    _name = "fsm.job.disposal"
    _description = "Dispose of Device"
    _inherit = ["fsm.job.dialog"]

    partner_id = fields.Many2one(related="job_id.partner_id")
    device_id = fields.Many2one(related="job_id.device_id")
    ready_at = fields.Datetime(related="job_id.ready_at")
    claim_by = fields.Date(related="job_id.claim_by")
    asked_by_id = fields.Many2one(related="job_id.disposal_asked_by_id", string="Proposed By")
    can_confirm = fields.Boolean(compute="_compute_can_confirm")
    method = fields.Selection(
        DISPOSAL_METHODS, compute="_compute_proposal", store=True, readonly=False, string="How"
    )
    reason = fields.Char(compute="_compute_proposal", store=True, readonly=False)

    # === COMPUTE METHODS === #

    @api.depends("job_id")
    def _compute_proposal(self):
        for dialog in self:
            dialog.method = dialog.job_id.disposal_method or "recycled"
            dialog.reason = dialog.job_id.disposal_reason

    @api.depends("job_id")
    def _compute_can_confirm(self):
        for dialog in self:
            dialog.can_confirm = dialog.asked_by_id and dialog.asked_by_id != self.env.user

    # === ACTION METHODS === #

    def action_propose(self):
        self.job_id.ask_disposal(reason=self.reason or "", method=self.method)
        return {"type": "ir.actions.act_window_close"}

    def action_confirm(self):
        self.job_id.dispose()
        return {"type": "ir.actions.act_window_close"}
