from odoo import api, fields, models
from odoo.exceptions import UserError

from ..verbs import check_id


class FsmJobLine(models.Model):
    """One line of the estimate: labour or a part, in the words the customer will read."""

    _name = "fsm.job.line"
    _description = "Estimate Line"
    _order = "job_id, sequence, id"
    _check_company_auto = True

    job_id = fields.Many2one(comodel_name="fsm.job", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="job_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        string="Service or Part",
        comodel_name="product.product",
        required=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('sale_ok', '=', True)]",
        audit=True,
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True, audit=True)
    price_unit = fields.Monetary(
        string="Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="For one unit, before tax.",
        audit=True,
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, precompute=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0 AND quantity < 1000000)", "A quantity is more than nothing."
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0 AND price_unit < 1000000000)", "A price cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            product = line.product_id.with_context(display_default_code=False)
            line.name = line.name or product.display_name or ""

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.price_unit or line.product_id.lst_price

    @api.depends("quantity", "price_unit")
    def _compute_amount(self):
        for line in self:
            line.amount = line.currency_id.round(line.quantity * line.price_unit)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        jobs = self.env["fsm.job"]
        for vals in vals_list:
            jobs |= jobs.browse(check_id(self.env, vals.get("job_id"), "job_id"))
        jobs._check_estimate_open()
        return super().create(vals_list)

    def write(self, vals):
        if "job_id" in vals:
            raise UserError(self.env._("An estimate line stays on its job card."))
        self.job_id._check_estimate_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.job_id._check_estimate_open()

    # === BUSINESS METHODS === #

    def _line_values(self):
        """Return the lines as `fsm.job._billable_lines` describes them."""
        return [
            {
                "product_id": line.product_id.id,
                "name": line.name,
                "quantity": line.quantity,
                "price_unit": line.price_unit,
            }
            for line in self
        ]
