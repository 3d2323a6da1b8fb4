from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    fsm_warranty_count = fields.Integer(
        string="Running Warranties",
        compute="_compute_fsm_warranty_count",
        groups="fsm_jobs.group_fsm_technician,fsm_jobs.group_fsm_receptionist,"
        "fsm_jobs.group_fsm_accountant",
    )

    # === COMPUTE METHODS === #

    def _compute_fsm_warranty_count(self):
        # The customer of a warranty is that of its job card: no column of its own to group by.
        rows = self.env["fsm.warranty"].search(
            [("partner_id", "in", self.ids), ("state", "=", "running")]
        )
        counts = rows.grouped("partner_id")
        for partner in self:
            partner.fsm_warranty_count = len(counts.get(partner, ()))

    # === ACTION METHODS === #

    def action_view_fsm_warranties(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fsm_inventory_ext.fsm_warranty_action"
        )
        return action | {"domain": [("partner_id", "in", self.ids)], "context": {}}
