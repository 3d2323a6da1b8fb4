from odoo import fields, models


class FsmDevice(models.Model):
    _inherit = "fsm.device"

    warranty_ids = fields.One2many(
        string="Our Warranties",
        comodel_name="fsm.warranty",
        inverse_name="device_id",
        readonly=True,
    )
    running_warranty_count = fields.Integer(compute="_compute_running_warranty_count")

    # === COMPUTE METHODS === #

    def _compute_running_warranty_count(self):
        counts = dict(
            self.env["fsm.warranty"]._read_group(
                [("device_id", "in", self.ids), ("state", "=", "running")],
                ["device_id"],
                ["__count"],
            )
        )
        for device in self:
            device.running_warranty_count = counts.get(device, 0)

    # === ACTION METHODS === #

    def action_open_warranties(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fsm_inventory_ext.fsm_warranty_action"
        )
        return action | {"domain": [("device_id", "in", self.ids)], "context": {}}
