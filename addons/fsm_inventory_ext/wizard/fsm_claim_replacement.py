from odoo import fields, models


class FsmClaimReplacement(models.TransientModel):
    """A supplier has sent another part for the one that failed."""

    _name = "fsm.claim.replacement"
    _inherit = ["fsm.stock.dialog"]
    _description = "Replacement from a Supplier"

    claim_id = fields.Many2one(comodel_name="fsm.supplier.claim", required=True, readonly=True)
    product_id = fields.Many2one(related="claim_id.product_id")
    quantity = fields.Float(related="claim_id.quantity")
    tracking = fields.Selection(related="claim_id.product_id.tracking")
    lots = fields.Text(
        string="Serial or Lot Numbers", help="One a line; each may be scanned into the field."
    )

    # === ACTION METHODS === #

    def action_apply(self):
        numbers = [name.strip() for name in (self.lots or "").split("\n")]
        self.claim_id.replace(lots=[name for name in numbers if name])
        return {"type": "ir.actions.act_window_close"}
