from odoo import api, fields, models


class FsmTransferStep(models.TransientModel):
    """What is done with a transfer, and with how many of its parts."""

    _name = "fsm.transfer.step"
    _inherit = ["fsm.stock.dialog"]
    _description = "Step of a Transfer"

    transfer_id = fields.Many2one(comodel_name="fsm.transfer", required=True)
    kind = fields.Selection(
        [("send", "Send"), ("receive", "Receive"), ("decline", "Decline"), ("settle", "Settle")],
        required=True,
    )
    line_ids = fields.One2many(
        string="Parts", comodel_name="fsm.transfer.step.line", inverse_name="step_id"
    )
    outcome = fields.Selection(
        [("returned", "Back on Our Shelves"), ("lost", "Lost")], default="returned"
    )
    reason = fields.Char()

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Override to begin with all that can move."""
        defaults = super().default_get(fields)
        transfer = self.env["fsm.transfer"].browse(defaults.get("transfer_id"))
        name = {"send": "quantity", "receive": "missing"}.get(defaults.get("kind"))
        if transfer and name:
            defaults["line_ids"] = [
                (0, 0, {"transfer_line_id": line.id, "quantity": line[name]})
                for line in transfer.line_ids
                if line[name]
            ]
        return defaults

    # === ACTION METHODS === #

    def action_apply(self):
        transfer = self.transfer_id
        if self.kind == "decline":
            transfer.decline(reason=self.reason or "")
        elif self.kind == "settle":
            transfer.settle_missing(outcome=self.outcome, reason=self.reason or "")
        elif self.kind == "receive":
            transfer.receive_parts(lines=self.line_ids._said())
        else:
            transfer.send_parts(lines=self.line_ids._said())
            if transfer.challan_id:
                return {**transfer.action_print_challan(), "close_on_report_download": True}
        return {"type": "ir.actions.act_window_close"}


class FsmTransferStepLine(models.TransientModel):
    """How many of one part are sent or have arrived."""

    _name = "fsm.transfer.step.line"
    _inherit = ["fsm.stock.dialog"]
    _description = "Step of a Transfer: Part"

    step_id = fields.Many2one(comodel_name="fsm.transfer.step", index=True, ondelete="cascade")
    transfer_line_id = fields.Many2one(comodel_name="fsm.transfer.line", required=True)
    product_id = fields.Many2one(related="transfer_line_id.product_id")
    tracking = fields.Selection(related="product_id.tracking")
    quantity = fields.Float(digits="Product Unit", required=True)
    lots = fields.Text(
        string="Serial Numbers", help="One a line; each may be scanned into the field."
    )

    @api.model
    def _check_values(self, vals):
        """Override: the dialog a line belongs to is its user's own."""
        super()._check_values({name: value for name, value in vals.items() if name != "step_id"})

    def _said(self):
        """Return the lines as the verbs of a transfer take them."""
        return [
            {
                "line_id": line.transfer_line_id.id,
                "quantity": line.quantity,
                "lots": line.lots.split("\n") if line.lots else [],
            }
            for line in self
        ]
