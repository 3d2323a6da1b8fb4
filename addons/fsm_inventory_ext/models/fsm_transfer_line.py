from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .product_template import COST_GROUPS


class FsmTransferLine(models.Model):
    """One part of a transfer: how many were asked for, were sent, and have arrived."""

    _name = "fsm.transfer.line"
    _description = "Transfer Line"
    _order = "transfer_id, id"

    transfer_id = fields.Many2one(
        comodel_name="fsm.transfer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Float(string="Asked For", digits="Product Unit", required=True, readonly=True)
    sent = fields.Float(digits="Product Unit", compute="_compute_moved", compute_sudo=True)
    received = fields.Float(digits="Product Unit", compute="_compute_moved", compute_sudo=True)
    missing = fields.Float(digits="Product Unit", compute="_compute_moved", compute_sudo=True)
    lots_on_the_way = fields.Char(
        string="Numbers on the Way",
        compute="_compute_moved",
        compute_sudo=True,
        help="Serial or lot numbers that were sent and have neither arrived nor come back.",
    )
    currency_id = fields.Many2one(related="transfer_id.company_id.currency_id")
    cost = fields.Monetary(
        string="Cost of One",
        readonly=True,
        groups=COST_GROUPS,
        help="Of the sending branch, when it was sent.",
    )
    move_ids = fields.One2many(
        string="Stock Moves",
        comodel_name="stock.move",
        inverse_name="transfer_line_id",
        groups="stock.group_stock_user,fsm_jobs.group_fsm_accountant",
    )

    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "At least one part is sent.")

    # === COMPUTE METHODS === #

    @api.depends("move_ids.state", "move_ids.quantity")
    def _compute_moved(self):
        between = self._between()
        for line in self:
            done = line.move_ids.filtered(lambda move: move.state == "done")
            company = line.transfer_id.to_company_id
            line.sent = sum(
                done.filtered(lambda m: m.location_dest_id == between).mapped("quantity")
            )
            line.received = sum(
                done.filtered(
                    lambda m, company=company: (
                        m.location_id == between and m.location_dest_id.company_id == company
                    )
                ).mapped("quantity")
            )
            pieces = line._on_the_way()
            line.missing = sum(pieces.values())
            line.lots_on_the_way = line._lots_text(pieces)

    # === BUSINESS METHODS - STOCK === #

    @api.model
    def _between(self):
        """Return where parts lie that have left one branch and not reached the other."""
        data = self.env["ir.model.data"]
        between_id = data._xmlid_to_res_id("fsm_inventory_ext.stock_location_between_branches")
        return self.env["stock.location"].browse(between_id)

    def _on_the_way(self):
        """Return ``{lot: quantity}`` of what was sent and has neither arrived nor come back."""
        between = self._between()
        balance = defaultdict(float)
        for move in self.move_ids.move_line_ids.filtered(lambda line: line.state == "done"):
            sign = 1 if move.location_dest_id == between else -1
            balance[move.sent_lot_id or move.lot_id] += sign * move.quantity
        uom = self.product_id.uom_id
        return {lot: rest for lot, rest in balance.items() if uom.compare(rest, 0) > 0}

    def _send(self, quantity, lots):
        """Take the part from the shelves of the sending branch; called in sudo, in its company.

        Of lots that nobody has named, what came first.
        """
        product, branch = self.product_id, self.transfer_id._branch(self.transfer_id.company_id)
        product._check_quantity(quantity)
        if product.tracking == "lot" and not lots:
            plan = product._plan_next(branch, quantity)
        else:
            plan = product._plan_removal(branch, quantity, lots)
        moves = self._plan_move(plan, self._between(), branch.company_id)
        self._do(moves)
        self.cost = moves._cost_of_one()

    def _arrive(self, quantity, lots):
        """Put what has arrived onto the shelves; called in sudo, in the receiving company."""
        product, branch = self.product_id, self.transfer_id._branch(self.transfer_id.to_company_id)
        product._check_quantity(quantity)
        sent = self._plan_leaving(quantity, lots)
        plan = [
            (place, self._lot_here(lot, branch.company_id), taken) for place, lot, taken in sent
        ]
        product._take_into_average(branch, quantity, self.cost)
        moves = self._plan_move(
            plan, branch.stock_location_id, branch.company_id, price_unit=self.cost
        )
        if product.tracking == "lot":
            lines = moves.move_line_ids.sorted("id")
            for line, (_place, lot, _taken) in zip(lines, sent, strict=True):
                line.sent_lot_id = lot
        self._do(moves, self.cost)

    def _lot_here(self, lot, company):
        """Return the number of a piece in the branch where it arrives.

        A piece with a serial number belongs where it is. Of a lot both branches may have a rest:
        each has a record of it, under the same number.
        """
        if self.product_id.tracking == "lot":
            return self.product_id._lots([lot.name], company, create=True)
        lot.company_id = company
        return lot

    def _settle(self, destination, reason):
        """Bring what never arrived back, or write it off; called in sudo, in the sender's company."""
        plan = [(self._between(), lot, rest) for lot, rest in self._on_the_way().items()]
        if plan:
            company = self.transfer_id.company_id
            moves = self._plan_move(plan, destination, company, inventory_name=reason)
            self._do(moves, self.cost if destination.usage == "internal" else 0.0)

    def _plan_leaving(self, quantity, lots):
        """Return how `quantity` leaves the way between the branches, as `_plan_taking` does."""
        on_the_way = self._on_the_way()
        if self.product_id.uom_id.compare(quantity, sum(on_the_way.values())) > 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s of %(product)s are on the way.",
                    quantity=f"{sum(on_the_way.values()):g}",
                    product=self.product_id.display_name,
                )
            )
        if self.product_id.tracking == "none":
            return [(self._between(), self.env["stock.lot"], quantity)]
        pieces = self._named_pieces(on_the_way, lots)
        if self.product_id.tracking == "lot":
            return self._plan_lots({lot: on_the_way[lot] for lot in pieces}, quantity)
        if len(pieces) != quantity:
            self.product_id._check_lots([lot.name for lot in pieces], quantity)
        return [(self._between(), lot, 1.0) for lot in pieces]

    def _named_pieces(self, on_the_way, lots):
        """Return those of the numbers in `lots` that are on the way; all where none is named."""
        names = {name.strip() for name in lots if isinstance(name, str)}
        return [lot for lot in on_the_way if not names or lot.name in names]

    def _plan_lots(self, pieces, quantity):
        """Say of which lots `quantity` has arrived: of the one that is named, or all there is.

        :param dict pieces: ``{lot: quantity}`` that is on the way
        """
        uom, total = self.product_id.uom_id, sum(pieces.values())
        if uom.compare(quantity, total) > 0 or (len(pieces) > 1 and uom.compare(quantity, total)):
            raise UserError(
                self.env._(
                    "Say of which lot how many have arrived. On the way are: %s.",
                    self._lots_text(self._on_the_way()),
                )
            )
        if len(pieces) == 1:
            return [(self._between(), *pieces, quantity)]
        return [(self._between(), lot, rest) for lot, rest in pieces.items()]

    @api.model
    def _lots_text(self, pieces):
        """Return numbers and quantities for people: `G-1 × 2, G-2 × 1`."""
        return ", ".join(f"{lot.name} × {quantity:g}" for lot, quantity in pieces.items() if lot)

    def _plan_move(self, plan, destination, company, **values):
        return self.env["stock.move"]._create_planned(
            self.product_id,
            plan,
            destination,
            company_id=company.id,
            origin=self.transfer_id.name,
            transfer_line_id=self.id,
            **values,
        )

    def _do(self, moves, unit_cost=0.0):
        moves._complete_at(unit_cost)
        self.invalidate_recordset(["sent", "received", "missing", "lots_on_the_way"])

    # === BUSINESS METHODS === #

    def _sentence(self):
        return self.env._(
            "%(quantity)s × %(part)s",
            quantity=f"{self.sent or self.quantity:g}",
            part=self.product_id.display_name,
        )

    def _answers(self):
        return [
            {
                "line_id": line.id,
                "product_id": line.product_id.id,
                "quantity": line.quantity,
                "sent": line.sent,
                "received": line.received,
                "missing": line.missing,
                "lots": [
                    {"lot": lot.name, "quantity": rest}
                    for lot, rest in line.sudo()._on_the_way().items()  # as printed on the parcel
                    if lot
                ],
            }
            for line in self
        ]
