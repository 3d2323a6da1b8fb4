from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import issued
from ..gst import dates, numbers
from ..gst.table13 import NATURE_NAMES, NATURES
from .account_journal import FINANCIAL
from .fsm_gst_once import GATE

# What Table 13 counts, and what is numbered and no document of GST.
KINDS = [(kind, NATURE_NAMES[nature]) for kind, nature in NATURES.items()] + [FINANCIAL]


class FsmGstNumber(models.Model):
    """A number that was given to a document: one row each, for ever.

    The row is written by the transaction that issues the document. It says under which GSTIN it was
    issued, whatever becomes of the branch, feeds Table 13 of GSTR-1, and locks the document
    (`issued.py`). Rule 46(b) of the CGST Rules: consecutive, unique for a financial year.
    """

    _name = "fsm.gst.number"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Document Number"
    _order = "id desc"
    _rec_name = "number"
    _log_access = False

    # The document
    move_id = fields.Many2one(
        string="Document",
        comodel_name="account.move",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    challan_id = fields.Many2one(
        comodel_name="fsm.challan", readonly=True, index=True, ondelete="restrict"
    )
    voucher_id = fields.Many2one(
        comodel_name="fsm.gst.payment.voucher", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    organization_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        help="Another one that writes down the same GSTIN meets no number of this one.",
    )
    day = fields.Date(string="Date", required=True, readonly=True, help="In India.")

    # The supplier, as on the day it was issued
    gstin = fields.Char(string="Supplier's GSTIN", readonly=True)
    state_code = fields.Char(string="Supplier's State", readonly=True)
    registration = fields.Char(
        required=True,
        readonly=True,
        help="Within what the number is unique: the GSTIN; the branch itself if it has none.",
    )

    # The number
    kind = fields.Selection(KINDS, required=True, readonly=True)
    financial_year = fields.Char(required=True, readonly=True, help="26-27 begins in April 2026.")
    series = fields.Char(required=True, readonly=True)
    counter = fields.Integer(required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)

    # Who gave it
    issued_at = fields.Datetime(string="Issued On", required=True, readonly=True)
    user_id = fields.Many2one(
        string="Issued By", comodel_name="res.users", required=True, readonly=True
    )
    cancellation_ids = fields.One2many(
        comodel_name="fsm.gst.cancellation", inverse_name="number_id", readonly=True
    )

    _number_uniq = models.UniqueIndex(
        "(organization_id, registration, financial_year, upper(number))",
        "Another document of this GSTIN has the same number in this financial year.",
    )
    _move_uniq = models.UniqueIndex("(move_id)", "A document has one number.")
    _challan_uniq = models.UniqueIndex("(challan_id)", "A challan has one number.")
    _voucher_uniq = models.UniqueIndex("(voucher_id)", "A payment voucher has one number.")
    _of_one_document = models.Constraint(
        "CHECK(num_nonnulls(move_id, challan_id, voucher_id) = 1)", "A number is of one document."
    )
    _day_idx = models.Index("(organization_id, registration, day)")

    # === CRUD METHODS === #

    def init(self):
        super().init()
        issued.lock(self.env.cr)

    def _said_of_a_hand(self):
        return self.env._("A number is given when a document is issued, not by hand.")

    def _said_of_a_change(self):
        return self.env._("A number that was given stays as it is.")

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, documents):
        """Write down the numbers of documents that were just issued, and lock them with it.

        :param documents: of `account.move`, `fsm.challan` or `fsm.gst.payment.voucher`
        :raise UserError: if one of them has a number that the law forbids
        """
        rows = [self._values(document) for document in documents]
        self._check_format([row["number"] for row in rows])
        self.env.flush_all()  # what is written later would meet the lock
        numbers_sudo = self.with_context(fsm_billing_gate=GATE).sudo()  # who posts, issues
        return numbers_sudo.create(rows)

    @api.model
    def _check_format(self, texts):
        for text in texts:
            if not numbers.is_valid(text):
                raise UserError(
                    self.env._(
                        "“%s” cannot be the number of a document under GST: at most 16 characters "
                        "of A–Z, 0–9, “-” and “/”, not beginning with 0, “-” or “/”.",
                        text,
                    )
                )

    @api.model
    def _values(self, document):
        company, own = document.company_id, document._gst_number_values()
        return {
            "number": document.name,
            **own,
            "company_id": company.id,
            "organization_id": company.root_id.id,
            "gstin": company.vat or False,
            "state_code": company.state_id.l10n_in_tin or False,
            "registration": self._registration(company),
            "financial_year": dates.financial_year(own["day"]),
            "issued_at": fields.Datetime.now(),
            "user_id": self.env.uid,
        }

    @api.model
    def _registration(self, company):
        """Return within what a number of this company is unique."""
        return company.vat or f"company {company.id}"

    @api.model
    def _issue_existing(self):
        """Take documents into the ledger that were issued before the addon came."""
        moves_sudo = self.env["account.move"].sudo()  # an upgrade sees all of them
        ledger_sudo = self.sudo()  # a ledger has no gaps by rights
        known = ledger_sudo._search([("move_id", "!=", False)]).select("move_id")
        moves = moves_sudo.search(
            [("id", "not in", known), ("posted_before", "=", True)], order="id"
        )
        for move in moves.filtered(lambda move: move._has_gst_number()):
            if numbers.is_valid(move.name):
                self._issue(move)
        self._issue_existing_challans()

    @api.model
    def _issue_existing_challans(self):
        """Take challans into the ledger that went out before, cancelled ones with their reason."""
        challans_sudo = self.env["fsm.challan"].sudo()  # as above
        for challan in challans_sudo.search([("gst_number_ids", "=", False)], order="id"):
            if numbers.is_valid(challan.name) and challan.name[-numbers.COUNTER_DIGITS :].isdigit():
                self._issue(challan)
                if challan.cancelled_at:
                    reasons = self.env["fsm.gst.cancellation"]
                    reasons._record(challan, challan.cancel_reason)
