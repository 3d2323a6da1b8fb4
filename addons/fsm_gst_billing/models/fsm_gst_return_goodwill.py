from datetime import datetime, time, timedelta

from odoo import models

from ..gst import dates, periods


class FsmGstReturn(models.Model):
    """Parts that were given away: their input credit is taken back, CGST Act s.17(5)(h)."""

    _inherit = "fsm.gst.return"

    def _findings(self, rows, gstr1, gstr3b):
        """Override to remind of the credit on goods that were goodwill."""
        return super()._findings(rows, gstr1, gstr3b) + self._findings_of_goodwill()

    def _findings_of_goodwill(self):
        begin = datetime.combine(self.first_day, time()) - dates.IST
        end = (
            datetime.combine(periods.last_day(self.period), time()) + timedelta(days=1) - dates.IST
        )
        lines_sudo = self.env["fsm.job.line"].sudo()  # who may see the return, may see its findings
        given = lines_sudo.search(
            [
                ("billing", "=", "goodwill"),
                ("product_id.type", "!=", "service"),
                ("company_id", "in", self.sudo().company_ids.ids),  # as above
                ("job_id.delivered_at", ">=", begin),
                ("job_id.delivered_at", "<", end),
            ]
        )
        return [
            {
                "severity": "warning",
                "rule": "CGST Act s.17(5)(h)",
                "text": self.env._(
                    "%(job)s: given away as goodwill: %(parts)s. Take back the input credit on it.",
                    job=job.name,
                    parts=", ".join(lines.product_id.mapped("name")),
                ),
                "model": "fsm.job",
                "id": job.id,
            }
            for job, lines in given.grouped("job_id").items()
        ]
