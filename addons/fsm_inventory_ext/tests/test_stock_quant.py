from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestStockQuant(FsmInventoryCommon):
    # === NEVER BELOW ZERO === #

    def _deliver(self, quantity):
        """Try to send parts out by a delivery order, forcing what is not there."""
        warehouse = self.branch.warehouse_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.branch.usage_location_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.ssd.id,
                            "product_uom_qty": quantity,
                            "location_id": warehouse.lot_stock_id.id,
                            "location_dest_id": self.branch.usage_location_id.id,
                            "company_id": self.company.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        return picking.button_validate()

    def test_delivery_order_takes_no_more_than_there_is(self):
        self._stock_up(self.ssd, 2)
        self._deliver(2)
        self.assertEqual(self._on_hand(self.ssd), 0)
        self._stock_up(self.ssd, 2)
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB are in stock at SP Road"):
            self._deliver(3)

    def test_guards_of_whence_and_whither_are_taken_together(self):
        self._stock_up(self.ssd, 2)
        shelf = self.branch.stock_location_id
        bag = shelf.copy({"location_id": shelf.location_id.id})
        guards, taken = self.env["fsm.stock.guard"], []
        self.patch(type(guards), "_hold", lambda _self, places: taken.append(list(places)))
        self.env["stock.move"]._create_planned(
            self.ssd, [(shelf, self.env["stock.lot"], 1.0)], bag, company_id=self.company.id
        )
        self.assertEqual(taken[0], [(self.ssd, shelf), (self.ssd, bag)])

    def test_scrap_takes_no_more_than_there_is(self):
        self._stock_up(self.ssd, 2)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.ssd.id,
                "scrap_qty": 3,
                "company_id": self.branch.company_id.id,
                "location_id": self.branch.stock_location_id.id,
            }
        )
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB"):
            scrap.do_scrap()

    def test_correcting_a_done_move_cannot_go_below_zero(self):
        self._stock_up(self.ssd, 2)
        usage = self._request(self._job("repair"), use=True)
        line = usage.sudo().move_ids.move_line_ids
        with self.assertRaisesRegex(UserError, "in stock at SP Road"):
            line.quantity = 3
        with self.assertRaisesRegex(AccessError, "make a move back"):
            line.with_user(self.manager).quantity = 2

    def test_done_move_is_never_rewritten_by_hand(self):
        self._stock_up(self.ssd, 2)
        move = self._request(self._job("repair"), use=True).sudo().move_ids
        by_hand = move.with_user(self.manager)
        for vals in (
            {"state": "draft"},
            {"state": "cancel"},
            {"move_line_ids": [(1, move.move_line_ids.id, {"quantity": 77})]},
            {"part_usage_id": False},
            {"origin": "X"},
            {"inventory_name": "X"},
            {"price_unit": 1},
            {"date": "2020-01-01"},
            {"product_uom_qty": 77},
            {"quantity": 77},
            {"picked": False},
        ):
            for context in ({}, {"fsm_stock_gate": True}):
                with self.subTest(vals=vals, context=context), self.assertRaises(AccessError):
                    by_hand.with_context(**context).write(vals)
        with self.assertRaises(AccessError):
            by_hand.move_line_ids.date = "2020-01-01"
        self.assertEqual((move.state, move.quantity), ("done", 1))

    def _receipt(self, quantity):
        """Return a receipt as a manager makes one."""
        warehouse = self.branch.warehouse_id
        picking = (
            self.env["stock.picking"]
            .with_user(self.manager)
            .create(
                {
                    "picking_type_id": warehouse.in_type_id.id,
                    "location_id": self.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": warehouse.lot_stock_id.id,
                    "move_ids": [(0, 0, {"product_id": self.ssd.id, "product_uom_qty": quantity})],
                }
            )
        )
        picking.action_confirm()
        return picking

    def test_manager_still_receives_and_cancels_a_picking(self):
        picking = self._receipt(3)
        picking.move_ids.product_uom_qty = 4
        picking.move_ids.quantity = 3
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual((picking.state, picking.move_ids.state), ("done", "done"))
        self.assertEqual(self._on_hand(self.ssd), 3)
        self.assertEqual(picking.backorder_ids.move_ids.mapped("product_uom_qty"), [1])
        with self.assertRaisesRegex(AccessError, "make a move back"):
            picking.date_done = "2020-01-01"
        cancelled = self._receipt(2)
        cancelled.action_cancel()
        self.assertEqual((cancelled.state, cancelled.move_ids.state), ("cancel", "cancel"))

    def test_what_is_reserved_for_a_job_is_not_taken_by_another(self):
        self._stock_up(self.ssd, 1)
        self._request(self._job("repair"))
        other = self._request(self._job("repair"))
        with self.assertRaisesRegex(UserError, "Only 0 of SSD 512 GB"):
            other.use()

    def test_two_takers_of_the_last_piece_meet_at_its_guard(self):
        """The second transaction waits at the row of the first, whatever quants there are."""
        self._stock_up(self.ssd, 1)
        guard = self.env["fsm.stock.guard"]
        guard._hold([(self.ssd, self.branch.stock_location_id)])
        rows = guard.search([("product_id", "=", self.ssd.id)])
        self.assertEqual(rows.location_id, self.branch.stock_location_id)
        taken = rows.taken
        guard._hold([(self.ssd, self.branch.stock_location_id)])
        rows.invalidate_recordset()
        self.assertEqual(rows.taken, taken, "Once a transaction is enough.")
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._request(self._job("repair"), use=True)
            raise ZeroDivisionError
        self._request(self._job("repair"), use=True)
        rows.invalidate_recordset()
        self.assertGreater(rows.taken, taken, "A rolled-back savepoint gives the guard up.")

    # === NOBODY WRITES STOCK BY HAND === #

    def test_quantity_is_never_written_by_hand(self):
        self._stock_up(self.ssd, 2)
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.ssd.id),
                ("location_id", "=", self.branch.stock_location_id.id),
            ]
        )
        values = {
            "product_id": self.ssd.id,
            "location_id": self.branch.stock_location_id.id,
            "quantity": 999,
        }
        for user in (self.technician, self.receptionist, self.accountant, self.manager, self.owner):
            for context in ({}, {"inventory_mode": True}, {"import_file": True}):
                quants = self.env["stock.quant"].with_user(user).with_context(**context)
                with self.subTest(user=user.name, context=context):
                    with self.assertRaises(AccessError):
                        quants.create(values)
                    with self.assertRaises(AccessError):
                        quants.browse(quant.id).write({"quantity": 999})
                    with self.assertRaises(AccessError):
                        quants.browse(quant.id).write({"reserved_quantity": 0})
        self.assertEqual(self._on_hand(self.ssd), 2)

    def test_counting_is_for_managers_with_a_reason(self):
        self._stock_up(self.ssd, 2)
        quant = (
            self.env["stock.quant"]
            .with_user(self.manager)
            .search([("location_id", "=", self.branch.stock_location_id.id)])
            .with_context(inventory_mode=True)
        )
        quant.inventory_quantity = 5
        with self.assertRaisesRegex(UserError, "at least 10 characters"):
            quant.action_apply_inventory()
        quant.with_context(inventory_name="Counted on Sunday").action_apply_inventory()
        self.assertEqual(self._on_hand(self.ssd), 5)
        with self.assertRaises(AccessError):
            quant.with_user(self.accountant).action_apply_inventory()

    def test_technician_cannot_reserve_stock_by_a_move_line_of_his_own(self):
        self._stock_up(self.ssd, 2)
        lines = self.env["stock.move.line"].with_user(self.technician)
        with self.assertRaisesRegex(AccessError, "does not move stock"):
            lines.create(
                {
                    "product_id": self.ssd.id,
                    "product_uom_id": self.ssd.uom_id.id,
                    "quantity": 2,
                    "location_id": self.branch.stock_location_id.id,
                    "location_dest_id": self.branch.usage_location_id.id,
                    "company_id": self.branch.company_id.id,
                }
            )
        done = lines.search([("product_id", "=", self.ssd.id)], limit=1)
        with self.assertRaisesRegex(AccessError, "does not move stock"):
            done.state = "draft"
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (2, 2))
