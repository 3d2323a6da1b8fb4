from odoo import api, models
from odoo.exceptions import UserError


class StockLot(models.Model):
    """A piece with a number: who works on a job card finds it, and not what it has cost."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "fsm.cost.mixin"]

    _cost_fields = frozenset({"standard_price", "avg_cost", "total_value"})

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_moved(self):
        lines_sudo = self.env["stock.move.line"].sudo()  # of any branch, whoever asks
        if moved := lines_sudo.search([("lot_id", "in", self.ids)], limit=1).lot_id:
            raise UserError(self.env._("%s has moved: its number is kept.", moved.display_name))

    # === BUSINESS METHODS === #

    def _come_on(self):
        """Return when the first of this lot reached the organisation, whichever branch has it now.

        :return: naive UTC, nothing without a lot
        """
        return self and min(self._everywhere().mapped("create_date"))

    def _everywhere(self):
        """Return this lot as each branch of the organisation numbers it for itself; in sudo."""
        same = [("name", "=", self.name), ("product_id", "=", self.product_id.id)]
        if self.company_id:
            same.append(("company_id", "child_of", self.company_id.root_id.id))
        return self.search(same)
