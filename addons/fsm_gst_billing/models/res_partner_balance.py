from odoo import api, models

# Of PostgreSQL's operators those that Odoo searches balances with.
COMPARES = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
    ">=": lambda left, right: left >= right,
    ">": lambda left, right: left > right,
}
SIGNS = {"asset_receivable": 1, "liability_payable": -1}


class ResPartner(models.Model):
    """Odoo's own balance of a contact: staff is told that of its branches.

    `account` adds up all branches of the organisation, whoever asks, and so tells of invoices that
    he may not even know of.
    """

    _inherit = "res.partner"

    # === BUSINESS METHODS === #

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _credit_debit_get(self):
        """Override of `account` to add up the branches that the caller works in."""
        if not self._balance_is_of_branches():
            super()._credit_debit_get()
            return
        sums = self._balances([("partner_id", "in", self.ids)])
        for partner in self:
            partner.credit = sums.get((partner._origin, "asset_receivable"), 0.0)
            partner.debit = -sums.get((partner._origin, "liability_payable"), 0.0)

    def _asset_difference_search(self, account_type, operator, operand):
        """Override of `account`, as above: a search tells as much as a figure."""
        if not self._balance_is_of_branches():
            return super()._asset_difference_search(account_type, operator, operand)
        if operator not in COMPARES or not isinstance(operand, int | float):
            return []
        sums = self._balances([("partner_id", "!=", False), ("account_type", "=", account_type)])
        fits, sign = COMPARES[operator], SIGNS[account_type]
        found = [
            partner.id for (partner, _kind), total in sums.items() if fits(sign * total, operand)
        ]
        return [("id", "in", found)]

    def _balance_is_of_branches(self):
        return not self.env.su and bool(self.env.user.fsm_role)

    def _balances(self, domain):
        """Return ``{(partner, type of account): rupees}`` of what is open in the caller's branches."""
        lines_sudo = self.env[
            "account.move.line"
        ].sudo()  # sums of his branches; the field has groups
        rows = lines_sudo._read_group(
            [
                *domain,
                ("parent_state", "=", "posted"),
                ("company_id", "in", self.env.companies.ids),
                ("account_type", "in", list(SIGNS)),
                ("reconciled", "=", False),
            ],
            ["partner_id", "account_type"],
            ["amount_residual:sum"],
        )
        return {(partner.with_env(self.env), kind): total for partner, kind, total in rows}
