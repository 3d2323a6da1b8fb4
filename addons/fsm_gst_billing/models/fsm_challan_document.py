from odoo import models
from odoo.exceptions import AccessError

from ..gst.words import amount_in_words, indian_format


class FsmChallan(models.Model):
    """What a delivery challan says under GST: the letters of CGST Rule 55(1) beside what answers."""

    _inherit = "fsm.challan"

    def _print_challan(self):
        """Override of `fsm_jobs` to print what the law wants beside what the counter needs.

        :raise AccessError: if the paper says what parts have cost, to who does not see it
        """
        printed = super()._print_challan()
        challan_sudo = self.sudo()  # who prints the challan may read what is on it
        if challan_sudo.line_ids.product_id and not self._may_see_cost():
            raise AccessError(
                self.env._("The challan says what parts have cost: an accountant prints it.")
            )
        total = sum(challan_sudo.line_ids.mapped("value"))
        return printed | {
            "consignee": printed["consignee"] + challan_sudo._consignee_facts(),  # (iii)
            "facts": printed["facts"] + challan_sudo._gst_facts(),
            "goods": [line._printed() for line in challan_sudo.line_ids],  # (iv), (v), (vi)
            "total": indian_format(total) if total else "–",
            "words": amount_in_words(total) if total else "",
            "declaration": self.env._(
                "Issued under Rule 55 of the CGST Rules. The goods are not supplied: no tax is "
                "charged."
            ),  # (vii)
        }

    def _may_see_cost(self):
        return self.env.su or self.env.user.has_group("fsm_jobs.group_fsm_accountant")

    def _consignee_facts(self):
        """Return who the consignee is under GST; his GSTIN stands there already. In sudo."""
        state = self.partner_id.state_id
        facts = [
            self.env._("State %s", f"{state.l10n_in_tin}-{state.name}")
            if state.l10n_in_tin
            else "",
            "" if self.partner_id.vat else self.env._("Not registered under GST"),
        ]
        return [fact for fact in facts if fact]

    def _gst_facts(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        return [
            (self.env._("Consigner’s State"), self.company_id._gst_state()),  # (ii)
            (self.env._("Purpose"), purposes[self.purpose]),
            *self._transport_facts(),
        ]

    def _place_between_states(self):
        """Override of `fsm_jobs` to name the state as GST does: (viii)."""
        state = self.partner_id.state_id
        name = super()._place_between_states()
        return f"{state.l10n_in_tin}-{name}" if name and state.l10n_in_tin else name


class FsmChallanLine(models.Model):
    _inherit = "fsm.challan.line"

    def _printed(self):
        return {
            "hsn": self.hsn_code or "–",
            "unit": self.uqc or "",
            "value": indian_format(self.value) if self.value else "–",
        }
