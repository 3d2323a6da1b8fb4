from typing import NamedTuple

from odoo import api, models

from ..gst import law, tax
from ..gst.documents import UNTAXED
from ..gst.states import OTHER_COUNTRY
from ..gst.tables import SEZ
from .fsm_gst_advance import HEADS


class ExpectedSupply(NamedTuple):
    """What an advance is for, as far as it decides about its tax."""

    place: object  # res.country.state; empty if nobody knows it
    inter: bool
    rate: float  # percent; 0 if it bears no tax
    zero_rated: bool = False  # export or SEZ: IGST Act s.16
    included: bool = True  # the customer pays the tax; of an export and to SEZ he may not


class FsmGstAdvance(models.Model):
    """Which tax an advance bears: that of the supply it is for, Rule 50.

    What is estimated on a job card says it. A rate that is not known is 18 percent, a place that is
    not known is in another state: Rule 50, provisos.
    """

    _inherit = "fsm.gst.advance"

    # === BUSINESS METHODS === #

    @api.model
    def _supply_of_job(self, job):
        """Return what an advance for a job card is for; called in sudo.

        Where the lines bear several rates nobody knows yet which of them he paid for: the highest.

        :rtype: ExpectedSupply
        """
        move = job.env["account.move"].new(job._invoice_header())
        lines = job.with_company(job.company_id)._with_taxes(
            job._estimate_lines(), move.fiscal_position_id
        )
        taxes = [taxes for line, _product, taxes in lines if line["quantity"] * line["price_unit"]]
        return self._expected(move, taxes)

    @api.model
    def _supply_to(self, company, partner, place):
        """Return what an advance that no job card explains is for; called in sudo.

        :param place: `res.country.state`, empty if it is not known
        :rtype: ExpectedSupply
        """
        elsewhere = self.env.ref("l10n_in.state_in_ot")
        values = {"move_type": "out_invoice", "company_id": company.id, "partner_id": partner.id}
        move = self.env["account.move"].new(
            {
                **values,
                "l10n_in_state_id": (place or elsewhere).id,
                "partner_shipping_id": partner.id,
            }
        )
        return self._expected(move, [])._replace(place=place)

    @api.model
    def _expected(self, move, taxes):
        """Return what an invoice like `move` supplies.

        :param list taxes: those of each line that costs something, as the invoice would bear them
        """
        place, zone = move.l10n_in_state_id, move.l10n_in_gst_treatment == SEZ
        position = move.fiscal_position_id
        default = position.map_tax(move.company_id.account_sale_tax_id)
        rate = max(map(self._rate_of, taxes), default=law.UNKNOWN_ADVANCE_RATE)
        leaves = max(taxes, key=self._rate_of, default=default).flatten_taxes_hierarchy()
        return ExpectedSupply(
            place,
            inter=zone or place != move.company_id.state_id,
            rate=0.0 if any(leaves.mapped("l10n_in_is_lut")) else rate,
            zero_rated=zone or place.l10n_in_tin == OTHER_COUNTRY,
            included=not leaves or self._adds_to_price(leaves),
        )

    @api.model
    def _adds_to_price(self, taxes):
        """Tell whether who buys pays these taxes, whatever the price on the tag includes."""
        bare = taxes.compute_all(100.0, handle_price_include=False)
        return bare["total_included"] > bare["total_excluded"]

    @api.model
    def _rate_of(self, taxes):
        """Return percent of IGST, or of CGST and SGST together; 0 of what bears no tax."""
        leaves = taxes.flatten_taxes_hierarchy()
        if set(UNTAXED) & set((taxes | leaves).mapped("l10n_in_tax_type")):
            return 0.0
        heads = leaves.filtered(lambda leaf: leaf.l10n_in_gst_tax_type in HEADS)
        return sum(heads.mapped("amount"))

    @api.model
    def _tax_of(self, amount, supply):
        """Return the tax on an advance of `amount` rupees.

        :rtype: gst.tax.LineTax
        """
        return tax.line_tax(
            str(amount), rate=supply.rate, inter=supply.inter, inclusive=supply.included
        )

    def _includes_tax(self):
        """Tell whether what was paid includes the tax on it; of an export it may not."""
        taxes = sum(tax.paise(self[head]) for head in HEADS)
        return tax.paise(self.taxable) + taxes == tax.paise(self.amount)
