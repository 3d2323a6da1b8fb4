from odoo import models
from odoo.tools import SQL


class FsmGstReturn(models.Model):
    _inherit = "fsm.gst.return"

    def _irn(self):
        """Override of `fsm_gst_billing`: the IRN of a document, unless it was cancelled."""
        return SQL("CASE WHEN m.irn_cancelled_at IS NULL THEN m.irn END")
