import base64
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import check_keys, check_value, verb

from ..gst import dates, numbers
from ..gst.words import indian_format, rupees
from .account_journal import METHODS

INDIA = "Asia/Kolkata"

# An object no caller can send: what carries it in the context comes from issuing or cancelling.
GATE = object()

# What a document keeps once it has a number, beside what `account` locks: Rule 46 of the CGST Rules.
KEPT_FIELDS = {
    "state",
    "name",
    "sequence_prefix",
    "sequence_number",
    "journal_id",
    "company_id",
    "move_type",
    "l10n_in_gst_treatment",
    "l10n_in_gstin",
    "l10n_in_state_id",
    "job_id",
    "partner_id",
    "partner_shipping_id",
    "invoice_date",
    "date",
    "currency_id",
    "fiscal_position_id",
    "narration",
    "ref",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_residual",
    "amount_untaxed_signed",
    "amount_tax_signed",
    "amount_total_signed",
    "amount_residual_signed",
}

# What only posting may set: the number is the next of its series.
NUMBER_FIELDS = {"name", "sequence_prefix", "sequence_number"}

PAYMENT_KEYS = {"method": str, "amount": float, "reference": str}


class AccountMove(models.Model):
    _inherit = "account.move"
    _audit_class = "books"

    # What Rule 46 of the CGST Rules has on a document, and what became of it.
    name = fields.Char(audit=True)
    state = fields.Selection(audit=True)
    move_type = fields.Selection(audit=True)
    partner_id = fields.Many2one(audit=True)
    l10n_in_state_id = fields.Many2one(audit=True)
    journal_id = fields.Many2one(audit=True)
    date = fields.Date(audit=True)
    invoice_date = fields.Date(audit=True)
    ref = fields.Char(audit=True)
    amount_total = fields.Monetary(audit=True)
    payment_state = fields.Selection(audit=True)
    reversed_entry_id = fields.Many2one(audit=True)

    job_id = fields.Many2one(
        string="Job Card",
        comodel_name="fsm.job",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self._passes_gate():
            return super().create(vals_list)
        self._check_job_card(vals_list)
        # Defaults of the context are the caller's as well.
        ours = {f"default_{name}" for name in NUMBER_FIELDS | {"job_id"}}
        context = {key: value for key, value in self.env.context.items() if key not in ours}
        moves = super(AccountMove, self.with_context(context)).create(
            [self._without_number(vals) for vals in vals_list]
        )
        return moves.with_env(self.env)

    def write(self, vals):
        if self._passes_gate():
            return super().write(vals)
        if KEPT_FIELDS & vals.keys():
            self._check_not_issued(lambda move: differs(move, vals, KEPT_FIELDS))
        if vals.get("job_id"):
            if any(differs(move, vals, {"job_id"}) for move in self):
                self._check_job_card([vals])
        if vals.get("state") in ("draft", "cancel"):
            self.origin_payment_id._check_may_change(vals)
        # No name is what Odoo itself writes to a draft that moves to another series.
        if not any(vals.get(name) for name in NUMBER_FIELDS):
            return super().write(vals)
        drafts = self.filtered(
            lambda move: (
                move.country_code == "IN"
                and not move._has_gst_number()
                and (move.is_sale_document() or move.journal_id.type == "sale")
            )
        )
        rest = {name: value for name, value in vals.items() if name not in NUMBER_FIELDS}
        if drafts:
            super(AccountMove, drafts).write(rest)
        return self == drafts or super(AccountMove, self - drafts).write(vals)

    def _passes_gate(self):
        return self.env.context.get("fsm_billing_gate") is GATE

    @api.model
    def _without_number(self, vals):
        """Return the values of a new document, without a number if it is one of a sale."""
        if not NUMBER_FIELDS & vals.keys():
            return vals
        move_type = vals.get("move_type") or self.env.context.get("default_move_type")
        journal = self.env["account.journal"].browse(vals.get("journal_id") or [])
        if move_type not in ("out_invoice", "out_refund") and journal.type != "sale":
            return vals
        return {name: value for name, value in vals.items() if name not in NUMBER_FIELDS}

    def _check_job_card(self, vals_list):
        """Refuse to say from outside what a document was issued for: the delivery gate counts it.

        :raise UserError: unless superuser
        """
        if not self.env.su and any(vals.get("job_id") for vals in vals_list):
            raise UserError(
                self.env._("The job card of an invoice is set when the invoice is made from it.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        for move in self.filtered(lambda move: move._has_gst_number()):
            raise UserError(
                self.env._(
                    "%s has a number and is kept. Cancel it, or issue a credit note.", move.name
                )
            )

    def _check_not_issued(self, concerned=lambda move: True):
        """Refuse to change a document that was issued under a number.

        :param callable concerned: tells of an issued document whether it would change
        """
        if self._passes_gate():
            return
        for move in self:
            if move._has_gst_number() and concerned(move):
                raise UserError(
                    self.env._(
                        "%s was issued: its number, series and content stay as they are. "
                        "Cancel it, or issue a credit note.",
                        move.name,
                    )
                )

    def _has_gst_number(self):
        """Tell whether this is a document under GST that was issued, cancelled ones included."""
        return (
            self.posted_before
            and bool(self.name)
            and self.name != "/"
            and self.country_code == "IN"
            and self.is_sale_document()
        )

    # === ACTION METHODS === #

    def button_cancel(self):
        """Override of `account` to cancel an issued document: it keeps its number.

        :raise AccessError: unless a manager does it
        """
        if not may_manage(self.env) and any(
            move.state == "posted" and move._has_gst_number() for move in self
        ):
            raise AccessError(self.env._("Only a manager cancels what was issued to a customer."))
        return super(AccountMove, self.with_context(fsm_billing_gate=GATE)).button_cancel()

    def action_view_fsm_job(self):
        return self.job_id._get_records_action()

    # === BUSINESS METHODS - NUMBERS AND DATES === #

    def _search_default_journal(self):
        """Override of `account` to prefer the branch's own journal to the organisation's."""
        journal = super()._search_default_journal()
        company = self.company_id or self.env.company
        if journal.company_id == company:
            return journal
        own = [("company_id", "=", company.id), ("type", "in", self._get_valid_journal_types())]
        return self.env["account.journal"].search(own, limit=1) or journal

    def _get_starting_sequence(self):
        """Override of `account` to number `SPR/26-27/00001`, credit notes `RSPR/26-27/00001`."""
        code = self.journal_id.code or ""
        if (
            self.country_code != "IN"
            or self.journal_id.type != "sale"
            or len(code) > numbers.MAX_CODE_LENGTH
        ):
            return super()._get_starting_sequence()
        refund = self.move_type == "out_refund" and self.journal_id.refund_sequence
        kind = "credit_note" if refund else "invoice"
        day = self.date or self.invoice_date or dates.document_date(fields.Datetime.now())
        return numbers.starting_number(code, day, kind)

    def _post(self, soft=True):
        """Override of `account` to date documents in India, and to hold Rule 46(b)."""
        moves = self.with_context(fsm_billing_gate=GATE)
        if any(move.country_code == "IN" for move in self):
            moves = moves.with_context(tz=INDIA)
        posted = super(AccountMove, moves)._post(soft).with_env(self.env)
        for move in posted:
            if move._has_gst_number() and not numbers.is_valid(move.name):
                raise UserError(
                    self.env._(
                        "“%s” cannot be the number of a tax invoice: at most 16 characters of "
                        "A–Z, 0–9, “-” and “/”, not beginning with 0, “-” or “/”.",
                        move.name,
                    )
                )
        return posted

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Override of `account` to keep a credit note with the job card of its invoice."""
        default_values_list = default_values_list or [{} for move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.setdefault("job_id", move.job_id.id)
        moves = self.with_context(fsm_billing_gate=GATE)
        notes = super(AccountMove, moves)._reverse_moves(default_values_list, cancel)
        return notes.with_env(self.env)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_record_payment(self, lines: list, date: str = "", client_ref: str = ""):
        """Record what the customer paid for this invoice, by one or several ways.

        :param list lines: ``[{method: cash | upi | card | bank, amount, reference}]``; a UPI
            payment needs its reference (UTR), which is accepted once in a branch
        :param str date: when the money came, today by default
        :return: ``{payment_ids, payment_state, amount_residual}``
        """
        self._check_may_collect()
        answers = []
        for move_sudo in self.sudo():  # a cashier holds no right on accounts; checked above
            arguments = {"id": move_sudo.id, "lines": lines, "date": date}
            answers.append(
                self.env["fsm.client.ref"]._once(
                    move_sudo.company_id,
                    "account.move.fsm_record_payment",
                    client_ref,
                    arguments,
                    lambda move=move_sudo: move._record_payment(lines, date),
                )
            )
        return answers

    @verb
    def fsm_pdf(self):
        """Return the printed document.

        :return: ``{filename, content}``, a PDF in base64
        """
        self.check_access("read")
        report = self.env["ir.actions.report"].sudo()  # who may read an invoice may print it
        answers = []
        for move in self:
            content, _kind = report._render_qweb_pdf("account.account_invoices", move.ids)
            answers.append(
                {
                    "filename": f"{(move.name or 'draft').replace('/', '-')}.pdf",
                    "content": base64.b64encode(content).decode(),
                }
            )
        return answers

    # === BUSINESS METHODS - PAYMENTS === #

    def _check_may_collect(self):
        """Refuse who may not take money, or not for this invoice.

        Accountants collect what they can read; a cashier what belongs to a job card of his branch.
        """
        if not self.env.su and not self.env.user.has_group("fsm_gst_billing.group_fsm_cashier"):
            raise AccessError(self.env._("Your role does not record payments."))
        if self.env.su or self.has_access("read"):
            return
        jobs_sudo = self.exists().sudo().job_id  # only to ask whether the caller may see them
        if len(jobs_sudo) != len(self) or not jobs_sudo.with_env(self.env).has_access("read"):
            raise AccessError(self.env._("You can only record payments for your own branch."))

    def _record_payment(self, lines, date):
        """Check, book and answer one call of `fsm_record_payment` on one invoice."""
        self.ensure_one()
        lines = self._checked_payment_lines(lines)
        day = self._payment_day(date)
        payments = self.env["account.payment"]._fsm_settle(self, lines, day)
        return {
            "payment_ids": payments.ids,
            "payment_state": self.payment_state,
            "amount_residual": self.amount_residual,
        }

    def _payment_day(self, text):
        today = dates.document_date(fields.Datetime.now())
        if not text:
            return today
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            day = None
        if not day or day > today:
            raise UserError(
                self.env._("“date” must be a day up to today, as YYYY-MM-DD, not “%s”.", text)
            )
        if self.invoice_date and day < self.invoice_date:
            raise UserError(
                self.env._(
                    "“date” cannot be before the invoice of %s.",
                    self.invoice_date.strftime("%d-%b-%Y"),
                )
            )
        return day

    def _checked_payment_lines(self, lines):
        """Return the lines of a payment, or say what is wrong with them.

        :raise UserError: with the number of the line
        """
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(
                self.env._(
                    "Only a posted invoice can be paid: post %s first.",
                    self.name or self.env._("the draft"),
                )
            )
        checked = [
            self._checked_payment_line(line, f"lines[{number}]")
            for number, line in enumerate(lines)
        ]
        if not checked:
            raise UserError(self.env._("Say how it was paid: “lines” is empty."))
        self._check_references([line["reference"] for line in checked if line["method"] == "upi"])
        total = self.currency_id.round(sum(line["amount"] for line in checked))
        if self.currency_id.compare_amounts(total, self.amount_residual) > 0:
            raise UserError(
                self.env._(
                    "₹%(amount)s is more than the ₹%(due)s that are still due on %(invoice)s.",
                    amount=indian_format(total),
                    due=indian_format(self.amount_residual),
                    invoice=self.name,
                )
            )
        return checked

    def _checked_payment_line(self, line, where):
        line = check_value(self.env, line or {}, dict, where)
        line = check_keys(self.env, line, PAYMENT_KEYS, where)
        methods = [method for method, *_rest in METHODS]
        if line.get("method") not in methods:
            raise UserError(
                self.env._(
                    "“%(where)s.method” must be one of: %(methods)s.",
                    where=where,
                    methods=", ".join(methods),
                )
            )
        amount = line.get("amount") or 0.0
        if amount <= 0:
            raise UserError(self.env._("“%s.amount” must be more than zero.", where))
        if rupees(amount) != Decimal(str(amount)):
            raise UserError(self.env._("“%s.amount” has more than two decimals.", where))
        reference = "".join((line.get("reference") or "").split()).upper()
        if line["method"] == "upi" and not reference:
            raise UserError(
                self.env._("A UPI payment needs its reference (UTR): “%s.reference”.", where)
            )
        return {**line, "amount": amount, "reference": reference or False}

    def _check_references(self, references):
        if len(set(references)) < len(references):
            raise UserError(self.env._("The same UPI reference is given twice."))
        for reference in references:
            self.env["account.payment"]._check_new_reference(self.company_id, reference)

    # === GETTERS === #

    def _fsm_figures(self):
        self.ensure_one()
        return {
            "invoice_id": self.id,
            "name": self.name or False,
            "state": self.state,
            "amount_untaxed": self.amount_untaxed,
            "amount_tax": self.amount_tax,
            "amount_total": self.amount_total,
        }

    def _get_name_invoice_report(self):
        """Override of `l10n_in` to print sales as Rule 46 of the CGST Rules wants them."""
        if self.country_code == "IN" and self.is_sale_document():
            return "fsm_gst_billing.report_tax_document"
        return super()._get_name_invoice_report()


def differs(record, vals, names):
    """Tell whether `vals` would change one of the fields `names` of `record`.

    :param set names: of fields with one value; a list of records is always a change
    """
    for name in names & vals.keys():
        field = record._fields[name]
        if field.type in ("one2many", "many2many"):
            return True
        if field.convert_to_cache(vals[name], record) != field.convert_to_cache(
            record[name], record
        ):
            return True
    return False


def may_manage(env):
    return env.su or env.user.has_group("fsm_jobs.group_fsm_manager")
