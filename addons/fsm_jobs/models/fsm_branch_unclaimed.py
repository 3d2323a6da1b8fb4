from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FsmBranch(models.Model):
    """What a branch charges for keeping what nobody fetches."""

    _inherit = "fsm.branch"

    storage_free_days = fields.Integer(
        string="Free Days", default=30, help="Days after ready that cost nothing.", audit=True
    )
    storage_fee_per_day = fields.Monetary(
        string="Storage Fee a Day", help="Before tax. 0: storage is free.", audit=True
    )
    storage_product_id = fields.Many2one(
        string="Storage Service",
        comodel_name="product.product",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
        ondelete="restrict",
        help="What the invoice calls it, with its SAC and tax.",
        audit=True,
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("storage_free_days", "storage_fee_per_day", "storage_product_id")
    def _check_storage(self):
        for branch in self:
            if branch.storage_free_days < 0 or not 0 <= branch.storage_fee_per_day < 1e6:
                raise ValidationError(self.env._("Free days and a storage fee are 0 or more."))
            if branch.storage_fee_per_day and not branch.storage_product_id:
                raise ValidationError(
                    self.env._("Choose the service that the storage fee is invoiced as.")
                )
