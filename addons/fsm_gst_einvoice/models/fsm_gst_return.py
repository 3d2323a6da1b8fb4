from odoo import models
from odoo.tools import SQL

from odoo.addons.fsm_gst_billing.gst.eway import E_WAY_BILL_ABOVE


class FsmGstReturn(models.Model):
    _inherit = "fsm.gst.return"

    def _irn(self):
        """Override of `fsm_gst_billing`: the IRN of a document, unless it was cancelled."""
        return SQL("CASE WHEN m.irn_cancelled_at IS NULL THEN m.irn END")

    def _findings(self, rows, gstr1, gstr3b):
        """Override of `fsm_gst_billing` to list the invoices whose goods left without their bill."""
        found = super()._findings(rows, gstr1, gstr3b)
        least = E_WAY_BILL_ABOVE.on(self.first_day)
        ids = [
            document.id
            for document in rows["documents"]
            if document.kind == "invoice" and not document.amends and _goods_of(document) > least
        ]
        moves_sudo = self.env["account.move"].sudo().browse(ids)  # who may see the return
        return found + [
            self._own_finding(row["severity"], row["rule"], row["text"])
            | {"model": "account.move", "id": move.id}
            for move in moves_sudo
            for row in move._check_eway()
        ]


def _goods_of(document):
    """Return what the goods of a document are worth with tax, in paise; a service has no unit."""
    return sum(line.total for line in document.lines if line.uqc)
