from odoo import api, models

from .. import context


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _run_job(self, job):
        """Override of `base` to have the trail say that a cron wrote."""
        with context.origin("cron"):
            return super()._run_job(job)
