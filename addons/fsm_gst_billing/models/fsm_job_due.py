from odoo import models

from ..gst import dates


class FsmJob(models.Model):
    """When it was supplied and paid: what decides about its rate where rates have changed."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _supplied_on(self):
        """Return the day on which the work was done, in India; `None` if it is not."""
        done = self.ready_at or self.delivered_at
        return dates.document_date(done) if done else None

    def _gst_events(self, value, day):
        """Return the days of work, invoice and payment: CGST Act s.14.

        :param float value: of what is supplied, in rupees: it is paid once this much has come
        :param datetime.date day: of the invoice
        """
        return self._supplied_on() or day, day, self._paid_on(value) or day

    def _paid_on(self, value):
        """Return the day on which the customer's money reached `value`; `None` if it has not."""
        payments_sudo = self.env["account.payment"].sudo()  # a day is no secret to who invoices
        domain = [
            ("job_id", "in", self.ids),
            ("payment_type", "=", "inbound"),
            ("state", "in", ("in_process", "paid")),
        ]
        received = 0.0
        for payment in payments_sudo.search(domain, order="date, id"):
            received += payment.amount
            if received >= value:
                return payment.date
        return None
