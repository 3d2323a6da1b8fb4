from odoo import api, fields, models
from odoo.exceptions import UserError

from ..verbs import check_id


class FsmJobChild(models.AbstractModel):
    """What hangs on a job card and shares its fate: its company, its readers, its end."""

    _name = "fsm.job.child"
    _description = "Part of a Job Card"
    _order = "job_id, id"
    _job_field = ""  # the field of the job card that lists these records

    job_id = fields.Many2one(comodel_name="fsm.job", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="job_id.company_id", store=True, index=True, precompute=True
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        jobs = self.env["fsm.job"]
        for vals in vals_list:
            jobs |= jobs.browse(check_id(self.env, vals.get("job_id"), "job_id"))
        jobs._check_child_write(self._job_field)
        return super().create(vals_list)

    def write(self, vals):
        if "job_id" in vals:
            raise UserError(self.env._("This stays on its job card."))
        self.job_id._check_child_write(self._job_field)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.job_id._check_child_write(self._job_field)
