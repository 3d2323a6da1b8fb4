from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from odoo.addons.fsm_jobs.verbs import verb

from ..gst.supply import place_of_supply
from ..gst.words import indian_format, rupees
from .account_payment import QUIET

PAISA = Decimal("0.01")


class FsmJob(models.Model):
    _inherit = "fsm.job"

    # The invoices
    account_move_ids = fields.One2many(
        string="Invoices and Credit Notes",
        comodel_name="account.move",
        inverse_name="job_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    invoice_ids = fields.Many2many(
        string="Invoices",
        comodel_name="account.move",
        compute="_compute_invoice_ids",
        compute_sudo=True,
        search="_search_invoice_ids",
        help="As far as the reader may see invoices.",
    )
    invoice_summary = fields.Json(
        compute="_compute_amounts",
        groups="fsm_jobs.group_fsm_receptionist,fsm_jobs.group_fsm_accountant",
        help="What the counter may know: [{id, name, state, amount_total, amount_residual}].",
    )
    invoice_count = fields.Integer(string="Number of Invoices", compute="_compute_amounts")
    amount_total = fields.Monetary(
        string="Invoiced",
        compute="_compute_amounts",
        help="All invoices less credit notes, tax included, drafts too.",
    )
    amount_due = fields.Monetary(
        string="Due", compute="_compute_amounts", help="What is still unpaid of posted invoices."
    )

    # === COMPUTE METHODS === #

    @api.depends("account_move_ids")
    @api.depends_context("uid")
    def _compute_invoice_ids(self):
        readable = self.env["account.move"].with_user(self.env.uid).has_access("read")
        for job in self:
            job.invoice_ids = job.account_move_ids if readable else False

    @api.model
    def _search_invoice_ids(self, operator, value):
        return Domain("account_move_ids", operator, value)

    @api.depends(
        "account_move_ids.state",
        "account_move_ids.amount_total_signed",
        "account_move_ids.amount_residual_signed",
    )
    def _compute_amounts(self):
        for job in self:
            moves_sudo = job.sudo().account_move_ids  # these figures are for all who see the job
            moves_sudo = moves_sudo.filtered(lambda move: move.state != "cancel")
            posted_sudo = moves_sudo.filtered(lambda move: move.state == "posted")
            job.invoice_count = len(moves_sudo)
            job.amount_total = sum(moves_sudo.mapped("amount_total_signed"))
            job.amount_due = sum(posted_sudo.mapped("amount_residual_signed"))
            job.invoice_summary = [
                {
                    "id": move.id,
                    "name": move.name or False,
                    "state": move.state,
                    "amount_total": move.amount_total_signed,
                    "amount_residual": move.amount_residual_signed,
                }
                for move in moves_sudo.sorted("id")
            ]

    # === ACTION METHODS === #

    def action_create_invoice(self):
        """Open the invoice, a new draft unless there is one."""
        self.create_invoice()
        return self.action_view_invoices()

    def action_view_invoices(self):
        return self.account_move_ids._get_records_action(name=self.env._("Invoices"))

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _blockers(self, target):
        return super()._blockers(target) + (
            list(self._blockers_of_payment()) if target == "delivered" else []
        )

    def _blockers_of_payment(self):
        """Say what has to be invoiced or paid before the device leaves."""
        moves_sudo = self.sudo().account_move_ids  # everybody at the counter is told what is due
        posted_sudo = moves_sudo.filtered(lambda move: move.state == "posted")
        lines = self._billable_lines()
        if any(line["quantity"] * line["price_unit"] for line in lines):
            if not posted_sudo:
                yield self.env._("There is no posted invoice.")
            else:
                yield from self._blockers_of_invoicing(posted_sudo, lines)
        if invoice_sudo := self._unpaid_invoice():
            yield self.env._(
                "₹%(amount)s are still due on invoice %(invoice)s.",
                amount=indian_format(invoice_sudo.amount_residual),
                invoice=invoice_sudo.name,
            )

    def _blockers_of_invoicing(self, posted_sudo, lines):
        """Say that less was invoiced, credit notes deducted, than is billable."""
        invoiced = sum(posted_sudo.mapped("amount_total_signed"))
        # Mostly what was estimated is billed, and that figure is stored: taxes take many queries.
        estimated = figures(lines) == figures(self.line_ids._line_values())
        billable = self.amount_estimate if estimated else self._amount_with_tax(lines)
        tolerance = Decimal(1) if self.branch_id.rounds_to_rupee else PAISA
        if rupees(billable) - rupees(invoiced) > tolerance:
            yield self.env._(
                "Only ₹%(invoiced)s of ₹%(billable)s are invoiced.",
                invoiced=indian_format(invoiced),
                billable=indian_format(billable),
            )

    # === BUSINESS METHODS - INVOICING === #

    def _check_may_invoice(self):
        """Refuse who may not issue invoices for these job cards."""
        if self.env.su:
            return
        if not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not issue invoices."))
        self.check_access("read")

    def _open_invoice(self):
        """Return, in sudo, the invoice of this job card that counts: a draft or a posted one."""
        moves_sudo = self.sudo().account_move_ids  # the caller's role is checked by the verbs
        return moves_sudo.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and move.payment_state != "reversed"
            )
        ).sorted("id")[-1:]

    def _unpaid_invoice(self):
        """Return, in sudo, the oldest posted invoice of this job card that is not paid."""
        moves_sudo = self.sudo().account_move_ids  # paying is checked where it is recorded
        return moves_sudo.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and not move.currency_id.is_zero(move.amount_residual)
            )
        ).sorted("id")[:1]

    def _create_invoice(self):
        """Return, in sudo, the invoice of this job card, made from what is billable if need be.

        :raise UserError: if there is nothing to bill
        """
        self.ensure_one()
        if invoice_sudo := self._open_invoice():
            return invoice_sudo
        lines = self._billable_lines()
        # Work under warranty is no supply that is paid for: no tax invoice (Circular 195/07/2023).
        if not any(line["quantity"] * line["price_unit"] for line in lines):
            raise UserError(self.env._("Job card %s has nothing to bill.", self.name))
        # An invoice uses the organisation's chart and taxes, whatever the branches of the caller.
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        return moves_sudo.with_context(**QUIET).create(self._invoice_values(lines))

    def _invoice_values(self, lines):
        """Return the values of the draft invoice.

        CGST + SGST or IGST: `l10n_in` chooses by the place of supply.

        :param list lines: as `_billable_lines` returns them
        :rtype: dict
        """
        header = self._invoice_header()
        position = self.env["account.move"].new(header).fiscal_position_id
        return {
            **header,
            "fiscal_position_id": position.id,
            "invoice_line_ids": [
                Command.create({**line, "tax_ids": [Command.set(taxes.ids)]})
                for line, _product, taxes in self._with_taxes(lines, position)
            ],
        }

    def _invoice_header(self):
        """Return the values of the invoice but its lines: who, where, in which series."""
        partner = self.partner_id
        abroad = partner.country_id.code not in (False, "IN")
        place = self._place_of_supply()
        header = {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "journal_id": self.branch_id.sale_journal_id.id,
            "currency_id": self.company_id.currency_id.id,
            "partner_id": partner.id,
            # A repair happens at the counter: where it is sent to decides nothing.
            "partner_shipping_id": partner.id,
            "l10n_in_state_id": place.id,
            "invoice_origin": self.name,
            "job_id": self.id,
        }
        if self.branch_id.rounds_to_rupee:
            rounding = self.env.ref("l10n_in.cash_rounding_in_half_up")
            header["invoice_cash_rounding_id"] = rounding.id
        if abroad and place == self.company_id.state_id:
            header["l10n_in_gst_treatment"] = "consumer"
        return header

    def _place_of_supply(self):
        """Return the state that decides about the tax.

        :rtype: recordset of `res.country.state`
        """
        partner = self.partner_id.commercial_partner_id
        home = self.company_id.state_id
        place = place_of_supply(
            home.l10n_in_tin,
            gstin=self.partner_id.vat or "",
            state=self.partner_id.state_id.l10n_in_tin or partner.state_id.l10n_in_tin or "",
            country=self.partner_id.country_id.code or "IN",
        )
        for state in (home, self.partner_id.state_id):
            if state.l10n_in_tin == place.state:
                return state
        india = self.company_id.country_id
        return self.env["res.country.state"].search(
            [("country_id", "=", india.id), ("l10n_in_tin", "=", place.state)], limit=1
        )

    def _with_taxes(self, lines, position):
        """Yield each line with its product and the taxes that an invoice would put on it.

        :param list lines: as `_billable_lines` returns them
        :param position: `account.fiscal.position`, may be empty
        """
        company = self.company_id
        charged = company._charges_gst()
        products = self.env["product.product"].browse(
            [line["product_id"] for line in lines if line["product_id"]]
        )
        for line in lines:
            product = products.browse(line["product_id"])
            taxes = product.taxes_id._filter_taxes_by_company(company)
            taxes = position.map_tax(taxes or company.account_sale_tax_id)
            yield line, product, taxes if charged else taxes.browse()

    def _amount_with_tax(self, lines):
        """Override of `fsm_jobs` to add the GST that the invoice will have."""
        self.ensure_one()
        if not (lines and self.partner_id and self.company_id.chart_template):
            return super()._amount_with_tax(lines)
        job_sudo = self.sudo().with_company(self.company_id)  # taxes are not for everybody to read
        position = job_sudo.env["account.move"].new(job_sudo._invoice_header()).fiscal_position_id
        Tax_sudo = job_sudo.env["account.tax"]
        base_lines = [
            Tax_sudo._prepare_base_line_for_taxes_computation(
                None,
                id=number,
                product_id=product,
                tax_ids=taxes,
                price_unit=line["price_unit"],
                quantity=line["quantity"],
                currency_id=self.currency_id,
            )
            for number, (line, product, taxes) in enumerate(job_sudo._with_taxes(lines, position))
        ]
        Tax_sudo._add_tax_details_in_base_lines(base_lines, self.company_id)
        Tax_sudo._round_base_lines_tax_details(base_lines, self.company_id)
        totals = Tax_sudo._get_tax_totals_summary(base_lines, self.currency_id, self.company_id)
        return totals["total_amount_currency"]

    # === BUSINESS METHODS - VERBS === #

    @verb
    def create_invoice(self):
        """Make a draft invoice of what is billable; where there is an invoice, return that one.

        :return: ``{invoice_id, name, state, amount_untaxed, amount_tax, amount_total}``
        """
        self._check_may_invoice()
        return [job._create_invoice()._fsm_figures() for job in self]

    @verb
    def mark_ready(
        self, outcome: str = "repaired", pass_qc: bool = False, *, invoice: bool = False
    ):
        """Override of `fsm_jobs` to make the draft invoice in the same step.

        :param bool invoice: as `create_invoice` does, under the same roles
        """
        answers = super().mark_ready(outcome=outcome, pass_qc=pass_qc)
        if invoice:
            self.create_invoice()
        return [answers] if len(self) == 1 else answers

    @verb
    def deliver(
        self,
        otp: str = "",
        signature: str = "",
        received_by: str = "",
        reason: str = "",
        accessories_returned: bool = False,
        *,
        payments: list = (),
    ):
        """Override of `fsm_jobs` to post the invoice and take the payment in the same step.

        :param list payments: as the `lines` of `fsm_record_payment`, under the same roles
        """
        for job in self.filtered(lambda job: payments and job.state != "delivered"):
            job._post_and_settle(payments)
        answers = super().deliver(
            otp=otp,
            signature=signature,
            received_by=received_by,
            reason=reason,
            accessories_returned=accessories_returned,
        )
        return [answers] if len(self) == 1 else answers

    def _post_and_settle(self, payments):
        """Post the draft invoice, if there is one or should be one, and pay it."""
        invoice_sudo = self._open_invoice()
        if not invoice_sudo or invoice_sudo.state == "draft":
            self._check_may_invoice()
            invoice_sudo = self._create_invoice().with_context(**QUIET)
            invoice_sudo.action_post()
        invoice_sudo.with_env(self.env).fsm_record_payment(lines=list(payments))


def figures(lines):
    """Return what decides about the total of `lines`, in an order of its own."""
    return sorted((line["product_id"], line["quantity"], line["price_unit"]) for line in lines)
