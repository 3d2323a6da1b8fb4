from odoo import api, fields, models

from .. import issued
from .fsm_gst_once import GATE


class FsmGstCancellation(models.Model):
    """Why a document that was issued does not count: written once, by the cancelling itself.

    The number is used up; Table 13 of GSTR-1 counts it as cancelled.
    """

    _name = "fsm.gst.cancellation"
    _inherit = ["fsm.gst.once.mixin"]
    _description = "Cancellation of a Document"
    _order = "id desc"
    _rec_name = "number_id"
    _log_access = False
    _audit_class = "books"

    number_id = fields.Many2one(
        comodel_name="fsm.gst.number",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    move_id = fields.Many2one(
        string="Document",
        comodel_name="account.move",
        readonly=True,
        ondelete="restrict",
        help="Empty for a challan and a payment voucher.",
    )
    company_id = fields.Many2one(
        string="Branch", comodel_name="res.company", required=True, readonly=True, index=True
    )
    reason = fields.Char(required=True, readonly=True, audit=True)
    cancelled_at = fields.Datetime(string="Cancelled On", required=True, readonly=True)
    user_id = fields.Many2one(
        string="Cancelled By", comodel_name="res.users", required=True, readonly=True
    )
    # PostgreSQL's own number, set by a trigger: a reason opens no later transaction.
    transaction = fields.Char(readonly=True)

    _move_uniq = models.UniqueIndex("(move_id)", "A document is cancelled once.")
    _number_uniq = models.UniqueIndex("(number_id)", "A number is cancelled once.")

    # === CRUD METHODS === #

    def init(self):
        super().init()
        issued.lock(self.env.cr)

    def _said_of_a_hand(self):
        return self.env._("The reason is given when a document is cancelled.")

    def _said_of_a_change(self):
        return self.env._("The reason of a cancellation stays as it is.")

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, documents, reason):
        """Write down why documents are cancelled, by this transaction.

        :param documents: of `account.move`, `fsm.challan` or `fsm.gst.payment.voucher`
        :param str reason: in words that an auditor understands
        """
        reasons_sudo = self.with_context(fsm_billing_gate=GATE).sudo()  # who cancels, says why
        reasons_sudo.create(
            [
                {
                    "number_id": document.gst_number_ids.id,
                    "move_id": document.gst_number_ids.move_id.id,
                    "company_id": document.company_id.id,
                    "reason": reason,
                    "cancelled_at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                }
                for document in documents
            ]
        )
        self.env.flush_all()
