from odoo import api, fields, models

from ..verbs import check_id


class FsmJobDialog(models.AbstractModel):
    """A dialog about one job card, for those who see the job card."""

    _name = "fsm.job.dialog"
    _description = "Dialog on a Job Card"

    job_id = fields.Many2one(comodel_name="fsm.job", required=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_job(vals.get("job_id") or self.env.context.get("default_job_id"))
        return super().create(vals_list)

    def write(self, vals):
        if "job_id" in vals:
            self._check_job(vals["job_id"])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        job_id = values.get("job_id") or self.env.context.get("default_job_id")
        if job_id:
            self._check_job(job_id["id"] if isinstance(job_id, dict) else job_id)
        return super().onchange(values, field_names, fields_spec)

    # === BUSINESS METHODS === #

    def _tell(self, message, warns=False):
        """Return the action that says this and leaves the dialog open, with its new figures.

        :param bool warns: it has to be read: it stays until it is closed
        """
        look = {"type": "warning", "sticky": True} if warns else {"type": "success"}
        return {
            "type": "ir.actions.client",
            "tag": "fsm_tell",
            "params": {"message": message, "className": "text-prewrap", **look},
        }

    def _check_job(self, job_id):
        self.env["fsm.job"].browse(check_id(self.env, job_id, "job_id")).check_access("read")
