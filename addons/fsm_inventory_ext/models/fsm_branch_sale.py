from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context


class FsmBranch(models.Model):
    """What is sold over the counter, without a job card, and what comes back of it.

    Called in sudo, as the document is issued. Each move carries the number of the sale, by which it
    is known what is still with the customer, piece by piece.
    """

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _sell_parts(self, lines, origin):
        """Override of `fsm_jobs` to take what is sold from the shelves."""
        super()._sell_parts(lines, origin)
        self._move_sold(
            [
                (product, product._plan_sale(self, quantity, numbers), self.usage_location_id)
                for product, quantity, numbers in self._in_stock(lines)
            ],
            sale=origin,
            origin=origin,
        )

    def _number_sales(self, sales, number):
        """Override of `fsm_jobs` to have the parts come back by the number the customer is told."""
        super()._number_sales(sales, number)
        moves = self.env["stock.move"].search(
            [("sale_number", "in", sales), ("company_id", "=", self.company_id.id)]
        )
        moves.sale_number = number

    def _parts_sold(self, sale):
        """Override of `fsm_jobs`."""
        sold = super()._parts_sold(sale)
        for (product, _lot), quantity in self._pieces_sold(sale).items():
            sold[product] = sold.get(product, 0.0) + quantity
        return sold

    def _take_back_parts(self, lines, sale, origin, damaged=False):
        """Override of `fsm_jobs` to lay the pieces that left back on the shelves, or write them off."""
        super()._take_back_parts(lines, sale, origin, damaged)
        # What has never left, because nobody counts it, does not come back.
        known = self._moves_of_sale(sale).product_id
        pieces = self._pieces_sold(sale)
        plans = []
        for product, quantity, numbers in self._in_stock(lines):
            if product in known:
                place = product.property_stock_inventory if damaged else self.stock_location_id
                named = self._named_pieces(product, quantity, numbers, pieces, sale)
                plans.append((product, self._plan_back(product, quantity, named, sale), place))
        self._move_sold(plans, sale=sale, origin=origin)

    def _undo_taking_back(self, sale, origin):
        """Override of `fsm_jobs`: the same pieces leave once more, if they are still there."""
        super()._undo_taking_back(sale, origin)
        back = self._moves_of_sale(sale).filtered(
            lambda move: move.origin == origin and move.location_id == self.usage_location_id
        )
        for line in back.move_line_ids:
            product, place = line.product_id, line.location_dest_id
            plan = [(place, line.lot_id, line.quantity)]
            if place.usage == "internal":
                moves = self.env["stock.move"]
                plan = moves._plan_taking(product, line.quantity, place, line.lot_id)
                free = sum(quantity for _location, _lot, quantity in plan)
                if product.uom_id.compare(free, line.quantity) < 0:
                    raise self.env["stock.quant"]._shortage(product, free, place)
            self._move_sold([(product, plan, self.usage_location_id)], sale=sale, origin=origin)

    # === BUSINESS METHODS - PIECES === #

    def _in_stock(self, lines):
        """Return those of the `lines` whose stock is counted, in the branch's company."""
        products = self.env["product.product"].with_company(self.company_id)
        return [
            (product.with_env(products.env), quantity, numbers)
            for product, quantity, numbers in lines
            if product.is_storable
        ]

    def _moves_of_sale(self, sale):
        return self.env["stock.move"].search(
            [
                ("sale_number", "=", sale),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
            ],
            order="id",
        )

    def _pieces_sold(self, sale):
        """Return ``{(product, lot): quantity}`` of what the customer has, in the products' units."""
        balance = defaultdict(float)
        for line in self._moves_of_sale(sale).move_line_ids.sorted("id"):
            sign = 1 if line.location_dest_id == self.usage_location_id else -1
            balance[line.product_id, line.lot_id] += sign * line.quantity
        return {
            (product, lot): product.uom_id.round(quantity)
            for (product, lot), quantity in balance.items()
            if product.uom_id.compare(quantity, 0) > 0
        }

    def _named_pieces(self, product, quantity, numbers, pieces, sale):
        """Return those of the pieces of a sale that may come back: which, that has to be said.

        :param dict pieces: as `_pieces_sold` returns them
        :raise UserError: serial numbers are missing, or are of other pieces
        """
        own = {key: rest for key, rest in pieces.items() if key[0] == product}
        if product.tracking == "none" or (not numbers and sum(own.values()) <= quantity):
            return own
        named = {key: rest for key, rest in own.items() if key[1].name in numbers}
        short = product.tracking == "serial" and len(named) != quantity
        if short or len(named) < len(set(numbers)):
            raise UserError(
                self.env._(
                    "Write on its line which %(product)s come back, %(quantity)s of: %(numbers)s. "
                    "These were sold with %(sale)s and are with the customer.",
                    product=product.display_name,
                    quantity=f"{quantity:g}",
                    numbers=", ".join(lot.name for _product, lot in own),
                    sale=sale,
                )
            )
        return named or own  # of lots that nobody has named, those that were sold first

    def _numbers_at_hand(self, products):
        """Override of `fsm_jobs`."""
        rows = self.env["stock.quant"]._read_group(
            [
                ("product_id", "in", products.ids),
                ("product_id.tracking", "!=", "none"),
                ("location_id", "child_of", self.stock_location_id.id),
                ("lot_id", "!=", False),
            ],
            ["product_id", "lot_id"],
            ["quantity:sum", "reserved_quantity:sum"],
            order="lot_id",
        )
        numbers = super()._numbers_at_hand(products)
        for product, lot, quantity, reserved in rows:
            if product.uom_id.compare(quantity, reserved) > 0:
                numbers.setdefault(product.with_env(products.env), []).append(lot.name)
        return numbers

    def _plan_back(self, product, quantity, pieces, sale):
        """Say which pieces come back, as `_plan_taking`.

        :raise UserError: more would come back than the customer has
        """
        missing, plan = quantity, []
        for (sold, lot), available in pieces.items():
            if sold == product and product.uom_id.compare(missing, 0) > 0:
                taken = min(available, missing)
                plan.append((self.usage_location_id, lot, taken))
                missing = product.uom_id.round(missing - taken)
        if product.uom_id.compare(missing, 0) > 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s of %(product)s can still come back from %(sale)s.",
                    quantity=f"{product.uom_id.round(quantity - missing):g}",
                    product=product.display_name,
                    sale=sale,
                )
            )
        return plan

    def _move_sold(self, plans, sale, origin):
        """Move the parts of a sale at once.

        :param list plans: ``[(product, plan, destination)]``
        """
        # Not the defaults of the invoice's form.
        env = self.env(context=clean_context(self.env.context))
        moves = self.env["stock.move"].with_env(env).with_company(self.company_id)
        more = {"company_id": self.company_id.id, "origin": origin, "sale_number": sale}
        if plans:
            moves.create([moves._planned_values(*plan, **more) for plan in plans])._complete()
