from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.fsm_jobs.lifecycle import REASON_MIN_LENGTH

from ..gst import dates, law
from ..gst.documents import Due
from .account_move_issued import may_manage


class AccountMove(models.Model):
    """Which rate the lines of a document have to bear, and what else is asked before it is issued."""

    _inherit = "account.move"

    gst_rate_reason = fields.Char(
        string="Why Another Rate",
        copy=False,
        audit=True,
        help="Why this supply bears another rate than its products: the notification, or who "
        "receives it. A manager says it; a change of rates (CGST Act s.14) leaves no choice.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_rate_reason(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_rate_reason([vals])
        return super().write(vals)

    @api.model
    def _check_rate_reason(self, vals_list):
        """Refuse a reason for another rate that is none, or is not a manager's."""
        for reason in filter(None, (vals.get("gst_rate_reason") for vals in vals_list)):
            if not may_manage(self.env):
                raise AccessError(self.env._("Only a manager says why a rate is another one."))
            if len(reason.strip()) < REASON_MIN_LENGTH:
                raise ValidationError(
                    self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
                )

    # === BUSINESS METHODS === #

    def _check_day_has_come(self):
        """Refuse a voucher of a day to come; of invoices `_gst_check` says it.

        :raise UserError: naming the day
        """
        today = dates.document_date(fields.Datetime.now())
        for move in self:
            if move.journal_id.fsm_voucher and move.date > today:
                raise UserError(
                    self.env._(
                        "A voucher of %s cannot be issued yet: give the payment today's date.",
                        move.date.strftime("%d-%b-%Y"),
                    )
                )

    def _before_issuing(self, document):
        """Return a row of the core with what has to be known until it is issued.

        :param gst.documents.Document document: of this draft, or of what is just being posted
        """
        job = self.job_id or self.claim_job_id
        # It warns alone: who is issuing is not held up by it, unless he is told.
        warns = self.state == "draft" or self._is_telling()
        dues = self._dues()
        return document._replace(
            lines=tuple(line._replace(due=dues.get(line.id)) for line in document.lines),
            issued_on=dates.document_date(fields.Datetime.now()),
            supplied_on=job._supplied_on() if warns else None,
            # On the invoice of a day no single supply is worth as much.
            is_addressed=self.partner_id._is_addressed() or bool(not job and self.small_sale_ids),
            known_gstin=self.partner_id.vat or "",
            is_abroad=self._is_abroad(),
            rate_reason=self.gst_rate_reason or "",
            place_due=self._place_by_law() if self._is_placed_here() else (),
            parts=tuple(self._parts().values()),
            foreign_currency=self._foreign_currency(),
            payer_state=self.partner_id._gst_payer_state(),
            later=self._later_number() if warns else (),
        )

    def _foreign_currency(self):
        """Return the ISO code of a currency that is not the branch's own, or nothing.

        A note is in the currency of its invoice, which may be from before rupees were asked for.
        """
        corrected = self.reversed_entry_id or self.debit_origin_id
        own = self.currency_id in self.company_id.currency_id | corrected.currency_id
        return "" if own else self.currency_id.name

    def _dues(self):
        """Return ``{id of a line: gst.documents.Due}`` of lines with other taxes than they should."""
        wanted = {}
        for line in self._credit_lines():
            taxes, due = self._due_taxes(line)
            if due and taxes != line.tax_ids:
                wanted[line.id] = (taxes, due)
        for product, part in self._parts().items() if wanted else []:
            if part.found <= part.due + law.RUPEE:  # as much as was paid for bears the old rate
                of_part = self.invoice_line_ids.filtered(
                    lambda line, product=product: line.product_id == product
                )
                wanted = {id_: due for id_, due in wanted.items() if id_ not in of_part.ids}
        if not wanted:
            return {}
        ids = {tax_id for taxes, _due in wanted.values() for tax_id in taxes.ids}
        known = self.env["fsm.gst.return"].sudo()._taxes(ids)  # its reader; a rate is no secret
        return {
            line_id: due._replace(
                rate=sum(
                    known[tax_id]["rate"]
                    for tax_id in taxes.ids
                    if known[tax_id]["nature"] == "taxable"
                )
            )
            for line_id, (taxes, due) in wanted.items()
        }

    def _due_taxes(self, line):
        """Return the taxes that a line should have, and where they come from.

        :return: ``(account.tax, Due)``; no `Due` if nobody knows
        """
        if original := self.reversed_entry_id or self.debit_origin_id:
            twins = line.credited_line_id or original._credit_lines().filtered(
                lambda twin: twin.product_id == line.product_id
            )
            rates = {twin.tax_ids for twin in twins}
            return (rates.pop(), Due(0, "note")) if len(rates) == 1 else (line.tax_ids, None)
        if not line.product_id:
            return line.tax_ids, None
        events = self._gst_events(line.product_id)
        taxes = line.product_id._gst_taxes(self.company_id, events)
        if taxes == line.tax_ids:  # mostly, and whatever the position maps them to has their rate
            return taxes, None
        return self.fiscal_position_id.map_tax(taxes), line.product_id._gst_due(events)

    def _gst_events(self, product):
        """Return the days of work, invoice and payment: CGST Act s.14.

        They are looked up for a product whose rate has changed; what has not happened counts as
        happening with the invoice.
        """
        day = self._gst_day() or dates.document_date(fields.Datetime.now())
        if not product.gst_changed_on:
            return (day,) * 3
        if self.claim_job_id:  # what its customer has paid is not what the maker pays
            return self.claim_job_id._supplied_on() or day, day, day
        return self.job_id._gst_events(self._value_before_change(), day, self)

    def _value_before_change(self):
        """Return what this comes to with the tax of before the rates of its products changed."""
        return sum(
            line.product_id._with_tax_before(
                self.company_id,
                line.quantity * line.price_unit * (1 - line.discount / 100),
                line.price_includes_gst,
            )
            for line in self.invoice_line_ids
            if line.display_type == "product"
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_computed_taxes(self):
        """Override of `account`: before its rate changed, a product had another tax."""
        taxes = super()._get_computed_taxes()
        product, move = self.product_id, self.move_id
        if not (taxes and product.gst_changed_on and move._is_gst_document()):
            return taxes
        taxes = product._gst_taxes(move.company_id, move._gst_events(product))
        return move.fiscal_position_id.map_tax(taxes)
