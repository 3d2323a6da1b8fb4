from odoo import api, fields, models
from odoo.tools import SQL


class AccountInvoiceReport(models.Model):
    """Odoo's figures of invoices, with what they were invoiced for."""

    _inherit = "account.invoice.report"
    _depends = {
        "account.move": ["claim_job_id", "job_id"],
        "fsm.job": ["device_id", "lead_technician_id"],
        "fsm.device": ["model_id"],
    }

    job_id = fields.Many2one(string="Job Card", comodel_name="fsm.job", readonly=True)
    technician_id = fields.Many2one(comodel_name="fsm.technician", readonly=True)
    device_model_id = fields.Many2one(comodel_name="fsm.device.model", readonly=True)

    # === BUSINESS METHODS === #

    @api.model
    def _select(self):
        """Override of `account` to say for which job card, and whose work it was."""
        return SQL(
            "%s, job.id AS job_id, job.lead_technician_id AS technician_id,"
            " device.model_id AS device_model_id",
            super()._select(),
        )

    @api.model
    def _from(self):
        return SQL(
            "%s LEFT JOIN fsm_job job ON job.id = COALESCE(move.job_id, move.claim_job_id)"
            " LEFT JOIN fsm_device device ON device.id = job.device_id",
            super()._from(),
        )
