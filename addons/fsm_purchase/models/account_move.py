from odoo import models

from .fsm_supplier_claim import CREDITABLE_STATES


class AccountMove(models.Model):
    """A supplier's credit note settles the claims it was drafted for."""

    _inherit = "account.move"

    # === ACTION METHODS === #

    def button_draft(self):
        """Override: what is not posted settles nothing."""
        res = super().button_draft()
        self._fsm_claims(["credited"])._pend_again()
        return res

    def button_cancel(self):
        """Override: what is cancelled settles nothing."""
        res = super().button_cancel()
        self._fsm_claims(["credited"])._pend_again()
        return res

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override: credit the claims."""
        posted = super()._post(soft)
        posted._fsm_claims(CREDITABLE_STATES)._follow_note()
        return posted

    def _fsm_claims(self, states):
        """Return the supplier claims on these credit notes, in sudo."""
        claims_sudo = self.env["fsm.supplier.claim"].sudo()  # they follow, whoever posts
        notes = self.filtered(lambda move: move.move_type == "in_refund")
        if not notes:
            return claims_sudo
        return claims_sudo.search([("credit_note_id", "in", notes.ids), ("state", "in", states)])

    def _fsm_left_to_claim(self):
        """Return how many rupees before tax of this credit note settle no claim yet."""
        settled = self._fsm_claims(["credited"]).mapped("amount_credited")
        return abs(self.sudo().amount_untaxed_signed) - sum(settled)  # of the claimer's own branch
