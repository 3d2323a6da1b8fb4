from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..gst.dates import kept_until


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_in_gst_treatment = fields.Selection(audit=True)

    @api.model
    def _fsm_suppliers(self):
        """Override of `fsm_jobs`: who never was billed and never brought a device."""
        return super()._fsm_suppliers() | (
            Domain("supplier_rank", ">", 0)
            & Domain("customer_rank", "=", 0)
            & Domain("fsm_job_ids", "=", False)
        )

    def _erasure_blockers(self):
        """Override of `fsm_audit`: who stands on an invoice stays until its books may go.

        Eight financial years after its own: Companies Act 2013, s. 128(5); longer than the 72 months
        of the CGST Act, s. 36.
        """
        invoices_sudo = self.env["account.move"].sudo()  # of whichever branch
        newest_sudo = invoices_sudo.search(
            [("commercial_partner_id", "in", self.ids), ("state", "!=", "draft")],
            order="date desc, id desc",
            limit=1,
        )
        blockers = super()._erasure_blockers()
        if newest_sudo and (until := kept_until(newest_sudo.date)) >= fields.Date.today():
            blockers.append(
                self.env._(
                    "Invoice %(invoice)s is in books that the law has us keep until %(day)s.",
                    invoice=newest_sudo.name,
                    day=format_date(self.env, until, date_format="d MMMM yyyy"),
                )
            )
        return blockers

    def _increase_rank(self, field, n=1):
        """Override of `account` to say once that somebody is a customer, and not to go on counting.

        Counting takes a transaction of its own after each invoice and each payment, in which all
        tracked fields of the customer are read one by one: 30 queries, for a sort order.
        """
        return super(ResPartner, self.filtered(lambda partner: not partner[field]))._increase_rank(
            field, n
        )

    def _fsm_job_figures(self):
        """Override of `fsm_jobs` to add what a customer still owes in the caller's branches."""
        figures = super()._fsm_job_figures()
        ids = self.commercial_partner_id.ids
        due = self._sums_of(Domain("partner_id.commercial_partner_id", "in", ids))
        for partner in self:
            owed = due.get(partner.commercial_partner_id, 0.0)
            figures[partner.id]["balance_due"] = max(owed, 0.0)
        return figures
