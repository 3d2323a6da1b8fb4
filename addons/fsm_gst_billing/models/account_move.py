import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import check_id, verb

from ..gst import dates, numbers
from .account_move_day import INDIA
from .fsm_gst_once import GATE


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

    # === ACTION METHODS === #

    def action_view_fsm_job(self):
        return self.job_id._get_records_action()

    # === BUSINESS METHODS - NUMBERS AND DATES === #

    def _search_default_journal(self):
        """Override of `account` to prefer the branch's own journal to the organisation's."""
        journal = super()._search_default_journal()
        company = self.company_id or self.env.company
        if journal.company_id == company and not journal.fsm_voucher:
            return journal
        usual = [("type", "in", self._get_valid_journal_types()), ("fsm_voucher", "=", False)]
        journals = self.env["account.journal"]
        own = journals.search([("company_id", "=", company.id), *usual], limit=1)
        if own or (journal.type == "sale" and company._is_fsm_branch()):
            return own  # the series of the organisation has the numbers of no GSTIN
        if not journal.fsm_voucher:
            return journal
        return journals.search([("company_id", "parent_of", company.id), *usual], limit=1)

    @api.model
    def _get_suitable_journal_ids(self, move_type, company=False):
        """Override of `account` to offer a branch no series of invoices but its own."""
        company = company or self.env.company
        journals = super()._get_suitable_journal_ids(move_type, company)
        if not company._is_fsm_branch():
            return journals
        return journals.filtered(lambda journal: journal._numbers_for(company))

    def _get_starting_sequence(self):
        """Override of `account` to number `SPR/26-27/00001`, credit notes `RSPR/26-27/00001`."""
        journal = self.journal_id
        code = journal.code or ""
        if (
            self.country_code != "IN"
            or not (journal.type == "sale" or journal.fsm_voucher)
            or len(code) > numbers.MAX_CODE_LENGTH + bool(journal.fsm_voucher)
        ):
            return super()._get_starting_sequence()
        refund = self.move_type == "out_refund" and journal.refund_sequence
        kind = "credit_note" if refund else "invoice"  # the code of vouchers says what they are
        day = self.date or self.invoice_date or dates.document_date(fields.Datetime.now())
        return numbers.starting_number(code, day, kind)

    def _check_series(self):
        """Refuse what would take a number of a series and is no document of it: it would be a gap."""
        for move in self:
            voucher = move.journal_id.fsm_voucher
            if (
                (not move._passes_gate() if voucher else not move.is_sale_document())
                and (voucher or move.journal_id.type == "sale")
                and move.company_id.sudo().fsm_branch_ids  # a fact, whoever may read branches
            ):
                raise UserError(
                    self.env._(
                        "Journal %s numbers documents under GST. Use another journal for entries, "
                        "and an invoice for a sale.",
                        move.journal_id.display_name,
                    )
                )
            if move.company_id._is_fsm_branch() and not move.journal_id._numbers_for(
                move.company_id
            ):
                raise UserError(
                    self.env._(
                        "Journal %(journal)s is not of branch %(branch)s: under its GSTIN it numbers "
                        "its invoices itself. Choose its own journal.",
                        journal=move.journal_id.display_name,
                        branch=move.company_id.name,
                    )
                )

    def _gst_kind(self):
        """Return what kind of document this is: a key of `gst.table13.NATURES`."""
        if voucher := self.journal_id.fsm_voucher:
            return voucher
        if self.move_type == "out_refund":
            return "credit_note"
        return "debit_note" if self.debit_origin_id else "invoice"

    def _gst_number_values(self):
        """Return what the ledger of numbers says of this document alone."""
        return {
            "move_id": self.id,
            "day": self._gst_day(),
            "kind": self._gst_kind(),
            "series": self.sequence_prefix,
            "counter": self.sequence_number,
        }

    def _post(self, soft=True):
        """Override of `account` to date documents in India, and to hold Rule 46(b)."""
        self._check_is_of_a_branch()
        self._check_series()
        # In India nothing is issued twice, and what a caller writes of the past proves nothing.
        fresh = self.filtered(lambda move: move.country_code == "IN" or not move.posted_before)
        moves = self.with_context(fsm_billing_gate=GATE)
        if any(move.country_code == "IN" for move in self):
            moves = moves.with_context(tz=INDIA)
        moves._bring_due_date_forward()
        moves._lock_credited()
        moves._tie_credited()
        moves._settle_whole_taxes()
        moves._settle_rounding()
        moves._refuse_other_books()
        posted = super(AccountMove, moves)._post(soft).with_env(self.env)
        (posted & fresh)._hand_over_parts()
        documents = posted.filtered(lambda move: move._has_gst_number())
        if documents:
            documents._keep_parties()
            documents._check_before_issuing()
            documents._check_credited()
            self.env["fsm.gst.number"]._issue(documents)
            documents._use_advances()
        posted._issue_self_invoices()
        posted._issue_due_vouchers()
        return posted

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Override of `account` to keep a credit note with the job card and lines of its invoice."""
        default_values_list = default_values_list or [{} for move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.setdefault("job_id", move.job_id.id)
        moves = self.with_context(fsm_billing_gate=GATE, fsm_reversal=GATE)
        notes = super(AccountMove, moves)._reverse_moves(default_values_list, cancel)
        return notes.with_env(self.env)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_add_line(
        self,
        product_id: int,
        name: str = "",
        quantity: float = 1.0,
        price_unit: float = 0.0,
        *,
        lots: list = (),
        client_ref: str = "",
    ):
        """Add a line to a draft invoice, with the taxes of the product at the place of supply.

        :param float price_unit: in rupees; by default the price of the product
        :param list lots: the serial numbers, or the lot, of a part that is sold without a job card
        :return: ``{line_id, amount_untaxed, amount_tax, amount_total}``
        """
        self.check_access("write")
        line = {"product_id": product_id, "name": name}
        line |= {"quantity": quantity, "price_unit": price_unit}
        line |= {"numbers": self._check_numbers(lots)}
        return self.env["fsm.client.ref"]._once_each(
            self, "fsm_add_line", client_ref, line, lambda move: move._add_line(**line)
        )

    def _check_numbers(self, lots):
        """Return serial or lot numbers as a line keeps them."""
        if not all(isinstance(name, str) and name.strip() for name in lots):
            raise UserError(self.env._("“lots” must be a list of serial or lot numbers."))
        return ", ".join(name.strip() for name in lots)

    def _add_line(self, product_id, name, quantity, price_unit, numbers=""):
        if self.state != "draft" or not self.is_sale_document():
            raise UserError(self.env._("Lines are added to a draft invoice alone."))
        products = self.env["product.product"]
        product = products.browse(check_id(self.env, product_id, "product_id")).exists()
        if not product or not product.has_access("read"):
            raise UserError(self.env._("“product_id” is no product of yours."))
        if quantity <= 0 or price_unit < 0:
            raise UserError(self.env._("Quantity and price are more than nothing."))
        before = self.invoice_line_ids
        values = {"product_id": product.id, "quantity": quantity}
        values |= {"name": name} if name.strip() else {}
        values |= {"price_unit": price_unit} if price_unit else {}
        values |= {"part_numbers": numbers} if numbers else {}
        self.write({"invoice_line_ids": [Command.create(values)]})
        return {"line_id": (self.invoice_line_ids - before).id, **self._gst_figures()}

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

    # === BUSINESS METHODS === #

    def _recompute_cash_rounding_lines(self):
        """Override of `account`: its accounts are those of the branch, not of who is logged in."""
        moves = self.with_company(self.company_id) if self.company_id else self
        return super(AccountMove, moves)._recompute_cash_rounding_lines()

    # === GETTERS === #

    def _fsm_figures(self):
        self.ensure_one()
        return {
            "invoice_id": self.id,
            "name": self.name or False,
            "state": self.state,
            **self._gst_figures(),
        }

    def _get_name_invoice_report(self):
        """Override of `l10n_in` to print sales as Rule 46 of the CGST Rules wants them."""
        if self.country_code == "IN" and self.is_sale_document():
            return "fsm_gst_billing.report_tax_document"
        return super()._get_name_invoice_report()
