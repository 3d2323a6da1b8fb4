from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import dates, law, periods, tax
from ..gst.words import indian_format
from .account_move_issued import may_manage
from .account_payment import QUIET
from .fsm_gst_once import GATE

KINDS = [("received", "Received"), ("adjusted", "Adjusted"), ("refunded", "Refunded")]

# The heads a tax of `l10n_in` may stand for, in the order of the printed columns.
HEADS = ("igst", "cgst", "sgst")


class FsmGstAdvance(models.Model):
    """Money that came before the invoice, and the tax on it: CGST Act s.12, s.13, Rules 50 and 51.

    The money is an `account.payment` that waits for its invoice. One immutable row says what
    happened to its tax: received (a receipt voucher), adjusted on an invoice, or refunded (a refund
    voucher). Vouchers take their numbers from their own series. See docs/adr/0025.
    """

    _name = "fsm.gst.advance"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Advance"
    _order = "id desc"
    _rec_name = "number"
    _check_company_auto = True
    _audit_class = "books"
    _audit_kind = "payment"

    # What happened
    kind = fields.Selection(KINDS, required=True, readonly=True, audit=True)
    day = fields.Date(string="Date", required=True, readonly=True)
    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        string="Customer", comodel_name="res.partner", required=True, readonly=True, index=True
    )
    job_id = fields.Many2one(
        string="Job Card", comodel_name="fsm.job", readonly=True, index="btree_not_null"
    )
    receipt_id = fields.Many2one(
        string="Advance",
        comodel_name="fsm.gst.advance",
        readonly=True,
        index="btree_not_null",
        help="What is adjusted or refunded.",
    )
    child_ids = fields.One2many(
        string="Adjusted and Refunded", comodel_name="fsm.gst.advance", inverse_name="receipt_id"
    )
    payment_id = fields.Many2one(
        comodel_name="account.payment", readonly=True, index="btree_not_null", check_company=True
    )
    invoice_id = fields.Many2one(
        string="Adjusted On",
        comodel_name="account.move",
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    entry_id = fields.Many2one(
        string="Voucher",
        comodel_name="account.move",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    number = fields.Char(related="entry_id.name")

    # The amounts
    currency_id = fields.Many2one(related="company_id.currency_id")
    state_id = fields.Many2one(
        string="Place of Supply", comodel_name="res.country.state", readonly=True
    )
    rate = fields.Float(
        readonly=True,
        help="Percent of IGST, or of CGST and SGST together; 0 if the supply bears no tax.",
    )
    zero_rated = fields.Boolean(
        string="Export or SEZ", readonly=True, help="Zero-rated: IGST Act s.16."
    )
    amount = fields.Monetary(readonly=True, audit=True, help="What was paid, tax included.")
    taxable = fields.Monetary(string="Taxable Value", readonly=True)
    igst = fields.Monetary(string="IGST", readonly=True)
    cgst = fields.Monetary(string="CGST", readonly=True)
    sgst = fields.Monetary(string="SGST/UTGST", readonly=True)
    amount_left = fields.Monetary(string="Left", compute="_compute_amount_left")

    # === COMPUTE METHODS === #

    @api.depends("amount", "child_ids.amount")
    def _compute_amount_left(self):
        for advance in self:
            used = sum(advance.child_ids.mapped("amount"))
            left = advance.amount - used if advance.kind == "received" else 0.0
            advance.amount_left = advance.currency_id.round(left)

    # === CRUD METHODS === #

    def _said_of_a_hand(self):
        return self.env._("An advance is recorded with its payment, not by hand.")

    def _said_of_a_change(self):
        return self.env._("What was recorded of an advance stays as it is.")

    # === BUSINESS METHODS - VERBS === #

    @verb
    def refund(
        self, method: str, reference: str = "", amount: float = 0.0, *, client_ref: str = ""
    ):
        """Pay back what is left of an advance, and take its tax back with a refund voucher.

        :param str method: cash, upi, card or bank
        :param float amount: in rupees, not more than what is left; all of it by default
        :return: ``{id, name, amount_total}`` of the refund voucher
        """
        if not may_manage(self.env):
            raise AccessError(self.env._("Only a manager pays an advance back."))
        self.check_access("read")
        paid = {"method": method, "reference": reference, "amount": amount}
        return self.env["fsm.client.ref"]._once_each(
            self,
            "refund",
            client_ref,
            paid,
            lambda advance: advance.sudo()._refund(**paid),  # checked above
        )

    # === BUSINESS METHODS === #

    @api.model
    def _receive(self, payment, amount, supply, job, day=None):
        """Write down an advance with its tax and issue its receipt voucher.

        :param payment: the posted `account.payment`
        :param float amount: what of it is an advance, the tax on it included if he pays it
        :param ExpectedSupply supply: what it is for
        :param job: the `fsm.job`, may be empty
        :param datetime.date day: of the voucher, that of the payment by default
        """
        company = payment.company_id
        day = day or payment.date
        self._check_voucher_year(day)
        figures = self._tax_of(amount, supply)
        values = {
            "kind": "received",
            "day": day,
            "company_id": company.id,
            "partner_id": payment.partner_id.id,
            "job_id": job.id,
            "payment_id": payment.id,
            "state_id": (supply.place or self.env.ref("l10n_in.state_in_ot")).id,
            "rate": supply.rate,
            "zero_rated": supply.zero_rated,
            "amount": amount,
            "taxable": figures.taxable / law.RUPEE,
            **{head: getattr(figures, head) / law.RUPEE for head in HEADS},
        }
        return self._record(values, "receipt_voucher", payment.memo)

    @api.model
    def _check_voucher_year(self, day):
        """Refuse, but to a manager, a voucher in a financial year that is over: its series is closed.

        What is filed takes none from anybody. The till runs in sudo: who asks is what counts.
        """
        user = self.env.user
        year = dates.financial_year(day)
        if year == dates.financial_year(dates.document_date(fields.Datetime.now())):
            return
        if not (user._is_superuser() or user.has_group("fsm_jobs.group_fsm_manager")):
            raise UserError(
                self.env._(
                    "An advance of %(day)s has its voucher in the year %(year)s, which is over: only "
                    "a manager issues it, or record the payment with today's date.",
                    day=day.strftime("%d-%b-%Y"),
                    year=year,
                )
            )

    def _settle(self, kind, amount, day, **values):
        """Write down that `amount` of this advance was adjusted or refunded, with its tax.

        What settles the rest takes the tax that is left, so that nothing remains of a paisa.
        """
        self.ensure_one()
        figures = {}
        for name in ("taxable", *HEADS):
            left = tax.paise(self[name]) - sum(tax.paise(child[name]) for child in self.child_ids)
            part = tax.share(left, tax.paise(amount), tax.paise(self.amount_left))
            figures[name] = part / law.RUPEE
        if self._includes_tax():
            taxes = sum(tax.paise(figures[head]) for head in HEADS)
            figures["taxable"] = (tax.paise(amount) - taxes) / law.RUPEE
        voucher = "refund_voucher" if kind == "refunded" else False
        return self._record(
            {
                "kind": kind,
                "day": day,
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "job_id": self.job_id.id,
                "receipt_id": self.id,
                "state_id": self.state_id.id,
                "rate": self.rate,
                "zero_rated": self.zero_rated,
                "amount": amount,
                **figures,
                **values,
            },
            voucher,
            self.number,
        )

    @api.model
    def _record(self, values, voucher, ref):
        """Post the entry of a row's tax, give it its number, and write the row."""
        advances = self.with_context(fsm_billing_gate=GATE)
        entry = advances.env["account.move"].create(self._entry_values(values, voucher, ref))
        entry.with_context(**QUIET)._post(soft=False)
        return advances.create({**values, "entry_id": entry.id}).with_env(self.env)

    @api.model
    def _entry_values(self, values, voucher, ref):
        """Return the entry: the tax is owed from the day of the advance, and later no more."""
        company = self.env["res.company"].browse(values["company_id"])
        branch = company.fsm_branch_ids
        sign = 1 if values["kind"] == "received" else -1
        lines, total = [], 0.0
        for head, account, tags in self._tax_accounts(company, bool(values["igst"])):
            total += values[head]
            lines.append(
                self._line_values(values, head.upper(), account, -sign * values[head], tags)
            )
        contra = branch.advance_tax_account_id
        lines.append(
            self._line_values(
                values, contra.name, contra, sign * company.currency_id.round(total), []
            )
        )
        journal = branch._voucher_journal(voucher)
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": company.id,
            "partner_id": values["partner_id"],
            "date": values["day"],
            "ref": ref,
            "line_ids": [Command.create(line) for line in lines],
        }

    @api.model
    def _line_values(self, values, name, account, balance, tags):
        return {
            "name": name,
            "account_id": account.id,
            "partner_id": values["partner_id"],
            "balance": balance,
            "tax_tag_ids": [Command.set(tags)],
        }

    @api.model
    def _tax_accounts(self, company, inter):
        """Return ``[(head, account, tag ids)]`` of the taxes that an invoice would have."""
        taxes = company.account_sale_tax_id
        if inter:
            place = self.env["res.country.state"].search(
                [
                    ("country_id", "=", company.country_id.id),
                    ("id", "!=", company.state_id.id),
                    ("l10n_in_tin", "!=", False),
                ],
                limit=1,
            )
            partner = self.env["res.partner"].new(
                {"state_id": place.id, "country_id": place.country_id.id}
            )
            positions = self.env["account.fiscal.position"].with_company(company)
            taxes = positions._get_fiscal_position(partner).map_tax(taxes)
        leaves = taxes.children_tax_ids or taxes
        found = []
        for leaf in leaves.filtered(lambda leaf: leaf.l10n_in_gst_tax_type in HEADS):
            part = leaf.invoice_repartition_line_ids.filtered(
                lambda part: part.repartition_type == "tax"
            )
            found.append((leaf.l10n_in_gst_tax_type, part.account_id, part.tag_ids.ids))
        return found

    def _refund(self, method, reference, amount=0.0):
        """Pay back what is left, or `amount` of it, in the name of the caller, who may."""
        if self.kind != "received" or not self.amount_left:
            raise UserError(self.env._("Nothing is left of advance %s.", self.number))
        amount = self.currency_id.round(amount) if amount else self.amount_left
        if not 0 < amount <= self.amount_left:
            raise UserError(
                self.env._(
                    "“amount”: between 0 and ₹%(left)s of advance %(advance)s can be paid back.",
                    left=indian_format(self.amount_left),
                    advance=self.number,
                )
            )
        day = dates.document_date(fields.Datetime.now())
        payment = self.env["account.payment"]._fsm_pay_back(self, method, amount, reference, day)
        row = self._settle("refunded", amount, day, payment_id=payment.id)
        return {"id": row.id, "name": row.number, "amount_total": row.amount}

    def _adjust(self, invoice):
        """Use these advances for an invoice, the oldest first, as far as something is due on it."""
        for advance in self.sorted(lambda advance: (advance.day, advance.id)):
            lines = invoice.line_ids | advance.payment_id.move_id.line_ids
            lines = lines.filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable" and not line.reconciled
                )
            )
            if len(lines.move_id) == 2:
                lines.reconcile()  # which settles the advance

    def _use_beyond(self, open_amount, document):
        """Use of these advances on one payment what it no longer has, the oldest first.

        :param float open_amount: what is still open of the payment, rupees
        :param document: the `account.move` that was paid with it
        """
        over = sum(self.mapped("amount_left")) - open_amount
        for advance in self.sorted(lambda advance: (advance.day, advance.id)):
            used = advance.currency_id.round(min(over, advance.amount_left))
            if used > 0:
                advance._use_for(document, used)
                over -= used

    def _use_for(self, document, amount):
        """Write down that accounting used `amount` of this advance, in rupees, for a document.

        The tax on it is owed on the invoice from now on, no longer on the advance.

        :param document: the `account.move` that was paid with it
        :raise UserError: if it is no invoice of the branch that took the advance
        """
        if document.move_type != "out_invoice":
            raise UserError(
                self.env._(
                    "%(document)s is no invoice: advance %(advance)s is used for one, or is paid "
                    "back with “Pay Back” and a refund voucher.",
                    document=document.name or self.env._("The entry"),
                    advance=self.number,
                )
            )
        if document.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "Advance %(advance)s was taken in %(branch)s, and %(invoice)s is of another "
                    "branch: use it there, or pay it back.",
                    advance=self.number,
                    branch=self.company_id.name,
                    invoice=document.name,
                )
            )
        used = min(self.currency_id.round(amount), self.amount_left)
        if used > 0:
            day = self._day_to_settle(max(document.invoice_date, self.day))
            self._settle("adjusted", used, day, invoice_id=document.id)

    def _day_to_settle(self, day):
        """Return the day for a change of the tax: `day`, or today if its month is declared.

        :raise UserError: if the month of today is locked as well
        """
        today = dates.document_date(fields.Datetime.now())
        number = self.entry_id._gst_registration()
        months = {(number, periods.period_of(each)) for each in (day, today)}
        rows = self.entry_id._locked_months(self.company_id.root_id, months)
        locked = {period for _gstin, period, _name in rows}
        for each in (day, today):
            if periods.period_of(each) not in locked:
                return each
        raise UserError(
            self.env._(
                "The GST return of this month is locked: advance %s is used or paid back when "
                "the next month begins, or the return is opened again.",
                self.number,
            )
        )

    @api.model
    def _open(self, domain):
        """Return, in sudo, the advances of which something is left."""
        advances_sudo = self.sudo()  # whoever issues the invoice uses them
        found = advances_sudo.search([("kind", "=", "received"), *domain])
        return found.filtered("amount_left")

    def _text(self):
        """Return what the counter is told: ``VSPR/26-27/00001 · ₹1,180.00``."""
        return f"{self.number} · ₹{indian_format(self.amount)}"
