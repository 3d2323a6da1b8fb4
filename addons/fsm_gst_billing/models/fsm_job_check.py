from odoo import fields, models

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import checks, dates, periods, tax
from ..gst.checks import NEED_GSTIN
from ..gst.checks_draft import gstin_is_of_the_state
from ..gst.documents import UNTAXED, Document, Line
from .account_move_check import RULE_OF_NUMBERS

# While it can still be mended without a credit note.
STATES = ("diagnosis", "estimate")


class FsmJob(models.Model):
    """What an inspector would find in the invoice, said while it still is an estimate.

    The same checks as of the invoice and of the return (`gst/checks.py`). What would make the price
    wrong is not shared with the customer; all else is said, and refused when the invoice is issued.
    """

    _inherit = "fsm.job"

    gst_findings = fields.Html(
        string="To Mend",
        compute="_compute_gst_findings",
        sanitize=False,
        help="What would forbid to issue the invoice, or should be known before.",
    )

    # === COMPUTE METHODS === #

    def _compute_gst_findings(self):
        moves_sudo = self.env["account.move"].sudo()  # a list of sentences
        for job in self:
            card = job._origin
            found = card._gst_check() if card.state in STATES and card.line_ids else []
            job.gst_findings = moves_sudo._findings_html(found)

    # === BUSINESS METHODS === #

    @verb
    def gst_check(self):
        """Look for what would forbid to invoice the estimate, or should be known before.

        :return: ``{ok, findings: [{severity, rule, text}]}``; `ok` without an error
        """
        self.check_access("read")
        answers = []
        for job in self:
            found = job._gst_check()
            ok = not any(row["severity"] == "error" for row in found)
            answers.append({"ok": ok, "findings": found})
        return answers

    def _check_to_issue(self):
        """Return what is found in the invoice that would be issued now; nothing once it is."""
        self.ensure_one()
        invoice_sudo = self._open_invoice()
        if invoice_sudo:
            return invoice_sudo._gst_check() if invoice_sudo.state == "draft" else []
        lines = self._billable_lines()
        billed = any(line["quantity"] * line["price_unit"] for line in lines)
        return self._gst_check(lines) if billed else []

    def _blockers(self, target):
        blockers = super()._blockers(target)
        if target == "estimate":
            blockers += [self._finding_text(row) for row in self._check_customer()]
        return blockers

    def _check_customer(self):
        """Return what is wrong with who he says he is: it decides about the price he is told."""
        partner_sudo = self.partner_id.sudo()  # his registration is a fact for all who estimate
        document = Document(
            self.id,
            self.name,
            dates.document_date(fields.Datetime.now()),
            "invoice",
            "",
            0,
            (),
            gstin=partner_sudo.vat or "",
            treatment=partner_sudo.l10n_in_gst_treatment or "consumer",
            payer_state=partner_sudo._gst_payer_state(),
        )
        found = []
        if document.treatment in NEED_GSTIN:
            found += checks.customer_is_registered(None, document)
            found += gstin_is_of_the_state(None, document)
        moves_sudo = self.env["account.move"].sudo()  # the sentences are for all who estimate
        return [moves_sudo._finding_row(finding) for finding in found]

    def _finding_text(self, row):
        return f"{row['text']} ({row['rule']})"

    def _gst_check(self, lines=None):
        """Return what is found in what is estimated: ``[{severity, rule, text}]``.

        :param list lines: what would be invoiced instead, as `_billable_lines` returns it
        """
        self.ensure_one()
        company_sudo = self.company_id.sudo()  # its registration is a fact for all who estimate
        if not company_sudo.chart_template:
            return []
        untaxed = not company_sudo._charges_gst()
        document = self._estimate_document(lines or self._estimate_lines())
        period = periods.period_of(document.date)
        supplier = company_sudo._gst_supplier(company_sudo.vat or "", period)
        moves_sudo = self.env["account.move"].sudo()  # the sentences are for all who estimate
        found = [
            moves_sudo._finding_row(finding)
            for finding in checks.check(supplier, [document], before=True, untaxed=untaxed)
            if finding.rule != RULE_OF_NUMBERS
        ]
        return found if untaxed else found + moves_sudo._check_month_of(company_sudo, document.date)

    def _estimate_document(self, lines):
        """Return the invoice that the estimate would become today."""
        job_sudo = self.sudo().with_company(self.company_id)  # taxes are not for everybody to read
        move_sudo = job_sudo.env["account.move"].new(job_sudo._invoice_header())
        treatment = move_sudo.l10n_in_gst_treatment or "consumer"
        partner_sudo = move_sudo.partner_id
        position = move_sudo.fiscal_position_id
        today = dates.document_date(fields.Datetime.now())
        taxed = [
            row
            for row in job_sudo._with_taxes(lines, position)
            if row[0]["quantity"] * row[0]["price_unit"]  # the rest is a note on the invoice
        ]
        rows = tuple(job_sudo._estimate_line(*row) for row in taxed)
        works = any(product.type == "service" for _line, product, _taxes in taxed)
        return Document(
            self.id,
            self.name,
            today,
            "invoice",
            move_sudo.l10n_in_state_id.l10n_in_tin or "",
            sum(row.total for row in rows),
            rows,
            gstin=(partner_sudo.vat or "") if treatment in NEED_GSTIN else "",
            treatment=treatment,
            customer=partner_sudo.name or "",
            issued_on=today,
            is_addressed=partner_sudo._is_addressed(),
            known_gstin=partner_sudo.vat or "",
            supplied_on=job_sudo._supplied_on() if works else None,
            is_abroad=move_sudo._is_abroad(),
            payer_state=partner_sudo._gst_payer_state(),
        )

    def _estimate_line(self, line, product, taxes):
        """Return a line of the core, taxed as the invoice would tax it."""
        leaves = taxes.flatten_taxes_hierarchy()
        natures = [leaf.l10n_in_tax_type for leaf in leaves if leaf.l10n_in_tax_type in UNTAXED]
        heads = leaves.filtered(lambda leaf: leaf.l10n_in_gst_tax_type in ("igst", "cgst", "sgst"))
        rate = sum(heads.mapped("amount"))
        figures = tax.line_tax(
            str(line["price_unit"]),
            str(line["quantity"]),
            rate=rate,
            inter="igst" in heads.mapped("l10n_in_gst_tax_type"),
            inclusive=line["price_includes_gst"] or any(heads.mapped("price_include")),
        )
        return Line(
            product.l10n_in_hsn_code or "",
            line["name"] or product.display_name or "",
            rate,
            *figures,
            quantity=line["quantity"],
            nature=natures[0] if natures else "taxable",
        )
