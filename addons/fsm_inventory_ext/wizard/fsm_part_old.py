from odoo import fields, models

from ..models.fsm_part_usage_old import CLEARED_PARTS, OLD_PARTS


class FsmPartOld(models.TransientModel):
    """What became of the part that came out of the device, then and after it was kept."""

    _name = "fsm.part.old"
    _inherit = ["fsm.stock.dialog"]
    _description = "Old Part"

    usage_id = fields.Many2one(string="Part", comodel_name="fsm.part.usage", required=True)
    old_part = fields.Selection(OLD_PARTS, default="customer", required=True)
    is_kept = fields.Boolean(help="It lies with the old parts, and is taken from there now.")
    fate = fields.Selection(CLEARED_PARTS, string="What Becomes of It", default="scrapped")
    tracking = fields.Selection(related="usage_id.product_id.tracking")
    lot = fields.Char(string="Its Number", help="A number is made for it if you leave this empty.")
    note = fields.Char()

    # === ACTION METHODS === #

    def action_record(self):
        if self.is_kept:
            self.usage_id.clear_old_part(fate=self.fate or "", reason=self.note or "")
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        self.usage_id.record_old_part(
            old_part=self.old_part, note=self.note or "", lot=self.lot or ""
        )
        return {"type": "ir.actions.act_window_close"}
