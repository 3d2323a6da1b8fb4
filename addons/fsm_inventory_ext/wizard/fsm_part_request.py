from odoo import api, fields, models


class FsmPartRequest(models.TransientModel):
    """A technician asks for a part: two fields and two buttons, for a thumb."""

    _name = "fsm.part.request"
    _inherit = ["fsm.stock.dialog"]
    _description = "Request Part"

    job_id = fields.Many2one(comodel_name="fsm.job", required=True)
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        domain="[('type', '=', 'consu')]",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    available_quantity = fields.Float(
        string="Free in Stock",
        digits="Product Unit",
        compute="_compute_available_quantity",
        compute_sudo=False,
    )

    bag_quantity = fields.Float(
        string="In Your Bag",
        digits="Product Unit",
        compute="_compute_available_quantity",
        compute_sudo=False,
    )

    elsewhere = fields.Char(
        string="Other Branches",
        compute="_compute_elsewhere",
        compute_sudo=False,
        help="Which of them has a free piece.",
    )

    # === COMPUTE METHODS === #

    @api.depends("job_id", "product_id")
    def _compute_available_quantity(self):
        for request in self:
            product = request.product_id
            stock, bag = request.job_id.branch_id._stock_and_bag(product)
            request.available_quantity = stock.get(product, (0.0, 0.0))[1]
            request.bag_quantity = bag.get(product, (0.0, 0.0))[1]

    @api.depends("job_id", "product_id")
    def _compute_elsewhere(self):
        for request in self:
            branches = []
            if request.job_id and request.product_id:
                answers = request.product_id.fsm_elsewhere(branch_id=request.job_id.branch_id.id)
                branches = [answer["branch"] for answer in answers if answer["available"]]
            request.elsewhere = ", ".join(branches)

    # === ACTION METHODS === #

    def action_request(self):
        self.job_id.request_part(product_id=self.product_id.id, quantity=self.quantity)
        return {"type": "ir.actions.act_window_close"}

    def action_use(self):
        self.job_id.request_part(product_id=self.product_id.id, quantity=self.quantity, use=True)
        return {"type": "ir.actions.act_window_close"}
