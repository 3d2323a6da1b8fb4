from odoo import api, fields, models
from odoo.fields import Domain

from ..gst import dates
from .account_move_overdue import OPEN_ITEMS

CASHIER = "fsm_gst_billing.group_fsm_cashier"
OURS = {
    "fsm_no_reminder_reason",
    "fsm_payment_term_id",
}  # what an accountant keeps of a customer beside his tax data


class ResPartner(models.Model):
    """What a customer owes in the caller's branches, and whether he is reminded of it."""

    _inherit = "res.partner"

    fsm_amount_due = fields.Monetary(
        string="Outstanding",
        compute="_compute_fsm_amount_due",
        search="_search_fsm_amount_due",
        currency_field="currency_id",
        groups=CASHIER,
        help="What is due on his invoices, less credit notes and what he has paid that no invoice has "
        "used. Below 0 the branch owes him.",
    )
    fsm_amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_fsm_amount_due",
        search="_search_fsm_amount_overdue",
        currency_field="currency_id",
        groups=CASHIER,
        help="What should have been paid by now, less what he has paid that no invoice has used.",
    )
    fsm_payment_term_id = fields.Many2one(
        string="Payment Terms in His Branch",
        comodel_name="account.payment.term",
        compute="_compute_fsm_payment_term_id",
        inverse="_inverse_fsm_payment_term_id",
        compute_sudo=False,
        groups="fsm_jobs.group_fsm_accountant",
        help="When his invoices are due. Empty: at once.",
    )
    fsm_no_reminder_reason = fields.Char(
        string="Do Not Remind",
        audit=True,
        groups="fsm_jobs.group_fsm_receptionist,fsm_jobs.group_fsm_accountant",
        help="Why this customer gets no payment reminders. Empty: he does.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("allowed_company_ids")
    def _compute_fsm_amount_due(self):
        ids = self.commercial_partner_id.ids
        customers = Domain("partner_id.commercial_partner_id", "in", ids)
        due, overdue = self._sums_of(customers), self._sums_of(customers & self._late())
        for partner in self:
            partner.fsm_amount_due = due.get(partner.commercial_partner_id, 0.0)
            partner.fsm_amount_overdue = max(overdue.get(partner.commercial_partner_id, 0.0), 0.0)

    @api.depends_context("company")
    @api.depends("property_payment_term_id", "company_id")
    def _compute_fsm_payment_term_id(self):
        """Read the terms where invoices look for them: in the customer's branch.

        `account` keeps them by company, and shows those of the branch the reader has chosen.
        """
        for partner in self:
            own = partner.with_company(partner.company_id or self.env.company)
            partner.fsm_payment_term_id = own.property_payment_term_id

    def _inverse_fsm_payment_term_id(self):
        for partner in self:
            own = partner.with_company(partner.company_id or self.env.company)
            own.property_payment_term_id = partner.fsm_payment_term_id

    def _search_fsm_amount_due(self, operator, value):
        return self._search_sums(Domain.TRUE, operator, value)

    def _search_fsm_amount_overdue(self, operator, value):
        return self._search_sums(self._late(), operator, value)

    # === BUSINESS METHODS === #

    def _search_sums(self, which, operator, value):
        """Find the customers who owe more than an amount; it is 0 or more."""
        if operator not in (">", ">=") or value < 0 or (operator == ">=" and not value):
            return NotImplemented
        sums = self._sums_of(which, [("amount_residual:sum", operator, value)])
        return Domain("commercial_partner_id", "in", [partner.id for partner in sums])

    @api.model
    def _sums_of(self, which, having=()):
        """Return ``{customer: what is due}`` in the caller's branches, in rupees."""
        lines_sudo = self.env[
            "account.move.line"
        ].sudo()  # the counter asks a debtor, sees no books
        domain = Domain(OPEN_ITEMS) & Domain("company_id", "in", self.env.companies.ids) & which
        return dict(
            lines_sudo._read_group(
                domain & Domain("partner_id", "!=", False),
                ["partner_id.commercial_partner_id"],
                ["amount_residual:sum"],
                having=having,
            )
        )

    @api.model
    def _late(self):
        """Return the domain of what is overdue, and of what he has paid: that is taken off."""
        today = dates.document_date(fields.Datetime.now())
        return Domain("date_maturity", "<", today) | Domain("amount_residual", "<", 0)

    def _fsm_check_write(self, vals):
        """Override of `fsm_jobs`: an accountant says who is not reminded of what he owes."""
        super()._fsm_check_write({key: vals[key] for key in vals.keys() - OURS})
