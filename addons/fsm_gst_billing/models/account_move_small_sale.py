from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..gst import dates, law, tax

CONSUMERS = (False, "consumer", "unregistered")


class AccountMove(models.Model):
    """The consolidated invoice of the small sales of a day: CGST Rule 46, fourth proviso."""

    _inherit = "account.move"

    small_sale_ids = fields.One2many(
        string="Small Sales",
        comodel_name="fsm.small.sale",
        inverse_name="invoice_id",
        readonly=True,
    )

    # === BUSINESS METHODS === #

    def _may_be_small_sale(self, total):
        """Tell whether this draft of a sale needs no invoice of its own, where none is asked for.

        Of somebody with an address in another state it says where it is supplied.

        :param float total: with tax and rounding, in rupees
        """
        company, customer = self.company_id, self.partner_id
        branch = company.fsm_branch_ids
        today = dates.document_date(fields.Datetime.now())
        registered = customer.vat or customer.commercial_partner_id.vat
        return (
            branch.consolidates_small_sales
            and bool(company.vat)
            and law.is_small_sale(tax.paise(total), today)
            and not registered
            and self.l10n_in_gst_treatment in CONSUMERS
            and self.l10n_in_state_id == company.state_id
            and not customer.with_company(company).property_account_position_id
        )

    def _small_sale_values(self):
        """Return what a small sale keeps of this draft: its lines, its tax, what is to be paid."""
        lines = self._credit_lines()
        value = self.currency_id.round(sum(lines.mapped("price_total")))
        return {
            "amount_total": self.amount_total,
            "rounding": self.currency_id.round(self.amount_total - value),
            "line_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "name": line.name or line.product_id.display_name,
                        "part_numbers": line.part_numbers,
                        "hsn_code": line.l10n_in_hsn_code,
                        "quantity": line.quantity,
                        "product_uom_id": line.product_uom_id.id,
                        "price_unit": line.price_unit,
                        "price_includes_gst": line.price_includes_gst,
                        "tax_ids": [Command.set(line.tax_ids.ids)],
                        "price_total": line.price_total,
                    }
                )
                for line in lines
            ],
        }

    def _check_may_cancel(self):
        """Override: the sales of a day have happened, and stand on no other invoice."""
        if self.small_sale_ids:
            raise UserError(
                self.env._("%s is of many sales that were paid: credit what comes back.", self.name)
            )
        return super()._check_may_cancel()

    def _document_declaration(self, kinds):
        """Override to say of the invoice of a day what it is."""
        declared = super()._document_declaration(kinds)
        if not self.small_sale_ids:
            return declared
        kind = "Consolidated invoice of supplies below ₹200 each: Rule 46, fourth proviso"
        return ". ".join(filter(None, (declared, kind)))
