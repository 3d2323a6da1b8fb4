from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmChallanLine(models.Model):
    """What travels on a challan, as it was when it left: the paper says the same for ever."""

    _name = "fsm.challan.line"
    _description = "Goods on a Delivery Challan"
    _order = "challan_id, id"

    challan_id = fields.Many2one(
        comodel_name="fsm.challan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    reference = fields.Char(readonly=True, help="The job card of a device, the code of a part.")
    name = fields.Char(string="Description", required=True, readonly=True)
    product_id = fields.Many2one(
        string="Part", comodel_name="product.product", readonly=True, ondelete="restrict"
    )
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True)
    currency_id = fields.Many2one(related="challan_id.company_id.currency_id")
    value = fields.Monetary(
        readonly=True,
        groups="fsm_jobs.group_fsm_accountant",
        help="Of all of them: as declared for a device, what a part has cost. Nothing is sold.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("A challan that is out cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A challan has a number and is kept."))
