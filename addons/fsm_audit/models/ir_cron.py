from odoo import fields, models

from .. import context


class IrCron(models.Model):
    _inherit = "ir.cron"
    _audit_class = "access"
    _audit_kind = "config"

    active = fields.Boolean(audit=True)
    interval_number = fields.Integer(audit=True)
    interval_type = fields.Selection(audit=True)
    user_id = fields.Many2one(audit=True)

    @classmethod
    def _run_job(cls, job):
        """Override of `base` to have the trail say that a cron wrote."""
        with context.known(src="cron"):
            return super()._run_job(job)
