from odoo import fields, models

from ..models.fsm_part_usage_old import OLD_PARTS


class FsmPartOld(models.TransientModel):
    """What became of the part that came out of the device."""

    _name = "fsm.part.old"
    _inherit = ["fsm.stock.dialog"]
    _description = "Old Part"

    usage_id = fields.Many2one(string="Part", comodel_name="fsm.part.usage", required=True)
    old_part = fields.Selection(OLD_PARTS, default="customer", required=True)
    tracking = fields.Selection(related="usage_id.product_id.tracking")
    lot = fields.Char(string="Its Number", help="A number is made for it if you leave this empty.")
    note = fields.Char()

    # === ACTION METHODS === #

    def action_record(self):
        self.usage_id.record_old_part(
            old_part=self.old_part, note=self.note or "", lot=self.lot or ""
        )
        return {"type": "ir.actions.act_window_close"}
