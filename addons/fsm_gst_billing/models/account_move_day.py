from odoo import fields, models

from ..gst import dates

INDIA = "Asia/Kolkata"


class AccountMove(models.Model):
    """The day of a document is that of India, and its number follows it: CGST Rule 46(b), (c).

    Integrations, crons and many users have no time zone, for whom Odoo takes that of Greenwich: there
    the financial year ends five and a half hours late.
    """

    _inherit = "account.move"

    # === COMPUTE METHODS === #

    def _compute_invoice_date_due(self):
        """Override of `account`: what is due today is due on the day it is in India."""
        indian = self.filtered(lambda move: move.country_code == "IN")
        super(AccountMove, indian.with_context(tz=INDIA))._compute_invoice_date_due()
        super(AccountMove, self - indian)._compute_invoice_date_due()

    def _compute_date(self):
        """Override of `account`: an entry without a date is of today in India."""
        indian = self.filtered(lambda move: move.country_code == "IN")
        super(AccountMove, indian.with_context(tz=INDIA))._compute_date()
        super(AccountMove, self - indian)._compute_date()

    # === BUSINESS METHODS === #

    def _get_moves_requiring_confirmation(self):
        """Override of `account`: what is of today in India is no document of the future."""
        if any(move.country_code != "IN" for move in self):
            return super()._get_moves_requiring_confirmation()
        moves = super(AccountMove, self.with_context(tz=INDIA))._get_moves_requiring_confirmation()
        return moves.with_env(self.env)

    # === GETTERS === #

    def _later_number(self):
        """Return ``(number, day)`` of the last document of its series, if that is after this one."""
        today = dates.document_date(fields.Datetime.now())
        day = self.invoice_date or today
        if day >= today:  # a day that has not come has no documents
            return ()
        ledger_sudo = self.env["fsm.gst.number"].sudo()  # a number and a day of one's own series
        later_sudo = ledger_sudo.search_fetch(
            [
                ("organization_id", "=", self.company_id.root_id.id),
                ("registration", "=", ledger_sudo._registration(self.company_id)),
                ("company_id", "=", self.company_id.id),
                ("series", "=", self._get_starting_sequence().rpartition("/")[0] + "/"),
                ("financial_year", "=", dates.financial_year(day)),
                ("day", ">", day),
            ],
            ["number", "day"],
            order="day desc, counter desc",
            limit=1,
        )
        return (later_sudo.number, later_sudo.day) if later_sudo else ()
