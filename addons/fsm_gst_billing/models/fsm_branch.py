from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..gst import gstin, numbers
from .account_journal import FINANCIAL, METHODS, VOUCHERS

CHART = "in"


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    sale_journal_id = fields.Many2one(
        string="Invoice Series", comodel_name="account.journal", readonly=True, check_company=True
    )
    rounds_to_rupee = fields.Boolean(
        string="Round to the Rupee",
        help="Invoices get a line that rounds their total; value and tax stay as they are.",
    )
    rounds_tax = fields.Boolean(
        string="Round Each Tax to the Rupee",
        help="CGST Act s.170 read for each invoice: CGST, SGST, IGST and cess of a document are whole "
        "rupees, 50 paise and more are one. Off, as most read it: the tax of the month is rounded.",
    )
    advance_tax_account_id = fields.Many2one(
        string="GST on Advances",
        comodel_name="account.account",
        readonly=True,
        help="Holds the tax on advances until their invoice.",
    )

    # === CONSTRAINT METHODS === #

    def _check_gstin(self):
        """Refuse a GSTIN that cannot exist, or that belongs to another state than the branch."""
        for branch in self.filtered("vat"):
            if not gstin.is_valid(branch.vat):
                raise ValidationError(
                    self.env._(
                        "“%(gstin)s” of branch %(branch)s is not a GSTIN: a character is wrong.",
                        gstin=branch.vat,
                        branch=branch.name,
                    )
                )
            if gstin.state_code(branch.vat) != branch.state_id.l10n_in_tin:
                raise ValidationError(
                    self.env._(
                        "GSTIN %(gstin)s of branch %(branch)s is not of %(state)s.",
                        gstin=branch.vat,
                        branch=branch.name,
                        state=branch.company_id._gst_state(),
                    )
                )
            branch._check_numbers_stay_apart()

    @api.constrains("code")
    def _check_numbers_stay_apart(self):
        """Refuse two branches under one GSTIN whose series meet: Rule 46(b) of the CGST Rules."""
        for branch in self.filtered("vat"):
            others = self.with_context(active_test=False).search(
                [
                    ("organization_id", "=", branch.organization_id.id),
                    ("company_id.vat", "=", branch.vat),
                    ("id", "!=", branch.id),
                ]
            )
            for other in others:
                if numbers.clash(branch.code, other.code):
                    raise ValidationError(
                        self.env._(
                            "Branches %(code)s and %(other)s share GSTIN %(gstin)s: with these "
                            "codes two documents could get the same number.",
                            code=branch.code,
                            other=other.code,
                            gstin=branch.vat,
                        )
                    )

    # === BUSINESS METHODS - CREATION === #

    def _provision(self):
        """Override of `fsm_jobs` to give the branch a chart, its series, and its four tills."""
        super()._provision()
        for branch in self:
            branch._check_gstin()
            branch.company_id._check_has_branch_state()
            branch._load_chart()
            branch._set_up_company()
            branch._create_series_of_invoices()
            branch._create_tills()
            branch._create_voucher_series()

    def _load_chart(self):
        """Load the chart of India, now: `account` would only do so when the transaction ends."""
        template = self.env["account.chart.template"]
        if self.organization_id.chart_template != CHART:
            if self.organization_id._existing_accounting():
                raise UserError(
                    self.env._(
                        "%s already keeps its books with another chart of accounts than India's.",
                        self.organization_id.name,
                    )
                )
            template._load(CHART, self.organization_id, install_demo=False)
        if self.company_id.chart_template != CHART:
            template._load(CHART, self.company_id, install_demo=False)
        self.company_id._update_l10n_in_fiscal_position()

    def _set_up_company(self):
        """Set what `account` and `l10n_in` do not hand down from the organisation to a branch."""
        companies = self.organization_id | self.company_id
        if self.vat and not self.company_id.l10n_in_is_gst_registered:
            companies.l10n_in_is_gst_registered = True
        companies.write(
            {"restrictive_audit_trail": True, "tax_calculation_rounding_method": "round_per_line"}
        )
        rounding = self.env.ref("l10n_in.cash_rounding_in_half_up")
        of_branch = rounding.with_company(self.company_id)
        for account in ("profit_account_id", "loss_account_id"):
            if not of_branch[account]:
                of_branch[account] = rounding.with_company(self.organization_id)[account]

    def _create_series_of_invoices(self):
        """Make the journal whose code starts every invoice number, unless it is there."""
        if not self.sale_journal_id:
            self.sale_journal_id = self._journal("code", self.code) or self._create_journal(
                {
                    "name": self.env._("Sales %s", self.name),
                    "type": "sale",
                    "code": self.code,
                    "default_account_id": self.company_id.income_account_id.id,
                    "refund_sequence": True,
                }
            )

    def _create_tills(self):
        """Make a journal for each way of paying, unless it is there.

        Their accounts belong to the organisation: one chart, and no code twice.
        """
        for way in METHODS:
            self._create_till(*way)

    def _create_till(self, method, label, journal_type, letter):
        """Make the journal for one way of paying, a row of `METHODS`, unless it is there."""
        if self._journal("fsm_method", method):
            return
        if left := self._journal("code", self.code + letter):
            # Of an addon that was taken away and comes back: its books are here still.
            left.fsm_method = method
            return
        values = {
            "name": f"{label} {self.name}",
            "type": journal_type,
            "code": self.code + letter,
            "fsm_method": method,
        }
        values["default_account_id"] = self.env["account.journal"]._create_default_account(
            self.organization_id, journal_type, values
        )
        self._create_journal(values)

    def _create_voucher_series(self):
        """Make the journals of receipt and refund vouchers, and the account of their tax."""
        accounts = self.env["account.account"].with_company(self.organization_id)
        if not self.advance_tax_account_id:
            others = self.search(
                [
                    ("organization_id", "=", self.organization_id.id),
                    ("advance_tax_account_id", "!=", False),
                ],
                limit=1,
            )
            self.advance_tax_account_id = others.advance_tax_account_id or accounts.create(
                {
                    "name": self.env._("GST on Advances"),
                    "code": accounts._search_new_account_code("100590"),
                    "account_type": "asset_current",
                    "company_ids": [Command.set(self.organization_id.ids)],
                }
            )
        for kind, label in VOUCHERS:
            if not self._journal("fsm_voucher", kind):
                self._create_journal(
                    {
                        "name": f"{label} {self.name}",
                        "type": "general",
                        "code": numbers.PREFIXES[kind] + self.code,
                        "fsm_voucher": kind,
                        "sequence": 90,  # never the first choice for an entry
                    }
                )

    def _voucher_journal(self, kind):
        """Return the journal of this kind of voucher; without one that of plain entries."""
        if kind:
            return self._journal("fsm_voucher", kind)
        return self.env["account.journal"].search(
            [
                ("company_id", "parent_of", self.company_id.id),
                ("type", "=", "general"),
                ("fsm_voucher", "=", False),
            ],
            limit=1,
        )

    def _financial_journal(self):
        """Return the journal of credit notes without GST; it is opened with the first of them."""
        kind, label = FINANCIAL
        return self._journal("fsm_voucher", kind) or self._create_journal(
            {
                "name": f"{label} {self.name}",
                "type": "sale",
                "code": numbers.PREFIXES[kind] + self.code,
                "fsm_voucher": kind,
                "default_account_id": self.sale_journal_id.default_account_id.id,
                "refund_sequence": False,
                "sequence": 90,  # never the first choice for an invoice
            }
        )

    def _journal(self, field, value):
        """Return the branch's own journal with this value, archived ones too."""
        return (
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id), (field, "=", value)], limit=1)
        )

    def _create_journal(self, values):
        return self.env["account.journal"].create({**values, "company_id": self.company_id.id})

    # === BUSINESS METHODS === #

    def _tills(self):
        """Return the branch's journals by way of paying: ``{"upi": account.journal(7,)}``."""
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("fsm_method", "!=", False)]
        )
        return {journal.fsm_method: journal for journal in journals}
