from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.verbs import check_id, verb

from ..gst import dates

MAX_ROWS = 500  # invoices in one answer


class AccountMove(models.Model):
    """What was invoiced, and what is still due, of the caller's branches."""

    _inherit = "account.move"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def fsm_invoice_stats(self, branch_id: int = 0, date_from: str = "", date_to: str = ""):
        """Sum up what was issued on some days, in a branch or in all of the caller's.

        :return: ``{count, credit_notes, amount_untaxed, amount_tax, amount_total, amount_due,
            by_state, by_branch: [{branch_id, name, count, amount_total}]}``, credit notes deducted
        """
        domain = self._fsm_invoices_of(branch_id) & self._fsm_between(date_from, date_to)
        issued = domain & Domain("state", "=", "posted")
        sums = ("gst_value_signed:sum", "amount_tax_signed:sum", "amount_total_signed:sum")
        rows = self._read_group(
            issued, ["move_type"], ["__count", *sums, "amount_residual_signed:sum"]
        )
        counts = {move_type: count for move_type, count, *_sums in rows}
        untaxed, tax, total, due = (
            self.env.company.currency_id.round(sum(row[column] for row in rows))
            for column in range(2, 6)
        )
        return {
            "count": counts.get("out_invoice", 0),
            "credit_notes": counts.get("out_refund", 0),
            "amount_untaxed": untaxed,
            "amount_tax": tax,
            "amount_total": total,
            "amount_due": due,
            "by_state": dict(self._read_group(domain, ["state"], ["__count"])),
            "by_branch": self._fsm_by_branch(issued),
        }

    @api.model
    @verb
    def fsm_pending_invoices(self, branch_id: int = 0):
        """List the invoices on which something is due, the one that is longest overdue first.

        :return: ``[{id, name, partner_id, partner, job_id, invoice_date, invoice_date_due,
            amount_total, amount_residual, days_overdue}]``, at most 500
        """
        domain = self._fsm_invoices_of(branch_id) & Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        today = dates.document_date(fields.Datetime.now())
        invoices = self.search(domain, order="invoice_date_due, id", limit=MAX_ROWS)
        return [
            {
                "id": invoice.id,
                "name": invoice.name,
                "partner_id": invoice.partner_id.id,
                "partner": invoice.partner_id.display_name,
                "job_id": invoice.job_id.id,
                "invoice_date": str(invoice.invoice_date),
                "invoice_date_due": str(invoice.invoice_date_due or invoice.invoice_date),
                "amount_total": invoice.amount_total,
                "amount_residual": invoice.amount_residual,
                "days_overdue": max((today - invoice.fsm_due_date).days, 0)
                if invoice.fsm_due_date
                else 0,
            }
            for invoice in invoices
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _fsm_invoices_of(self, branch_id):
        """Return the domain of invoices and credit notes of a branch, or of the caller's.

        :raise AccessError: unless the caller reads invoices, and the branch is his
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not see invoices."))
        companies = self.env.companies
        if branch_id:
            branch = self.env["fsm.branch"].browse(check_id(self.env, branch_id, "branch_id"))
            if not branch.exists() or branch.company_id not in self.env.user.company_ids:
                raise AccessError(self.env._("“branch_id” is no branch of yours."))
            companies = branch.company_id
        kinds = ("out_invoice", "out_refund")
        own = self.env["fsm.report"]._own_partner_ids(
            companies
        )  # goods for a branch are no revenue
        return Domain(
            [
                ("move_type", "in", kinds),
                ("company_id", "in", companies.ids),
                ("commercial_partner_id", "not in", own),
            ]
        )

    @api.model
    def _fsm_between(self, date_from, date_to):
        """Return the domain of days from `date_from` to `date_to`, both included, either empty."""
        domain = Domain.TRUE
        for text, name, operator in ((date_from, "date_from", ">="), (date_to, "date_to", "<=")):
            if not text:
                continue
            try:
                day = fields.Date.to_date(text)
            except ValueError:
                raise UserError(
                    self.env._(
                        "“%(name)s” must be a day as YYYY-MM-DD, not “%(text)s”.",
                        name=name,
                        text=text,
                    )
                )
            domain &= Domain("invoice_date", operator, day)
        return domain

    @api.model
    def _fsm_by_branch(self, domain):
        rows = self._read_group(domain, ["company_id"], ["__count", "amount_total_signed:sum"])
        return [
            {
                "branch_id": company.sudo().fsm_branch_ids.id,  # its id, to one who reads its books
                "name": company.name,
                "count": count,
                "amount_total": company.currency_id.round(total),
            }
            for company, count, total in rows
        ]
