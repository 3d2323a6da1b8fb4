from odoo import models

from ..gst import dates

RUPEE = 1.0  # less than this may rounding take off an invoice


class FsmJob(models.Model):
    """When it was supplied and paid: what decides about its rate where rates have changed."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS === #

    def _supplied_on(self):
        """Return the day on which the work was done, in India; `None` if it is not."""
        done = self.ready_at or self.delivered_at
        return dates.document_date(done) if done else None

    def _gst_events(self, value, day, invoice=()):
        """Return the days of work, invoice and payment: CGST Act s.14.

        :param float value: of what is supplied with its tax of before the change, in rupees: it is
            paid once this much has come
        :param datetime.date day: of the invoice
        :param invoice: the `account.move` itself, if there is one: the others use up money
        """
        used = self._invoiced_beside(invoice)
        return self._supplied_on() or day, day, self._paid_on(used + value) or day

    def _invoiced_beside(self, invoice):
        """Return what the other invoices of the job card come to, less what was credited."""
        moves_sudo = self.sudo().account_move_ids  # a total is no secret to who invoices
        return sum(
            move.amount_total_signed
            for move in moves_sudo
            if move.state == "posted" and move.is_sale_document() and move not in invoice
        )

    def _paid_on(self, value):
        """Return the day on which the customer's money reached `value`; `None` if it has not.

        What is paid back has not come. An invoice may be rounded to the rupee.
        """
        received, day = 0.0, None
        for paid_on, amount in self._payments_by_day():
            received += amount
            day = (day or paid_on) if received > value - RUPEE else None
        return day

    def _paid_before(self, day):
        """Return what had come before a day, in rupees, less what was paid back by then."""
        return sum(amount for paid_on, amount in self._payments_by_day() if paid_on < day)

    def _payments_by_day(self):
        """Return ``[(day, rupees)]`` of what the customer paid, negative what he got back."""
        payments_sudo = self.env["account.payment"].sudo()  # a day is no secret to who invoices
        domain = [
            ("job_id", "in", self.ids),
            ("partner_type", "=", "customer"),
            ("state", "in", ("in_process", "paid")),
        ]
        return [
            (row.date, row.amount * (1 if row.payment_type == "inbound" else -1))
            for row in payments_sudo.search(domain, order="date, id")
        ]
