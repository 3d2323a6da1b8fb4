from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestStockDoors(FsmInventoryCommon):
    """Whatever door a storekeeper tries: parts come and go by a move that somebody looked at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.ssd, 2)
        cls.shelf = cls.branch.stock_location_id
        cls.vendors = cls.env.ref("stock.stock_location_suppliers")
        cls.loss = cls.ssd.with_company(cls.company).property_stock_inventory

    @contextmanager
    def _refused(self, sentence):
        """Expect a refusal, after which nothing is left of what was tried."""
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _model(self, name, user=None, **context):
        return self.env[name].with_user(user or self.manager).with_context(**context)

    def _line(self, quantity, source, destination, **values):
        return {
            "product_id": self.ssd.id,
            "product_uom_id": self.ssd.uom_id.id,
            "company_id": self.company.id,
            "quantity": quantity,
            "location_id": source.id,
            "location_dest_id": destination.id,
            **values,
        }

    def _move(self, quantity, source, destination, **values):
        return {
            "product_id": self.ssd.id,
            "company_id": self.company.id,
            "product_uom_qty": quantity,
            "location_id": source.id,
            "location_dest_id": destination.id,
            **values,
        }

    def _picking(self, picking_type, *moves, **values):
        source, destination = moves[0]["location_id"], moves[0]["location_dest_id"]
        return {
            "picking_type_id": picking_type.id,
            "location_id": source,
            "location_dest_id": destination,
            "move_ids": [Command.create(move) for move in moves],
            **values,
        }

    def _planned(self, quantity, source, destination, **values):
        """Plan a picking as the manager does."""
        move = self._move(quantity, source, destination)
        values = self._picking(self.branch.warehouse_id.int_type_id, move, **values)
        picking = self._model("stock.picking").create(values)
        picking.action_confirm()
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        return picking

    def _done(self, quantity, source, destination, line=None, **values):
        """Plan a picking as the manager does, and validate it; its `line` may say otherwise."""
        picking = self._planned(quantity, source, destination, **values)
        picking.move_line_ids.write(line or {})
        picking.button_validate()
        return picking

    def test_no_move_is_born_done(self):
        move = self._move(9, self.vendors, self.shelf)
        line = self._line(9, self.vendors, self.shelf)
        receipt = self.branch.warehouse_id.in_type_id
        doors = {
            "move": lambda: self._model("stock.move").create({**move, "state": "done"}),
            "default": lambda: self._model("stock.move", default_state="done").create(move),
            "forged gate": lambda: self._model("stock.move", fsm_stock_gate=True).create(
                {**move, "state": "done"}
            ),
            "with its line": lambda: self._model("stock.move").create(
                {**move, "state": "done", "move_line_ids": [Command.create(line)]}
            ),
            "line": lambda: self._model("stock.move.line").create({**line, "state": "done"}),
            "line by default": lambda: self._model("stock.move.line", default_state="done").create(
                line
            ),
            "picking": lambda: self._model("stock.picking").create(
                self._picking(receipt, {**move, "state": "done"})
            ),
            "picking said done": lambda: self._model("stock.picking").create(
                self._picking(receipt, move, state="done")
            ),
        }
        for door, walk in doors.items():
            with self.subTest(door=door), self.assertRaises(AccessError):
                walk()
        self.assertEqual(self._on_hand(self.ssd), 2)

    def test_import_brings_no_done_move(self):
        fields = ["product_id/.id", "product_uom_qty", "location_id/.id", "location_dest_id/.id"]
        row = [str(self.ssd.id), "9", str(self.vendors.id), str(self.shelf.id)]
        answer = self._model("stock.move").load([*fields, "state"], [[*row, "done"]])
        self.assertFalse(answer["ids"])
        self.assertIn("planned first", answer["messages"][0]["message"])
        self.assertEqual(self._on_hand(self.ssd), 2)

    def test_nothing_is_added_to_what_is_done(self):
        picking = self._done(1, self.vendors, self.shelf)
        more = self._move(5, self.vendors, self.shelf, picking_id=picking.id)
        line = self._line(5, self.vendors, self.shelf, move_id=picking.move_ids.id)
        open_line = self._planned(5, self.vendors, self.shelf).move_line_ids
        doors = {
            "move": lambda: self._model("stock.move").create(more),
            "line of the picking": lambda: self._model("stock.move.line").create(
                {**line, "move_id": False, "picking_id": picking.id}
            ),
            "line of the move": lambda: self._model("stock.move.line").create(line),
            "open line": lambda: open_line.write({"move_id": picking.move_ids.id}),
            "open line said done": lambda: open_line.write({"state": "done"}),
            "through the picking": lambda: picking.write({"move_ids": [Command.create(more)]}),
            "said done": lambda: picking.copy().write({"state": "done"}),
        }
        for door, walk in doors.items():
            with self.subTest(door=door), self.assertRaises(AccessError):
                walk()
        self.assertEqual(self._on_hand(self.ssd), 3)

    def test_parts_are_written_off_by_a_manager_with_a_reason_only(self):
        scrap = self._model("stock.scrap").create(
            {"product_id": self.ssd.id, "scrap_qty": 1, "location_id": self.shelf.id}
        )
        doors = {
            "scrap": scrap.do_scrap,
            "picking to the loss": lambda: self._done(1, self.shelf, self.loss, origin="Lost"),
            "picking from the loss": lambda: self._done(1, self.loss, self.shelf),
            "to the loss by its line": lambda: self._done(
                1, self.shelf, self.vendors, {"location_dest_id": self.loss.id}
            ),
            "from the loss by its line": lambda: self._done(
                1, self.vendors, self.shelf, {"location_id": self.loss.id}
            ),
            "count that is applied at once": lambda: self._model(
                "stock.quant", inventory_mode=True
            ).create(
                {
                    "product_id": self.ssd.id,
                    "location_id": self.shelf.id,
                    "inventory_quantity_auto_apply": 50,
                }
            ),
            "product form": lambda: (
                self.ssd.with_user(self.manager)
                .with_company(self.company)
                .write({"qty_available": 7})
            ),
        }
        for door, walk in doors.items():
            with self.subTest(door=door), self._refused("10 characters"):
                walk()
        self.assertEqual(self._on_hand(self.ssd), 2)
        scrap.reason = "Broken when it was unpacked"
        scrap.do_scrap()
        self.assertEqual(scrap.move_ids.inventory_name, "Broken when it was unpacked")
        self._done(1, self.shelf, self.loss, origin="Stolen from the counter")
        self.assertEqual(self._on_hand(self.ssd), 0)

    def test_storekeeper_without_a_manager_s_right_writes_nothing_off(self):
        self.accountant.sudo().group_ids += self.env.ref("stock.group_stock_user")
        scrap = self._model("stock.scrap", self.accountant).create(
            {
                "product_id": self.ssd.id,
                "scrap_qty": 1,
                "location_id": self.shelf.id,
                "reason": "Broken when it was unpacked",
            }
        )
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            scrap.do_scrap()

    def test_part_that_moved_is_counted_as_ever(self):
        unmoved = self._create_part("RAM 8 GB", 2100)
        for values in ({"tracking": "lot"}, {"is_storable": False}, {"type": "service"}):
            with self.subTest(values=values):
                with self._refused("has moved"):
                    self.ssd.with_user(self.manager).write(values)
                unmoved.with_user(self.manager).write(values)
        self.ssd.with_user(self.manager).write({"is_storable": True, "name": "SSD 1 TB"})

    def test_who_keeps_the_books_plans_no_move(self):
        picking = self._planned(1, self.vendors, self.shelf).with_user(self.accountant)
        move = self._move(9, self.vendors, self.shelf)
        receipt = self._picking(self.branch.warehouse_id.in_type_id, move)
        doors = {
            "move": lambda: self._model("stock.move", self.accountant).create(move),
            "picking": lambda: self._model("stock.picking", self.accountant).create(receipt),
            "more": lambda: picking.move_ids.write({"product_uom_qty": 9}),
            "elsewhere": lambda: picking.write({"location_dest_id": self.loss.id}),
        }
        for door, walk in doors.items():
            with self.subTest(door=door), self._refused("does not move stock|allowed"):
                walk()

    def test_empty_picking_has_a_number_and_is_kept(self):
        values = self._picking(
            self.branch.warehouse_id.int_type_id, self._move(1, self.vendors, self.shelf)
        )
        empty = self._model("stock.picking").create({**values, "move_ids": []})
        with self._refused("has a number"):
            empty.unlink()

    def test_every_place_of_a_branch_stays_above_zero(self):
        van, warehouse = self.env["stock.location"].create(
            [
                {"name": name, "usage": usage, "company_id": self.company.id}
                for name, usage in (("Ravi's van", "internal"), ("On the way", "transit"))
            ]
        )
        customers = self.env.ref("stock.stock_location_customers")
        for place in (self.shelf, van, warehouse, self.shelf.copy({"location_id": self.shelf.id})):
            with self.subTest(place=place.name), self._refused("Only . of SSD"):
                self._done(3, place, customers)
        self.assertEqual(self._on_hand(self.ssd), 2)

    def test_parts_of_another_branch_are_out_of_reach(self):
        self._stock_up(self.ssd, 5, self.other_branch)
        theirs = self.other_branch.stock_location_id
        doors = {
            "to us": lambda: self._done(1, theirs, self.shelf),
            "to a customer": lambda: self._done(1, theirs, self.branch.usage_location_id),
            "scrap": lambda: (
                self._model("stock.scrap")
                .create(
                    {
                        "product_id": self.ssd.id,
                        "location_id": theirs.id,
                        "reason": "Broken when it was unpacked",
                    }
                )
                .do_scrap()
            ),
        }
        for door, walk in doors.items():
            with self.subTest(door=door), self._refused(""):
                walk()
        self.assertEqual(self.other_branch._on_hand(self.ssd), 5)
