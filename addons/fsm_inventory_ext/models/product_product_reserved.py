from odoo import models
from odoo.exceptions import UserError

MAX_NAMED = 5  # job cards in one sentence


class ProductProduct(models.Model):
    """What lies on the shelves for somebody is not there for others: they are told for whom.

    Called in sudo, in the branch's company: what is laid out in a branch is no secret in it.
    """

    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _check_not_reserved(self, branch, counted, lot):
        """Refuse to count fewer than lie there for job cards and deliveries, and name these.

        :param lot: as `_adjust` has found it
        """
        reserved, holders = self._reserved(branch, lot)
        if self.uom_id.compare(counted, reserved) < 0:
            raise UserError(
                self.env._(
                    "%(quantity)s of %(product)s are reserved for %(holders)s: "
                    "return them there first, then count again.",
                    quantity=f"{reserved:g}",
                    product=self.display_name,
                    holders=holders,
                )
            )

    def _not_free(self, branch, free, lot=None):
        """Return the error that says how much nobody has reserved, and who has the others.

        :param lot: of `stock.lot`, where only this piece, or one of these, would do
        """
        reserved, holders = self._reserved(branch, lot)
        if not reserved:
            shelves = branch.stock_location_id
            return self.env["stock.quant"]._shortage(self, free, shelves, lot)
        return UserError(
            self.env._(
                "Only %(quantity)s of %(product)s are free at %(place)s. %(reserved)s are reserved "
                "for %(holders)s: return them there first.",
                quantity=f"{max(self.uom_id.round(free), 0):g}",
                product=self.display_name,
                place=branch.name,
                reserved=f"{reserved:g}",
                holders=holders,
            )
        )

    def _reserved(self, branch, lot=None):
        """Return how much lies on the shelves for somebody, and the names of the first few.

        :return: ``(quantity, names)``
        :rtype: tuple[float, str]
        """
        domain = [
            ("product_id", "=", self.id),
            ("location_id", "child_of", branch.stock_location_id.id),
            ("state", "not in", ("done", "cancel")),
        ]
        lines = self.env["stock.move.line"].search(
            domain + ([("lot_id", "in", lot.ids)] if lot else [])
        )
        names = {line.picking_id.name or line.move_id.origin or "" for line in lines} - {""}
        quantity = self.uom_id.round(sum(lines.mapped("quantity_product_uom")))
        return quantity, ", ".join(sorted(names)[:MAX_NAMED])
