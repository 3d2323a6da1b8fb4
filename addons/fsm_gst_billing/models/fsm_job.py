import base64
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.blockers import Blocker
from odoo.addons.fsm_jobs.verbs import verb

from ..gst.words import indian_format, rupees
from .account_move_told import Told
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
        moves_by_job = self._moves_by_job()
        for job in self:
            moves_sudo = moves_by_job.get(job.id, self.env["account.move"])
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

    def _moves_by_job(self):
        """Return the invoices and credit notes of each job card, in sudo: one query for many."""
        self_sudo = self.sudo()  # these figures are for all who see the job
        if len(self) == 1:
            return {self.id: self_sudo.account_move_ids}
        moves_sudo = self_sudo.env["account.move"].search_fetch(
            [("job_id", "in", self.ids)],
            ["job_id", "name", "state", "amount_total_signed", "amount_residual_signed"],
        )
        return {job.id: moves for job, moves in moves_sudo.grouped("job_id").items()}

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
                yield self._blocker_unissued()
            else:
                yield from self._blockers_of_invoicing(posted_sudo, lines)
        invoice_sudo = self._unpaid_invoice()
        if invoice_sudo and not self._has_credit():
            yield self._blocker_due(invoice_sudo)

    def _blocker_unissued(self):
        return Blocker("unissued", self.env._("There is no posted invoice."))

    def _blocker_due(self, invoice):
        sentence = self.env._(
            "₹%(amount)s are still due on invoice %(invoice)s.",
            amount=indian_format(invoice.amount_residual),
            invoice=invoice.name,
        )
        return Blocker("due", sentence)

    def _blockers_of_invoicing(self, posted_sudo, lines):
        """Say that less was invoiced, credit notes deducted, than is billable."""
        invoiced = sum(posted_sudo.mapped("amount_total_signed")) + posted_sudo._discounts()
        # Mostly what was estimated is billed, and that figure is stored: taxes take many queries.
        estimated = figures(lines) == figures(self.line_ids._line_values())
        billable = self.amount_estimate if estimated else self._amount_with_tax(lines)
        branch = self.branch_id
        # Rounding takes less than a rupee from the total, and from both taxes together.
        tolerance = max(Decimal(branch.rounds_to_rupee + branch.rounds_tax), PAISA)
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
        return self._unpaid_invoices()[:1]

    def _unpaid_invoices(self):
        """Return, in sudo, the posted invoices of this job card that are not paid, oldest first."""
        moves_sudo = self.sudo().account_move_ids  # paying is checked where it is recorded
        return moves_sudo.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and not move.currency_id.is_zero(move.amount_residual)
            )
        ).sorted("id")

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
        return self._make_invoice(self._invoice_values(lines))

    def _make_invoice(self, values):
        """Return the invoice in sudo: the caller's right to bill was checked."""
        # It uses the organisation's chart and taxes, whatever the branches of the caller.
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        return moves_sudo.with_context(**QUIET).create(values)

    def _invoice_values(self, lines, partner=None):
        """Return the values of the draft invoice.

        CGST + SGST or IGST: `l10n_in` chooses by the place of supply.

        :param list lines: as `_billable_lines` returns them
        :param partner: who is billed, the customer by default
        :rtype: dict
        """
        header = self._invoice_header(partner)
        position = self.env["account.move"].new(header).fiscal_position_id
        return {
            **header,
            "fiscal_position_id": position.id,
            "invoice_line_ids": self._invoice_lines(lines, position),
        }

    def _invoice_header(self, partner=None):
        """Return the values of the invoice but its lines: who, where, in which series."""
        partner = partner or self.partner_id
        abroad = partner.country_id.code not in (False, "IN")
        place = self._place_of_supply(partner)
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
        if abroad and place == self.company_id.state_id:
            header["l10n_in_gst_treatment"] = "consumer"
        return header

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

    def _dispute_files(self):
        """Override of `fsm_jobs` to add the invoices that were posted."""
        posted = self.invoice_ids.filtered(lambda move: move.state == "posted")
        answers = posted.fsm_pdf() if posted else []
        return super()._dispute_files() | {
            f"invoices/{answer['filename']}": base64.b64decode(answer["content"])
            for answer in ([answers] if len(posted) == 1 else answers)
        }

    @verb
    def deliver(
        self,
        otp: str = "",
        signature: str = "",
        received_by: str = "",
        reason: str = "",
        accessories_returned: bool = False,
        *,
        old_parts: str = "",
        payments: list = (),
    ):
        """Override of `fsm_jobs` to post the invoice and take the payment in the same step.

        :param list payments: as the `lines` of `fsm_record_payment`, under the same roles; of one
            job card only
        :return: as `fsm_jobs`, and `warnings` where there is something to know of the invoice
        """
        told = Told()
        if payments and len(self) > 1:  # the same money would be booked on each
            raise UserError(
                self.env._("“payments” are for one job card: deliver these job cards one by one.")
            )
        for job in self.filtered(lambda job: payments and job.state != "delivered"):
            job.with_context(fsm_told=told)._post_and_settle(payments)
        answers = super().deliver(
            otp=otp,
            signature=signature,
            received_by=received_by,
            reason=reason,
            accessories_returned=accessories_returned,
            old_parts=old_parts,
        )
        if len(self) == 1:
            answers |= told.answer()
        return [answers] if len(self) == 1 else answers

    def _post_and_settle(self, payments):
        """Post the draft invoice, if there is one or should be one, and pay it."""
        issued_sudo = self._issue_invoice()
        invoice_sudo = self._unpaid_invoice() or issued_sudo
        return invoice_sudo.with_env(self.env).fsm_record_payment(lines=list(payments))

    def _issue_invoice(self):
        """Return, in sudo, the posted invoice of this job card; make and post it if need be."""
        invoice_sudo = self._open_invoice()
        if not invoice_sudo or invoice_sudo.state == "draft":
            self._check_may_invoice()
            invoice_sudo = self._create_invoice().with_context(**QUIET)
            invoice_sudo.action_post()
        return invoice_sudo


def figures(lines):
    """Return what decides about the total of `lines`, in an order of its own."""
    return sorted((line["product_id"], line["quantity"], line["price_unit"]) for line in lines)
