from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmTransferRequest(models.TransientModel):
    """Parts are asked of another branch, or sent to it."""

    _name = "fsm.transfer.request"
    _inherit = ["fsm.stock.dialog"]
    _description = "New Transfer"

    kind = fields.Selection(
        [("ask", "Ask for Parts"), ("give", "Send Parts")], default="ask", required=True
    )
    other_branch = fields.Selection(
        selection=lambda self: self.env["fsm.device.move"]._selection_to_branch(), required=True
    )
    line_ids = fields.One2many(
        string="Parts", comodel_name="fsm.transfer.request.line", inverse_name="request_id"
    )
    note = fields.Char()
    code = fields.Char(
        string="Scan", help="EAN, internal reference, serial or lot number: each scan is one more."
    )

    # === ONCHANGE METHODS === #

    @api.onchange("code")
    def _onchange_code(self):
        """Put the part that was scanned onto its line, one more of it."""
        code, self.code = self.code, False
        if not code:
            return
        branch = self.env["fsm.branch"]._of_caller()
        product, _lot = self.env["product.product"]._scanned(code, branch)
        line = self.line_ids.filtered(lambda line: line.product_id._origin == product)[:1]
        if line:
            line.quantity += 1
        else:
            self.line_ids |= self.line_ids.new({"product_id": product.id, "quantity": 1.0})

    # === ACTION METHODS === #

    def action_apply(self):
        """Open the transfer; what one sends oneself leaves the shelves at once."""
        mine = self.env["fsm.branch"]._of_caller().id
        other = int(self.other_branch)
        if not self.line_ids:
            raise UserError(self.env._("Say which parts."))
        answer = self.env["fsm.transfer"].request(
            from_branch_id=other if self.kind == "ask" else mine,
            to_branch_id=mine if self.kind == "ask" else other,
            lines=[
                {"product_id": line.product_id.id, "quantity": line.quantity}
                for line in self.line_ids
            ],
            note=self.note or "",
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "fsm.transfer",
            "res_id": answer["id"],
            "view_mode": "form",
        }


class FsmTransferRequestLine(models.TransientModel):
    """One part that is asked for."""

    _name = "fsm.transfer.request.line"
    _inherit = ["fsm.stock.dialog"]
    _description = "New Transfer: Part"

    request_id = fields.Many2one(
        comodel_name="fsm.transfer.request", index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        domain="[('is_storable', '=', True)]",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)

    @api.model
    def _check_values(self, vals):
        """Override: the dialog a line belongs to is its user's own."""
        super()._check_values({name: value for name, value in vals.items() if name != "request_id"})
