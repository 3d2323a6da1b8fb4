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
            lambda move: move.purchase_line_id and move.state not in ("done", "cancel", "draft")
        )

    def _expected(self):
        """Return ``{line id: quantity}`` of what is still to come, as `fsm_receive` takes it."""
        self._check_may_receive()
        expected = {}
        moves_sudo = self.sudo()._open_moves()  # accountants hold no rights on stock
        for line, moves in moves_sudo.grouped("purchase_line_id").items():
            expected[line] = sum(moves.mapped("product_uom_qty"))
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
        for move in moves:
            quantity, lots = said.pop(move.purchase_line_id.id, (0.0, [])) if lines else (
                move.product_uom_qty, []
            )  # fmt: skip
            move._receive_pieces(quantity, lots)
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
                    "quantity": line.product_qty,
                    "received": line.qty_received,
                }
                for line in self.order_line
                if line.product_id
            ],
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    def _receive_pieces(self, quantity, lots):
        """Say how many of this move have come; called in sudo."""
        product = self.product_id
        if not quantity:
            self.picked = False
            return
        product._check_quantity(quantity)
        if self.product_uom.compare(quantity, self.product_uom_qty) > 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s of %(product)s are still to come.",
                    quantity=f"{self.product_uom_qty:g}",
                    product=product.display_name,
                )
            )
        product._check_lots(lots, quantity)
        pieces = product._pieces(product._lots(lots, self.company_id, create=True), quantity)
        self.move_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_id": self.product_uom.id,
                        "location_id": self.location_id.id,
                        "location_dest_id": self.location_dest_id.id,
                        "picking_id": self.picking_id.id,
                        "lot_id": lot.id,
                        "quantity": taken,
                    }
                )
                for lot, taken in pieces
            ),
        ]
        self.picked = True
