from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..gst import numbers

# How customers pay at the counter: value, label, type of the journal, letter in its code.
METHODS = [
    ("cash", "Cash", "cash", "C"),
    ("upi", "UPI", "bank", "U"),
    ("card", "Card", "bank", "D"),
    ("bank", "Bank Transfer", "bank", "B"),
]

# Documents of advances that have a series of their own: a key of `gst.numbers.PREFIXES`, label.
VOUCHERS = [("receipt_voucher", "Receipt Vouchers"), ("refund_voucher", "Refund Vouchers")]

# Credit notes on the price alone; their series is opened with the first one.
FINANCIAL = ("financial_note", "Credit Notes without GST")


# What the numbers of a series hang on.
SERIES_FIELDS = {"active", "code", "company_id", "fsm_voucher", "refund_sequence", "type"}


class AccountJournal(models.Model):
    _inherit = "account.journal"
    _audit_class = "books"
    _audit_kind = "config"

    name = fields.Char(audit=True)
    code = fields.Char(audit=True)
    active = fields.Boolean(audit=True)
    default_account_id = fields.Many2one(audit=True)

    fsm_method = fields.Selection(
        string="Paid By",
        selection=[(value, label) for value, label, *_rest in METHODS],
        help="The way of paying at the counter of the branch that is booked in this journal.",
        audit=True,
    )

    fsm_voucher = fields.Selection(
        string="Vouchers",
        selection=[*VOUCHERS, FINANCIAL],
        readonly=True,
        help="What takes its numbers from this journal: it is issued by its own buttons alone.",
    )

    _fsm_method_uniq = models.UniqueIndex(
        "(company_id, fsm_method) WHERE fsm_method IS NOT NULL",
        "The branch already has a journal for this way of paying.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("code", "type", "company_id")
    def _check_series_code(self):
        """Refuse a code with which a number would break Rule 46(b), before one is given."""
        for journal in self.filtered(
            lambda journal: journal.type == "sale" and not journal.fsm_voucher
        ):
            branch = journal.company_id.sudo().fsm_branch_ids  # a fact, whoever may read branches
            if branch and not numbers.is_code(journal.code):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot begin the numbers of invoices: 1 to 3 of A–Z and 0–9, the first "
                        "a letter. With “/26-27/00001” and a letter for credit notes it has to fit "
                        "into 16 characters.",
                        journal.code,
                    )
                )
            if branch.vat:
                journal._check_series_apart(branch.vat)

    def _check_series_apart(self, gstin):
        """Refuse a code under which two journals of a GSTIN could give the same number."""
        others = self.sudo().with_context(active_test=False)  # the branches of a GSTIN share it
        for other in others.search(
            [
                ("type", "=", "sale"),
                ("fsm_voucher", "=", False),
                ("company_id", "child_of", self.company_id.root_id.id),
                ("company_id.vat", "=", gstin),
                ("id", "!=", self.id),
            ]
        ):
            if numbers.clash(self.code, other.code):
                raise ValidationError(
                    self.env._(
                        "Series %(code)s and %(other)s are both of GSTIN %(gstin)s: two documents "
                        "could get the same number.",
                        code=self.code,
                        other=other.code,
                        gstin=gstin,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: what a series is made of stays, once a branch numbers its documents with it.

        Under another code, or without a series of their own for credit notes, the next document
        would stand in no series or in two: CGST Rule 46(b).
        """
        if SERIES_FIELDS & vals.keys():
            for journal in self.filtered("company_id")._series():
                if any(
                    journal._fields[name].convert_to_write(journal[name], journal) != vals[name]
                    for name in SERIES_FIELDS & vals.keys()
                ):
                    raise UserError(
                        self.env._(
                            "%s numbers the documents of a branch: its code, type, company and series "
                            "stay as they are.",
                            journal.display_name,
                        )
                    )
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _series(self):
        """Return those of these journals with which branches number documents under GST."""
        branches_sudo = self.env["fsm.branch"].sudo().with_context(active_test=False)  # a fact
        branches_sudo = branches_sudo.search([("sale_journal_id", "in", self.ids)])
        return self & branches_sudo.sale_journal_id | self.filtered("fsm_voucher")

    def _numbers_for(self, company):
        """Tell whether documents of this branch may stand in the journal."""
        return self.type != "sale" or self.company_id == company

    @api.model
    def _ways_of_paying(self):
        """Return the values of `fsm_method`, those of other addons included.

        Each is a till of every branch, and a column of the day close.
        """
        return self._fields["fsm_method"].get_values(self.env)

    def _update_payment_method_lines(self, payment_type):
        """Override of `l10n_in` to book what is paid at the counter straight to its account.

        Without an outstanding account in between a paid invoice is paid, not “in payment”: the
        cashier has the money in hand, and the day close compares it with what was counted.
        """
        tills = self.filtered("fsm_method")
        super(AccountJournal, self - tills)._update_payment_method_lines(payment_type)
        for journal in tills:
            lines = journal[f"{payment_type}_payment_method_line_ids"]
            lines.payment_account_id = journal.default_account_id
