from odoo import models


class FsmJob(models.Model):
    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _storage_until(self):
        """Override of `fsm_jobs`: the invoice ends the storage, so that it stays what is due."""
        invoice_sudo = self._open_invoice()
        return invoice_sudo.create_date.date() if invoice_sudo else super()._storage_until()
