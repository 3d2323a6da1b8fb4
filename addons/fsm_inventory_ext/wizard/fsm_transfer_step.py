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
    code = fields.Char(
        string="Scan",
        help="EAN, internal reference, serial or lot number of what goes or has come.",
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
                (0, 0, {"transfer_line_id": line.id, "quantity": line[name], **values})
                for line in transfer.line_ids
                if line[name]
                for values in (line._step_pieces() if name == "missing" else [{}])
            ]
        return defaults

    # === ONCHANGE METHODS === #

    @api.onchange("code")
    def _onchange_code(self):
        """Put the number that was scanned onto the line of its part."""
        code, self.code = self.code, False
        if code and self.transfer_id:
            said = self.transfer_id._origin.scan_part(code=code)
            lines = self.line_ids.filtered(
                lambda line: line.transfer_line_id._origin.id == said["line_id"]
            )
            self.line_ids |= lines._add_scanned(said["lot"])

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
        string="Serial or Lot Numbers",
        help="One a line. Of lots, one; without it, what came first is sent.",
    )

    @api.model
    def _check_values(self, vals):
        """Override: the dialog a line belongs to is its user's own."""
        super()._check_values({name: value for name, value in vals.items() if name != "step_id"})

    def _numbers(self):
        return [name.strip() for name in (self.lots or "").split("\n") if name.strip()]

    def _add_scanned(self, lot):
        """Note the number of a piece: serial numbers on one line, of lots each on its own.

        :return: the line that has it now; a new one for one more lot
        """
        line = self.filtered(lambda line: lot in line._numbers())[:1]
        if not lot or line or not self:
            return line
        if self.product_id.tracking == "serial":
            line = self[:1]
            numbers = [*line._numbers(), lot]
            line.lots, line.quantity = "\n".join(numbers), len(numbers)
            return line
        line = self.filtered(lambda line: not line._numbers())[:1] or self._next_line()
        line.lots = lot
        if self.step_id.kind == "send":
            line.quantity = min(line.quantity, line._at_hand(lot))
        return line

    def _at_hand(self, lot):
        """Return how many of a lot the sending branch can give; what it lacks is of another one."""
        product, transfer = self.product_id._origin, self.transfer_line_id._origin.transfer_id
        company = transfer.company_id
        branch = self.env["fsm.branch"].search([("company_id", "=", company.id)])
        return branch._stock(product, lot=product._lots([lot], company)).get(product, (0, 0))[1]

    def _next_line(self):
        """Return a new line of the same part, with what the others leave of it, else one."""
        asked = self.transfer_line_id
        asked = asked.quantity if self.step_id.kind == "send" else asked.missing
        rest = self.product_id.uom_id.round(asked - sum(self.mapped("quantity")))
        return self.new(
            {"transfer_line_id": self.transfer_line_id._origin.id, "quantity": max(rest, 0) or 1.0}
        )

    def _said(self):
        """Return the lines as the verbs of a transfer take them."""
        return [
            {
                "line_id": line.transfer_line_id.id,
                "quantity": line.quantity,
                "lots": line._numbers(),
            }
            for line in self
        ]


class FsmTransferLine(models.Model):
    _inherit = "fsm.transfer.line"

    def _step_pieces(self):
        """Return the values of the dialog's lines for what is on the way of this line."""
        [answer] = self._answers()
        names = [piece["lot"] for piece in answer["lots"]]
        if self.product_id.tracking == "serial":
            return [{"lots": "\n".join(names)}]
        return [
            {"lots": piece["lot"], "quantity": piece["quantity"]} for piece in answer["lots"]
        ] or [{}]
