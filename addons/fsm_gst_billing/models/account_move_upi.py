from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..gst import upi


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    l10n_in_upi_id = fields.Char(
        string="UPI ID",
        related="company_id.l10n_in_upi_id",
        readonly=False,
        help="Where customers pay this branch: its QR code stands on invoices that are due.",
    )

    @api.model
    def _company_fields(self):
        """Override of `fsm_jobs` to keep the UPI ID where `l10n_in` looks for it."""
        return (*super()._company_fields(), "l10n_in_upi_id")


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_in_upi_id = fields.Char(audit=True)  # who changes it, changes where the money goes

    @api.constrains("l10n_in_upi_id")
    def _check_upi_id(self):
        for company in self.filtered("l10n_in_upi_id"):
            if not upi.is_valid(company.l10n_in_upi_id):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a UPI ID: it looks like name@bank.", company.l10n_in_upi_id
                    )
                )


class AccountMove(models.Model):
    """How what is due on an invoice is paid by UPI."""

    _inherit = "account.move"

    def _upi_url(self):
        """Return the link that pays what is still due on this invoice, or nothing.

        Nothing is due on a draft, a credit note, or an invoice that was paid; without a UPI ID of
        the branch nobody would get it.
        """
        self.ensure_one()
        due = self.amount_residual
        if (
            self.state != "posted"
            or self.move_type != "out_invoice"
            or self.currency_id.name != "INR"
            or self.currency_id.compare_amounts(due, 0) <= 0
            or not upi.is_valid(self.company_id.l10n_in_upi_id)
            or self._supplied_branch()  # it settles in the books
        ):
            return ""
        return upi.upi_url(
            self.company_id.l10n_in_upi_id,
            self.company_id.root_id.name,
            due,
            self.name,
            " ".join(filter(None, (self.name, self.job_id.name))),
        )

    def _generate_qr_code(self, silent_errors=False):
        """Override of `l10n_in`: its link is not encoded, names no currency, and asks for 9853.0."""
        if self.company_id.country_code == "IN":
            url = self._upi_url()
            return self.env["ir.actions.report"]._fsm_qr(url) if url else None
        return super()._generate_qr_code(silent_errors)
