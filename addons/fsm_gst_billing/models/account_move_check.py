from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import get_translation

from odoo.addons.fsm_jobs.verbs import verb

from ..gst import checks, dates, law, numbers, periods
from ..gst.checks import NEED_GSTIN
from .account_move_issued import may_manage

# Of a draft nothing is said about the number it does not have yet.
RULE_OF_NUMBERS = "CGST Rule 46(b)"


class AccountMove(models.Model):
    """What an inspector would find in a document, said before the customer has it.

    The same checks as of the return (`gst/checks.py`): an error is not issued, a warning is.
    """

    _inherit = "account.move"

    gst_findings = fields.Html(
        string="To Mend",
        compute="_compute_gst_findings",
        compute_sudo=False,
        sanitize=False,
        help="What forbids to issue this document, or should be known before.",
    )

    # === COMPUTE METHODS === #

    def _compute_gst_findings(self):
        for move in self:
            draft = move._origin.state == "draft" and move._origin._is_gst_document()
            findings = move._origin._gst_check() if draft else []
            move.gst_findings = self._findings_html(findings)

    # === BUSINESS METHODS === #

    @verb
    def fsm_check(self):
        """Look for what forbids to issue a document, or should be known before.

        :return: ``{ok, findings: [{severity, rule, text}]}``; `ok` without an error
        """
        self.check_access("read")
        answers = []
        for move in self:
            found = move._gst_check()
            ok = not any(finding["severity"] == "error" for finding in found)
            answers.append({"ok": ok, "findings": found})
        return answers

    def _check_before_issuing(self):
        """Refuse to issue what the law forbids.

        :raise UserError: with all errors of the first document that has one
        """
        self._check_day_has_come()
        for move in self.filtered(lambda move: move.is_sale_document()):
            move._check_financial_year()
            move._check_no_errors(move._gst_check(issuing=True))

    @api.model
    def _check_no_errors(self, found):
        """Refuse what was found to be forbidden: rows of `_gst_check`."""
        errors = [finding for finding in found if finding["severity"] == "error"]
        if errors:
            raise UserError(
                "\n".join(f"{finding['text']} ({finding['rule']})" for finding in errors)
            )

    def _check_financial_year(self):
        """Refuse, but to a manager, a document of a financial year that is over: its series is closed.

        A month that is filed takes none from anybody.
        """
        today = dates.document_date(fields.Datetime.now())
        year = dates.financial_year(self.invoice_date)
        if self.invoice_date < today and year != dates.financial_year(today):
            if not may_manage(self.env):
                raise UserError(
                    self.env._(
                        "%(document)s has a day of the year %(year)s, which is over: only a manager "
                        "issues it, or give it today's date.",
                        document=self.partner_id.display_name,
                        year=year,
                    )
                )

    def _gst_check(self, *, issuing=False):
        """Return what is found in one document: ``[{severity, rule, text}]``.

        :param bool issuing: it is being posted, and has its number already
        """
        self.ensure_one()
        company = self.company_id
        if not self.is_sale_document():
            return []
        draft = self.state == "draft"
        # Taxes in whole rupees are booked anew as they are posted, and looked at then.
        books = self._check_books() if draft and not self._has_whole_taxes() else []
        if self.fsm_financial:
            return books
        untaxed = self._of_untaxed_branch()
        if not (company.vat or untaxed):
            return books
        self.env.flush_all()
        return_sudo = self.env["fsm.gst.return"].sudo()  # its reader; the clerk reads no returns
        rows = return_sudo._documents_where(SQL("m.id = %s", self.id))
        day = self.invoice_date or dates.document_date(fields.Datetime.now())
        name = self.name or self.env._("The draft")
        supplier = company._gst_supplier(company.vat or "", periods.period_of(day))
        documents = [row._replace(date=day, number=name) for row in rows]
        if self.state == "draft" and self.l10n_in_gst_treatment in NEED_GSTIN:
            # Posting takes it over from the customer.
            number = self.partner_id.vat or ""
            documents = [document._replace(gstin=number) for document in documents]
        if draft and self._has_whole_taxes():
            # What of them falls on each line is kept when it is issued.
            documents = [document._replace(drift=2 * law.RUPEE) for document in documents]
        if draft or issuing:
            documents = [self._before_issuing(document) for document in documents]
        found = [
            self._finding_row(finding)
            for finding in checks.check(
                supplier, documents, before=draft or issuing, untaxed=untaxed
            )
            if not draft or finding.rule != RULE_OF_NUMBERS
        ]
        if untaxed:
            return self._check_no_tax() + books + found
        found = books + found
        if draft:
            found += self._check_month_of(company, day)
        return found + self._check_series_left()

    @api.model
    def _findings_html(self, findings):
        """Return findings as a list, what forbids to issue the document first."""
        label = {"error": self.env._("To mend:"), "warning": self.env._("To know:")}
        icon = {"error": "fa-times-circle text-danger", "warning": "fa-info-circle text-info"}
        items = Markup().join(
            Markup(
                '<li class="d-flex gap-2 mb-1"><i class="fa %s mt-1" aria-hidden="true"></i>'
                "<span><strong>%s</strong> %s <small>(%s)</small></span></li>"
            )
            % (icon[row["severity"]], label[row["severity"]], row["text"], row["rule"])
            for row in sorted(findings, key=lambda row: row["severity"])
        )
        return items and Markup('<ul class="list-unstyled mb-0">%s</ul>') % items

    def _finding_row(self, finding):
        return {
            "severity": finding.severity,
            "rule": finding.rule,
            "text": self._finding_text(finding),
        }

    @api.model
    def _check_month_of(self, company, day):
        """Say that a month is declared already: nothing more is issued in it."""
        returns_sudo = self.env["fsm.gst.return"].sudo()  # holds for who sees no returns as well
        month = [
            ("organization_id", "=", company.root_id.id),
            ("gstin", "=", company.vat),
            ("period", "=", periods.period_of(day)),
        ]
        if not returns_sudo.search_count([*month, ("state", "!=", "draft")], limit=1):
            return []
        text = self.env._(
            "%(month)s of %(gstin)s is locked: give the document a day of an open month.",
            month=f"{periods.MONTHS[day.month - 1]} {day.year}",
            gstin=company.vat,
        )
        return [{"severity": "error", "rule": "CGST Act s.37(3)", "text": text}]

    def _finding_text(self, finding):
        lang = self.env.lang or "en_US"
        return get_translation("fsm_gst_billing", lang, finding.template, finding.values)

    def _of_untaxed_branch(self):
        """Tell whether the document is of a branch that may charge no tax."""
        company = self.company_id
        branch_sudo = company.sudo().fsm_branch_ids  # a fact, whoever may read branches
        return bool(branch_sudo) and not company._charges_gst()

    def _check_no_tax(self):
        """Say that tax is charged by who may not: CGST Act, s.10(4) and s.32(1)."""
        if self.currency_id.is_zero(self.amount_tax):
            return []
        text = self.env._(
            "%s is not registered under GST, or is under composition: it charges no tax. Take the "
            "taxes off the lines.",
            self.company_id.name,
        )
        return [{"severity": "error", "rule": "CGST Act s.10(4), s.32", "text": text}]

    def _check_series_left(self):
        """Warn when a series comes to its end: after 99,999 its numbers do not fit any more."""
        if self.state == "draft" or not numbers.is_nearly_full(self.sequence_number):
            return []
        text = self.env._(
            "Series %s comes to its end this year: open another one for the branch.",
            self.sequence_prefix,
        )
        return [{"severity": "warning", "rule": RULE_OF_NUMBERS, "text": text}]
