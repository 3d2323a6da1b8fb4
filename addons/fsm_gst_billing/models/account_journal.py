from odoo import fields, models

# How customers pay at the counter: value, label, type of the journal, letter in its code.
METHODS = [
    ("cash", "Cash", "cash", "C"),
    ("upi", "UPI", "bank", "U"),
    ("card", "Card", "bank", "D"),
    ("bank", "Bank Transfer", "bank", "B"),
]


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

    _fsm_method_uniq = models.UniqueIndex(
        "(company_id, fsm_method) WHERE fsm_method IS NOT NULL",
        "The branch already has a journal for this way of paying.",
    )

    # === BUSINESS METHODS === #

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
