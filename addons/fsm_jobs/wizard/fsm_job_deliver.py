from odoo import api, fields, models


class FsmJobDeliver(models.TransientModel):
    """The delivery gate at the counter: what comes back, and who takes it."""

    _name = "fsm.job.deliver"
    _description = "Deliver"
    _inherit = ["fsm.job.dialog"]

    partner_id = fields.Many2one(related="job_id.partner_id")
    device_id = fields.Many2one(related="job_id.device_id")
    accessories = fields.Char(compute="_compute_accessories")
    accessories_returned = fields.Boolean(string="All Accessories Given Back")
    otp = fields.Char(string="Delivery OTP", size=6)
    signature = fields.Binary()
    received_by = fields.Char(
        compute="_compute_received_by", store=True, readonly=False, string="Taken By"
    )
    reason = fields.Char(help="Of a manager, where the branch allows it.")

    # === COMPUTE METHODS === #

    @api.depends("job_id")
    def _compute_accessories(self):
        for dialog in self:
            dialog.accessories = ", ".join(dialog.job_id.accessory_ids.mapped("name"))

    @api.depends("job_id")
    def _compute_received_by(self):
        for dialog in self:
            dialog.received_by = dialog.job_id.partner_id.name

    # === ACTION METHODS === #

    def action_send_otp(self):
        answer = self.job_id.send_delivery_otp()
        self.env.user._bus_send(
            "simple_notification",
            {"message": self.env._("Code sent to %s.", answer["sent_to"]), "type": "success"},
        )
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_deliver(self):
        self.job_id.deliver(**self._deliver_arguments())
        return {"type": "ir.actions.act_window_close"}

    def _deliver_arguments(self):
        signature = self.signature
        return {
            "otp": self.otp or "",
            "signature": signature.decode() if signature else "",
            "received_by": self.received_by or "",
            "reason": self.reason or "",
            "accessories_returned": self.accessories_returned,
        }
