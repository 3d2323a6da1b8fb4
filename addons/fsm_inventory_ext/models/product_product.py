from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import verb

from .product_template import COST_GROUPS

MAX_QUANTITY = 1_000_000  # pieces: more is a slip of the finger
MAX_COST = 1_000_000_000  # rupees for one piece
ROUNDING_ERROR = 1e-9  # of a float, far below the smallest quantity of a unit


def _lots(lots):
    """Return what a `client_ref` remembers of the numbers: nothing where none were given."""
    return {"lots": list(lots)} if lots else {}


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "fsm.cost.mixin"]

    _cost_fields = frozenset({"avg_cost", "total_value"})

    standard_price = fields.Float(groups=COST_GROUPS, audit=True)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_add_stock(
        self,
        branch_id: int,
        quantity: float,
        reason: str,
        unit_cost: float = 0.0,
        client_ref: str = "",
        *,
        lots: list = (),
    ):
        """Receive parts into a branch.

        :param float unit_cost: what one piece has cost; the branch's cost becomes the average
        :param list lots: for a part tracked by number: a serial number a piece, or the lot's
        :return: ``{product_id, branch_id, quantity}``, the quantity then on hand
        """
        self._check_stock_role("accountant")
        self._check_quantity(quantity)
        if not 0 <= unit_cost < MAX_COST:
            raise UserError(self.env._("“%s” is no cost of one piece.", f"{unit_cost:g}"))
        if not reason.strip():
            raise UserError(self.env._("Say where the parts come from, as the reason."))
        return self._change_stock_once(
            "fsm_add_stock",
            branch_id,
            client_ref,
            {"quantity": quantity, "reason": reason, "unit_cost": unit_cost, **_lots(lots)},
            lambda product, branch: product._receive(branch, quantity, reason, unit_cost, lots),
        )

    @verb
    def fsm_deduct_stock(
        self,
        branch_id: int,
        quantity: float,
        reason: str,
        client_ref: str = "",
        *,
        lots: list = (),
    ):
        """Take parts out of a branch that were not used on a job card: broken, lost, given away.

        :param list lots: as for `fsm_add_stock`
        :return: ``{product_id, branch_id, quantity}``, the quantity then on hand
        """
        self._check_stock_role("manager")
        self._check_quantity(quantity)
        self.env["stock.quant"]._check_reason(reason)
        return self._change_stock_once(
            "fsm_deduct_stock",
            branch_id,
            client_ref,
            {"quantity": quantity, "reason": reason, **_lots(lots)},
            lambda product, branch: product._remove(branch, quantity, reason, lots),
        )

    @verb
    def fsm_adjust_stock(
        self,
        branch_id: int,
        counted_quantity: float,
        reason: str,
        client_ref: str = "",
        *,
        lots: list = (),
    ):
        """Say how much of a part was counted in a branch.

        :param list lots: for a part tracked by number: the one number that was counted
        :return: ``{product_id, branch_id, quantity}``, the quantity then on hand
        """
        self._check_stock_role("manager")
        if counted_quantity:
            self._check_quantity(counted_quantity)
        self.env["stock.quant"]._check_reason(reason)
        return self._change_stock_once(
            "fsm_adjust_stock",
            branch_id,
            client_ref,
            {"counted_quantity": counted_quantity, "reason": reason, **_lots(lots)},
            lambda product, branch: product._adjust(branch, counted_quantity, reason, lots),
        )

    # === BUSINESS METHODS - CHECKS === #

    def _check_stock_role(self, role):
        if not self.env.su and not self.env["fsm.job"]._has_role({role}):
            raise AccessError(self.env._("Your role does not change the stock."))
        self.check_access("read")

    def _check_quantity(self, quantity):
        """Refuse a quantity that is nothing, less than nothing, or not a quantity of these."""
        for product in self:
            # `not … <=` and not `>`: a number that is none (NaN) fits nowhere.
            if (
                not 0 < quantity <= MAX_QUANTITY
                or product.uom_id.is_zero(quantity)
                or abs(product.uom_id.round(quantity) - quantity) > ROUNDING_ERROR
                # Half a piece has no serial number, whatever its unit rounds to.
                or (
                    product.tracking == "serial"
                    and abs(round(quantity) - quantity) > ROUNDING_ERROR
                )
            ):
                raise UserError(
                    self.env._(
                        "“%(quantity)s” is no quantity of %(product)s.",
                        quantity=f"{quantity:g}",
                        product=product.display_name,
                    )
                )

    def _check_part(self, company):
        """Refuse what is no part of this organisation: a service, or somebody else's product."""
        for product in self:
            if product.type != "consu" or not product.active:
                raise UserError(self.env._("%s is not a part.", product.display_name))
            if product.company_id and product.company_id not in company.sudo().parent_ids:
                raise UserError(self.env._("%s belongs to another branch.", product.display_name))

    # === BUSINESS METHODS - STOCK === #

    def _change_stock_once(self, verb_name, branch_id, client_ref, arguments, change):
        """Call `change` on each product, once for a `client_ref`, and answer for the verb."""
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        self._check_part(branch.company_id)

        def answer(product):
            # Checked above: role, branch, product, quantity and reason.
            change(product.sudo().with_company(branch.company_id), branch.sudo())
            return {
                "product_id": product.id,
                "branch_id": branch.id,
                "quantity": branch._on_hand(product),
            }

        answers = {
            product: self.env["fsm.client.ref"]._once(
                branch.company_id,
                f"product.product.{verb_name}",
                client_ref,
                {**arguments, "product_id": product.id},
                lambda product=product: answer(product),
            )
            # Two parts in the order in which everybody takes them: see `fsm.stock.guard._hold`.
            for product in self.sorted("id")
        }
        return [answers[product] for product in self]

    def _receive(self, branch, quantity, reason, unit_cost, lots=()):
        """Move `quantity` from the vendors into the branch, and take its cost into the average.

        :return: the move
        """
        vendors = self.env.ref("stock.stock_location_suppliers")
        self._check_lots(lots, quantity)
        pieces = self._pieces(self._lots(lots, branch.company_id, create=True), quantity)
        self._take_into_average(branch, quantity, unit_cost)
        return self._move_stock(
            branch,
            [(vendors, lot, taken) for lot, taken in pieces],
            branch.stock_location_id,
            reason,
            unit_cost=unit_cost,
        )

    def _remove(self, branch, quantity, reason, lots=()):
        plan = self._plan_removal(branch, quantity, lots)
        self._move_stock(branch, plan, self.property_stock_inventory, reason)

    def _plan_removal(self, branch, quantity, lots=()):
        """Say what leaves the shelves of a branch, as `_plan_taking`, or that there is too little.

        :param list lots: the numbers of what leaves, for a part tracked by number
        """
        self._check_lots(lots, quantity)
        return [
            taking
            for lot, taken in self._pieces(self._lots(lots, branch.company_id), quantity)
            for taking in self._plan_next(branch, taken, lot)
        ]

    def _plan_next(self, branch, quantity, lot=None):
        """Say what leaves the shelves next, as `_plan_removal`: the first in, or out of date.

        :param lot: of this one only
        """
        shelves = branch.stock_location_id
        plan = self.env["stock.move"]._plan_taking(self, quantity, shelves, lot)
        free = sum(taken for _location, _lot, taken in plan)
        if self.uom_id.compare(free, quantity) < 0:
            raise self._not_free(branch, free, lot)
        return plan

    def _plan_sale(self, branch, quantity, numbers=()):
        """Say what leaves the shelves for an invoice, as `_plan_removal`; of lots what is next.

        :param list numbers: the serial or lot numbers on its line
        """
        if self.tracking == "serial" and len(set(numbers)) != quantity:
            raise UserError(
                self.env._(
                    "Write on its line which %(product)s are sold: %(quantity)s serial numbers.",
                    product=self.display_name,
                    quantity=f"{quantity:g}",
                )
            )
        if numbers and self.tracking == "lot":
            return self._plan_lots(branch, quantity, numbers)
        if numbers:
            return self._plan_removal(branch, quantity, numbers)
        return self._plan_next(branch, quantity)

    def _plan_lots(self, branch, quantity, numbers):
        """Say what leaves of several lots, as `_plan_removal`: all that is free of the first first."""
        lots = self._lots(list(dict.fromkeys(numbers)), branch.company_id)
        plan, missing = [], quantity
        for lot in lots.sorted(lambda lot: numbers.index(lot.name)):
            if self.uom_id.compare(missing, 0) > 0:
                takings = self.env["stock.move"]._plan_taking(
                    self, missing, branch.stock_location_id, lot
                )
                plan += takings
                missing -= sum(taken for _location, _lot, taken in takings)
        if self.uom_id.compare(missing, 0) > 0:
            raise self._not_free(branch, quantity - missing, lots)
        return plan

    def _adjust(self, branch, counted, reason, lots=()):
        self._check_lots(lots, 1)  # numbers are counted one by one
        lot = self._lots(lots, branch.company_id, create=True)
        difference = self.uom_id.round(counted - branch._on_hand(self, lot))
        if difference < 0:
            self._check_not_reserved(branch, counted, lot)
            self._remove(branch, -difference, reason, lots)
        elif difference > 0:
            loss = self.property_stock_inventory
            plan = [(loss, lot, difference)]
            self._move_stock(branch, plan, branch.stock_location_id, reason)

    def _move_stock(self, branch, plan, destination, reason, unit_cost=0.0):
        if not self.is_storable:
            raise UserError(self.env._("No stock is kept of %s.", self.display_name))
        planned = self.env["stock.move"]._create_planned(
            self,
            plan,
            destination,
            company_id=branch.company_id.id,
            inventory_name=reason.strip(),
            origin=reason.strip(),
            price_unit=unit_cost,
        )
        return planned._complete_at(unit_cost)
