from odoo import models


class FsmJob(models.Model):
    """What the front desk asks for."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _desk_rows(self):
        """Override of `fsm_jobs` to say what is due of an invoice that was issued."""
        rows = super()._desk_rows()
        for job, row in zip(self, rows, strict=True):
            if job._has_posted_invoice():
                row["amount_due"] = job.amount_due
        return rows
