from markupsafe import Markup

from odoo import api, fields, models

from ..blockers import without
from ..models.fsm_job_document import PAPERS

ANSWERED_HERE = {"accessories", "proof"}  # keys of blockers


class FsmJobDeliver(models.TransientModel):
    """The delivery gate at the counter: what is missing, what goes back, and who takes it.

    It shows all that is missing before anybody presses Deliver; the verb decides.
    """

    _name = "fsm.job.deliver"
    _description = "Deliver"
    _inherit = ["fsm.job.dialog"]

    partner_id = fields.Many2one(related="job_id.partner_id")
    device_id = fields.Many2one(related="job_id.device_id")
    settled = fields.Html(compute="_compute_gate")
    missing = fields.Html(compute="_compute_gate")

    # What goes back
    has_accessories = fields.Boolean(compute="_compute_has_accessories")
    returned_ids = fields.Many2many(
        string="Accessories",
        comodel_name="fsm.job.accessory",
        compute="_compute_returned_ids",
        store=True,
        readonly=False,
    )
    accessories_returned = fields.Boolean(string="All Given Back")

    # Who takes it
    otp = fields.Char(string="Delivery OTP", size=6)
    otp_sent_to = fields.Char(readonly=True)
    signature = fields.Binary()
    received_by = fields.Char(
        compute="_compute_received_by", store=True, readonly=False, string="Taken By"
    )
    allow_reason = fields.Boolean(related="job_id.branch_id.allow_delivery_by_reason")
    reason = fields.Char(string="or Reason", help="Of a manager, where the branch allows it.")
    print_gate_pass = fields.Boolean(default=True)

    # === COMPUTE METHODS === #

    @api.depends("job_id")
    def _compute_has_accessories(self):
        for dialog in self:
            dialog.has_accessories = bool(dialog.job_id.accessory_ids)

    @api.depends("job_id")
    def _compute_returned_ids(self):
        for dialog in self:
            dialog.returned_ids = dialog.job_id.accessory_ids.filtered("returned")

    @api.depends("job_id")
    def _compute_received_by(self):
        for dialog in self:
            dialog.received_by = dialog.job_id.partner_id.name

    @api.depends(
        "job_id",
        "accessories_returned",
        "returned_ids",
        "otp",
        "signature",
        "received_by",
        "reason",
    )
    def _compute_gate(self):
        for dialog in self:
            dialog.settled = bullets(dialog.job_id._delivery_settled(), "fa-check text-success")
            dialog.missing = bullets(dialog._missing(), "fa-times text-danger")

    def _missing(self):
        """Return the sentences of all that is still missing, as this dialog is filled in.

        :rtype: list[str]
        """
        job = self.job_id._origin
        missing = without(job._blockers("delivered"), ANSWERED_HERE)
        if left := job.accessory_ids - self._given_back():
            missing.append(job._blocker_accessories(left))
        if not (self.otp or (self.signature and self.received_by) or self.reason):
            missing.append(job._blocker_proof())
        return missing

    def _given_back(self):
        """Return what is ticked; a click that comes before the answer of the tick counts too."""
        everything = self.job_id._origin.accessory_ids
        return everything if self.accessories_returned else self.returned_ids._origin

    # === ONCHANGE METHODS === #

    @api.onchange("accessories_returned")
    def _onchange_accessories_returned(self):
        if self.accessories_returned:  # taken back, the ticks below stay: each can be taken back
            self.returned_ids = self.job_id.accessory_ids

    @api.onchange("returned_ids")
    def _onchange_returned_ids(self):
        self.accessories_returned = self.returned_ids._origin == self.job_id._origin.accessory_ids

    # === ACTION METHODS === #

    def action_send_otp(self):
        self.otp_sent_to = self.job_id.send_delivery_otp()["sent_to"]
        return self._tell(self.env._("Code sent to %s.", self.otp_sent_to))

    def action_deliver(self):
        job = self.job_id
        if job.state != "delivered":
            given_back = self._given_back()
            (job.accessory_ids - given_back).returned = False
            given_back.returned = True
        job.deliver(**self._deliver_arguments())
        self.otp = False  # it opened; nobody has to find it here
        if not self.print_gate_pass:
            return {"type": "ir.actions.act_window_close"}
        gate_pass = self.env.ref(PAPERS["delivered"]).report_action(job, config=False)
        return gate_pass | {"close_on_report_download": True}

    def _deliver_arguments(self):
        signature = self.signature
        return {
            "otp": self.otp or "",
            "signature": signature.decode() if signature else "",
            "received_by": self.received_by or "",
            "reason": self.reason or "",
        }


def bullets(sentences, icon):
    """Return `sentences` as a list with an icon before each, or nothing.

    :rtype: markupsafe.Markup | bool
    """
    item = Markup('<li class="d-flex gap-2"><i class="fa fa-fw mt-1 {}"></i><span>{}</span></li>')
    rows = Markup("").join(item.format(icon, sentence) for sentence in sentences)
    return rows and Markup('<ul class="list-unstyled mb-0">{}</ul>').format(rows)
