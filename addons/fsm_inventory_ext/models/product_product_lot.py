from odoo import models
from odoo.exceptions import UserError


class ProductProduct(models.Model):
    """Parts that are told apart by a serial or lot number."""

    _inherit = "product.product"

    def _find_lot(self, lot_id, company):
        """Return the piece that is meant, or nothing for a part of which all are alike."""
        Lot = self.env["stock.lot"]
        if not lot_id and self.tracking == "none":
            return Lot
        lot = Lot.search(
            [
                ("id", "=", lot_id),
                ("product_id", "=", self.id),
                ("company_id", "in", [False, company.id]),
            ]
        )
        if not lot:
            raise UserError(
                self.env._(
                    "Say which %s it is: “lot_id” is the id of its serial or lot number.",
                    self.display_name,
                )
            )
        return lot

    def _check_lots(self, lots, quantity):
        """Refuse numbers that do not fit: a serial number for each piece, one lot for all.

        :param list lots: what the caller sent as the numbers
        """
        if self.tracking == "none" and not lots:
            return
        if not all(isinstance(name, str) and name.strip() for name in lots):
            raise UserError(self.env._("“lots” must be a list of serial or lot numbers."))
        if self.tracking == "none":
            raise UserError(self.env._("%s has no serial or lot numbers.", self.display_name))
        needed = round(quantity) if self.tracking == "serial" else 1
        if len(lots) != needed or len({name.strip() for name in lots}) != needed:
            raise UserError(
                self.env._(
                    "Give the serial or lot numbers of %(product)s as “lots”: %(needed)s of them.",
                    product=self.display_name,
                    needed=needed,
                )
            )

    def _pieces(self, lots, quantity):
        """Return ``[(lot, quantity)]``: each serial number once, else all at once."""
        if self.tracking == "serial":
            return [(lot, 1.0) for lot in lots]
        return [(lots, quantity)]

    def _lots(self, names, company, create=False):
        """Return the lots of these numbers, in this order; for a part without numbers none.

        :param bool create: make those that are missing
        """
        lots = self.env["stock.lot"].search(
            [
                ("product_id", "=", self.id),
                ("name", "in", [name.strip() for name in names]),
                ("company_id", "in", [False, company.id]),
            ]
        )
        missing = [name.strip() for name in names if name.strip() not in lots.mapped("name")]
        if missing and not create:
            raise UserError(
                self.env._(
                    "There is no %(product)s with number %(number)s.",
                    product=self.display_name,
                    number=missing[0],
                )
            )
        return lots | lots.create(
            [{"name": name, "product_id": self.id, "company_id": company.id} for name in missing]
        )
