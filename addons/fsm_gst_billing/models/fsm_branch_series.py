from odoo import models

from ..gst import numbers

# Kind of document, a key of `gst.numbers.PREFIXES`, that no journal numbers → code of its series.
SERIES = {
    "challan": "fsm.gst.challan",
    "challan_job_work": "fsm.gst.challan",
    "self_invoice": "fsm.gst.inward",
    "payment_voucher": "fsm.gst.inward",
}


class FsmBranch(models.Model):
    """Numbers of documents that are not entries of a journal: gapless, anew each financial year."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _next_number(self, kind, day):
        """Draw the next number of a kind of document; who draws it puts it into the ledger.

        :param str kind: a key of `SERIES`
        :param datetime.date day: of the document
        """
        first = numbers.starting_number(self.code, day, kind)
        return self._series_of(SERIES[kind], first[: -numbers.COUNTER_DIGITS]).next_by_id()

    def _series_of(self, code, prefix):
        """Return the series whose numbers begin so, in sudo; made where it is missing."""
        series_sudo = self.env["ir.sequence"].sudo()  # a series is drawn from, not read
        values = {"code": code, "prefix": prefix, "company_id": self.company_id.id}
        found = series_sudo.search([(name, "=", value) for name, value in values.items()], limit=1)
        return found or series_sudo.create(
            {
                **values,
                "name": self.env._("Numbers %s", prefix),
                "implementation": "no_gap",
                "padding": numbers.COUNTER_DIGITS,
            }
        )
