from odoo import models

from .. import context


class IrCron(models.Model):
    _inherit = "ir.cron"

    @classmethod
    def _run_job(cls, job):
        """Override of `base` to have the trail say that a cron wrote."""
        with context.known(src="cron"):
            return super()._run_job(job)
