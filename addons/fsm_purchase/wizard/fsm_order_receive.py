from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmOrderReceive(models.TransientModel):
    """How many of each part have come with a delivery of the vendor, and the numbers on them.

    What has not come stays open on the order, as a backorder of Odoo's receipt.
    """

    _name = "fsm.order.receive"
    _inherit = ["fsm.stock.dialog"]
    _description = "Receive an Order"

    order_id = fields.Many2one(comodel_name="purchase.order", required=True)
    line_ids = fields.One2many(
        string="Parts", comodel_name="fsm.order.receive.line", inverse_name="receive_id"
    )
    code = fields.Char(
        string="Scan",
        help="The EAN or reference of a part, then the numbers of its pieces, one after the other.",
    )
    scanned_id = fields.Many2one(comodel_name="product.product")

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Override to begin with all that is still to come."""
        defaults = super().default_get(fields)
        order = self.env["purchase.order"].browse(defaults.get("order_id"))
        defaults["line_ids"] = [
            (0, 0, {"order_line_id": line_id, "expected": expected, "quantity": expected})
            for line_id, expected in order._expected().items()
        ]
        return defaults

    # === ONCHANGE METHODS === #

    @api.onchange("code")
    def _onchange_code(self):
        """Note a number that was scanned on the line of its part."""
        code, self.code = (self.code or "").strip(), False
        if not code:
            return
        lines = self.line_ids.filtered(lambda line: line._is_code(code))
        if lines:
            self.scanned_id = lines[:1].product_id
            return
        self._check_no_other_part(code)
        numbered = self.line_ids.filtered(lambda line: line.tracking != "none")
        if len(numbered.product_id) > 1:
            numbered = numbered.filtered(lambda line: line.product_id == self.scanned_id)
        if not numbered:
            raise UserError(self.env._("Scan the part first, then the numbers of its pieces."))
        numbered._add_number(code)

    def _check_no_other_part(self, code):
        """Refuse the code of a part that is not on this order: it is no number of a piece."""
        branch = self.env["fsm.branch"].search([("company_id", "=", self.order_id.company_id.id)])
        for part, lot_sudo in self.env["product.product"]._with_code(code, branch):
            if not lot_sudo:
                raise UserError(
                    self.env._(
                        "“%(code)s” is %(part)s, which does not come with order %(order)s.",
                        code=code,
                        part=part.display_name,
                        order=self.order_id.name,
                    )
                )

    # === ACTION METHODS === #

    def action_apply(self):
        came = self.line_ids.filtered("quantity")
        if not came:
            raise UserError(self.env._("Say how many have come."))
        self.order_id.fsm_receive(lines=[line._said() for line in came])
        return {"type": "ir.actions.act_window_close"}


class FsmOrderReceiveLine(models.TransientModel):
    """How many of one part have come."""

    _name = "fsm.order.receive.line"
    _inherit = ["fsm.stock.dialog"]
    _description = "Receive an Order: Part"

    receive_id = fields.Many2one(comodel_name="fsm.order.receive", index=True, ondelete="cascade")
    order_line_id = fields.Many2one(comodel_name="purchase.order.line", required=True)
    product_id = fields.Many2one(string="Part", related="order_line_id.product_id")
    tracking = fields.Selection(related="product_id.tracking")
    uom_id = fields.Many2one(string="Unit", related="product_id.uom_id")
    expected = fields.Float(string="Still to Come", digits="Product Unit", readonly=True)
    quantity = fields.Float(string="Has Come", digits="Product Unit")
    lots = fields.Text(
        string="Serial or Lot Numbers",
        help="One a line; each may be scanned. Of a lot, one at a time: the others stay open.",
    )

    @api.model
    def _check_values(self, vals):
        """Override: the dialog a line belongs to is its user's own."""
        super()._check_values({name: value for name, value in vals.items() if name != "receive_id"})

    # === ONCHANGE METHODS === #

    @api.onchange("lots")
    def _onchange_lots(self):
        """A serial number is one piece."""
        if self.tracking == "serial" and self._numbers():
            self.quantity = len(self._numbers())

    # === BUSINESS METHODS === #

    def _is_code(self, code):
        """Tell whether a code is that of this part, and not of one piece of it."""
        product = self.product_id
        known = (product.barcode, product.default_code, product._own_code())
        return code.lower() in {name.lower() for name in known if name}

    def _numbers(self):
        return [name.strip() for name in (self.lots or "").split("\n") if name.strip()]

    def _add_number(self, number):
        """Note a number on the first line that has room for it."""
        if any(number in line._numbers() for line in self):
            return
        room = self.filtered(
            lambda line: len(line._numbers()) < (line.expected if line.tracking == "serial" else 1)
        )[:1]
        if not room:
            raise UserError(
                self.env._("%s has all the numbers it can have.", self.product_id.display_name)
            )
        room.lots = "\n".join([*room._numbers(), number])
        room._onchange_lots()

    def _said(self):
        """Return the line as `fsm_receive` takes it."""
        return {
            "line_id": self.order_line_id.id,
            "quantity": self.quantity,
            "lots": self._numbers(),
        }
