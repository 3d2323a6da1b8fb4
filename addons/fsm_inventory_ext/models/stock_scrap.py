from odoo import fields, models


class StockScrap(models.Model):
    _inherit = "stock.scrap"
    _audit_kind = "stock"

    reason = fields.Char(help="Why the part is thrown away, in 10 characters or more.", audit=True)
    product_id = fields.Many2one(audit=True)
    scrap_qty = fields.Float(audit=True)
    state = fields.Selection(audit=True)

    # === ACTION METHODS === #

    def do_scrap(self):
        """Override: two parts in the order in which everybody takes them, see `fsm.stock.guard`."""
        return super(StockScrap, self.sorted(lambda scrap: scrap.product_id.id)).do_scrap()

    # === BUSINESS METHODS === #

    def _prepare_move_values(self):
        """Override to have the move say why, as that of a count does."""
        return super()._prepare_move_values() | {"inventory_name": self.reason}
