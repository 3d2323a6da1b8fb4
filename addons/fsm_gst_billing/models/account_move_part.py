from odoo import fields, models

from ..gst import dates, tax
from ..gst.documents import Part
from ..gst.supply import splits
from .fsm_job_due import RUPEE


class AccountMove(models.Model):
    """What of an invoice was paid for before a rate changed, and what was not: CGST Act s.14."""

    _inherit = "account.move"

    # === BUSINESS METHODS === #

    def _parts(self):
        """Return how much of each product bears the rate from before its change.

        Where work and invoice are on different sides of the change each rupee follows its own
        payment; what is not paid yet is paid later. Only a part is listed, never all or nothing.

        :return: ``{product: gst.documents.Part}``
        """
        if not self.job_id or self.move_type != "out_invoice":
            return {}
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.product_id.gst_changed_on
        )
        found = {
            product: self._part(of_product)
            for product, of_product in lines.grouped("product_id").items()
        }
        return {product: part for product, part in found.items() if part}

    def _part(self, lines):
        """Return the part of the lines of one product; `None` if all of them bear one rate."""
        product, changed = lines.product_id, lines.product_id._gst_change()
        day = self._gst_day() or dates.document_date(fields.Datetime.now())
        if not changed or not splits(self.job_id._supplied_on() or day, day, changed):
            return None
        value = self._value_before_change()
        paid = self.job_id._paid_before(changed) - self.job_id._invoiced_beside(self)
        if not RUPEE < paid < value - RUPEE:
            return None
        before = product.gst_taxes_before_ids._filter_taxes_by_company(self.company_id)
        mapped = self.fiscal_position_id.map_tax(before)
        old = lines.filtered(lambda line: line.tax_ids == mapped)
        total = sum(lines.mapped("price_subtotal"))
        return Part(
            product.display_name,
            sum((before.children_tax_ids or before).mapped("amount")),
            changed,
            tax.paise(self.currency_id.round(total * paid / value)),
            tax.paise(sum(old.mapped("price_subtotal"))),
        )
