from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fsm_jobs.verbs import check_keys, verb

RECEIVED_KEYS = {"line_id": int, "quantity": float, "lots": list}


class PurchaseOrder(models.Model):
    """What was ordered comes: onto the shelves, and to who waits for it."""

    _inherit = "purchase.order"

    # === ACTION METHODS === #

    def action_fsm_receive(self):
        self.fsm_receive()

    def action_receive_some(self):
        """Ask how many have come, and which pieces."""
        self.ensure_one()
        self._check_may_receive()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive %s", self.name),
            "res_model": "fsm.order.receive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_receive(self, lines: list = (), *, client_ref: str = ""):
        """Receive what has come; whoever waits for such a part gets it laid out.

        Quantities are in the part's own unit, also where the order is in boxes.

        :param list lines: ``[{line_id, quantity, lots}]`` if not all has come; by default all that
            is still open. `lots` are the serial numbers, or the lot, of such parts
        :param str client_ref: the same again receives nothing again, and gets the same answer
        :return: ``{id, name, received: [{line_id, product_id, quantity, received}], status}``
        """
        self._check_may_receive()
        return [
            self.env["fsm.client.ref"]._once(
                order_sudo.company_id,
                "purchase.order.fsm_receive",
                client_ref,
                {"id": order_sudo.id, "lines": lines},
                lambda order_sudo=order_sudo: order_sudo._received(lines),
            )
            for order_sudo in self.sudo()  # accountants receive, but hold no rights on stock
        ]

    # === BUSINESS METHODS === #

    def _check_may_receive(self):
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not receive parts."))
        self.check_access("read")

    def _open_moves(self):
        """Return what the receipts of this order still expect; in sudo."""
        return self.picking_ids.move_ids.filtered(
            lambda move: (
                move.purchase_line_id
                and move.state not in ("done", "cancel", "draft")
                and move.location_dest_id.usage != "supplier"  # what goes back to the vendor
            )
        )

    def _expected(self):
        """Return ``{line id: quantity}`` of what is still to come, as `fsm_receive` takes it."""
        self._check_may_receive()
        expected = {}
        moves_sudo = self.sudo()._open_moves()  # accountants hold no rights on stock
        for line, moves in moves_sudo.grouped("purchase_line_id").items():
            expected[line] = sum(moves.mapped("product_qty"))
        if self and not expected:
            raise self._nothing_open()
        lines = sorted(expected, key=lambda line: (line.sequence, line.id))
        return {line.id: expected[line] for line in lines}

    def _nothing_open(self):
        return UserError(self.env._("Nothing of order %s is still to come.", self.name))

    def _received(self, lines):
        """Receive what has come of this order, and return the answer of the verb; in sudo."""
        self.with_company(self.company_id)._receive(lines)
        return self._receipt_answer()

    def _receive(self, lines):
        """Do the open receipts of this order; called in sudo, in its company."""
        moves = self._open_moves()
        if self.state != "purchase" or not moves:
            raise self._nothing_open()
        said = self._said(lines)
        for line, open_moves in moves.grouped("purchase_line_id").items():
            quantity, lots = said.pop(line.id, (0.0, [])) if lines else (
                sum(open_moves.mapped("product_qty")), []
            )  # fmt: skip
            open_moves._receive_pieces(quantity, lots)
        if said:
            raise UserError(self.env._("“lines” names a line of which nothing is to come."))
        for picking in moves.filtered("picked").picking_id:
            picking._action_done()

    def _said(self, lines):
        """Return ``{line id: (quantity, lots)}`` as the caller says it."""
        said = {}
        for line in lines:
            line = check_keys(self.env, line, RECEIVED_KEYS, "lines")
            if not line.get("line_id") or line["line_id"] in said:
                raise UserError(self.env._("Say once for each line how many have come."))
            said[line["line_id"]] = (line.get("quantity") or 0.0, line.get("lots") or [])
        return said

    def _receipt_answer(self):
        return {
            "id": self.id,
            "name": self.name,
            "status": self.receipt_status or False,
            "received": [
                {
                    "line_id": line.id,
                    "product_id": line.product_id.id,
                    "quantity": line.product_uom_qty,
                    "received": line._has_come(),
                }
                for line in self.order_line
                if line.product_id
            ],
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    def _receive_pieces(self, quantity, lots):
        """Say how many of these open moves of one order line have come; called in sudo.

        :param float quantity: in the part's unit
        """
        product, expected = self.product_id, sum(self.mapped("product_qty"))
        self.picked = False
        if not quantity:
            return
        product._check_quantity(quantity)
        if product.uom_id.compare(quantity, expected) > 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s of %(product)s are still to come.",
                    quantity=f"{expected:g}",
                    product=product.display_name,
                )
            )
        product._check_lots(lots, quantity)
        pieces = product._pieces(product._lots(lots, self.company_id, create=True), quantity)
        for move in self:
            pieces = pieces and move._take_pieces(pieces)

    def _take_pieces(self, pieces):
        """Put onto this move as many pieces as it expects, and return the others.

        :param list pieces: ``[(lot, quantity)]``, in the part's unit
        """
        uom, room, commands, others = self.product_id.uom_id, self.product_qty, [], []
        for lot, quantity in pieces:
            taken = min(quantity, room)
            room = uom.round(room - taken)
            if taken:
                commands.append(Command.create(self._piece_values(lot, taken)))
            if uom.compare(quantity, taken) > 0:
                others.append((lot, uom.round(quantity - taken)))
        self.move_line_ids = [Command.clear(), *commands]
        self.picked = bool(commands)
        return others

    def _piece_values(self, lot, quantity):
        return {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_id.uom_id.id,
            "location_id": self.location_id.id,
            "location_dest_id": self.location_dest_id.id,
            "picking_id": self.picking_id.id,
            "lot_id": lot.id,
            "quantity": quantity,
        }
