from odoo import fields, models

from .fsm_gst_once import GATE


class AccountMove(models.Model):
    """Who supplied whom, as it was on the day: CGST Rules 46(a), (d), (e) and 56(1).

    A customer who moves has lived somewhere else when he was invoiced. What was printed then is
    kept on the document, under the same lock as its number, and printed ever after.
    """

    _inherit = "account.move"

    gst_parties = fields.Json(
        string="As It Was Printed",
        readonly=True,
        copy=False,
        help="Supplier, recipient, delivery and the reason of the place of supply when issued.",
    )

    # === BUSINESS METHODS === #

    def _keep_parties(self):
        """Write down, on documents that are just being issued, who they are from and to."""
        # What is printed changes no amount: neither are lines made anew, nor is their sum asked.
        quiet = {"skip_invoice_sync": True, "check_move_validity": False}
        for move in self.with_context(fsm_billing_gate=GATE, **quiet):
            move.gst_parties = move._parties_now()

    def _parties(self):
        """Return who this document is from and to: as it was issued, or as of now.

        :return: ``{supplier, recipient, delivery, not_e_invoiced, place}``: the first two dicts, as
            they are printed, the third a list of lines, the rest sentences
        """
        issued = self.gst_parties if self.state != "draft" else None
        return issued or self._parties_now()

    def _parties_now(self):
        return {
            "supplier": self._document_supplier(),  # (a)
            "recipient": self._document_recipient(),  # (d), (e)
            "delivery": self._document_delivery(),  # (o)
            "not_e_invoiced": self._not_e_invoiced() if self.is_sale_document() else "",  # (s)
            "place": self._place_reason() if self._is_placed_here() else "",
        }
