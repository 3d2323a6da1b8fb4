from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmTransfer(FsmInventoryCommon):
    """SP Road asks the other branch for SSDs: one document, of which each branch sees its half."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_branch.company_id.write({"state_id": cls.karnataka.id, "vat": cls.company.vat})
        cls.keeper = cls._create_user("meera", "manager", cls.other_branch)
        cls.ssd.fsm_add_stock(
            branch_id=cls.other_branch.id, quantity=5, reason="Bill 4711", unit_cost=2000
        )

    def _asked(self, quantity=3, user=None, product=None, **arguments):
        """Have SP Road ask for SSDs, and return the transfer."""
        transfers = self.env["fsm.transfer"].with_user(user or self.accountant)
        answer = transfers.request(
            from_branch_id=self.other_branch.id,
            lines=[{"product_id": (product or self.ssd).id, "quantity": quantity}],
            **arguments,
        )
        return self.env["fsm.transfer"].browse(answer["id"])

    def _sent(self, quantity=3, **arguments):
        transfer = self._asked(quantity, **arguments)
        transfer.with_user(self.keeper).send_parts()
        return transfer

    def _line(self, transfer, quantity, **values):
        return [{"line_id": transfer.line_ids.id, "quantity": quantity, **values}]

    def _shelves(self):
        return self._on_hand(self.ssd), self.other_branch._on_hand(self.ssd)

    def test_parts_leave_one_branch_and_reach_the_other_with_a_challan(self):
        transfer = self._asked(client_ref="T-1")
        self.assertEqual(self._asked(client_ref="T-1"), transfer)
        self.assertEqual(self._shelves(), (0, 5))
        [answer] = [transfer.with_user(self.keeper).send_parts()]
        self.assertEqual((answer["state"], answer["document"]["kind"]), ("sent", "challan"))
        self.assertEqual(answer["document"]["number"], transfer.challan_id.name)
        self.assertEqual(self._shelves(), (0, 2))
        printed = transfer.challan_id.with_user(self.accountant)._print_challan()
        self.assertEqual(printed["rows"], [(self.ssd.default_code or "", "SSD 512 GB", "3")])
        self.assertEqual(transfer.with_user(self.accountant).receive_parts()["state"], "received")
        self.assertEqual(self._shelves(), (3, 2))
        self.assertEqual(self.ssd.with_company(self.company).standard_price, 2000)

    def test_what_arrives_from_a_branch_is_for_who_waits(self):
        usage = self._request(self._job("repair"), quantity=2)
        self._sent().with_user(self.accountant).receive_parts()
        self.assertEqual(usage.state, "reserved")

    def test_between_two_gstins_it_is_a_supply(self):
        self.other_branch.company_id.write(
            {"state_id": self.tamil_nadu.id, "vat": "33AAGCB7383J1ZF"}
        )
        said = []

        def supply(branch, other, lines, origin):
            said.append((branch, other, lines, origin))
            return "RST/26-27/00001"

        self.patch(self.env.registry["fsm.branch"], "_supply_to", supply)
        transfer = self._sent()
        line = {"product_id": self.ssd.id, "quantity": 3, "price_unit": 2000}
        self.assertEqual(said, [(self.other_branch, self.branch, [line], transfer.name)])
        self.assertEqual(
            (transfer.document_kind, transfer.invoice_number), ("invoice", "RST/26-27/00001")
        )
        self.assertFalse(transfer.challan_id)
        # The receiver has its bill: nothing is taken back behind it, and what is short is credited.
        sender = transfer.with_user(self.keeper)
        with self.assertRaisesRegex(UserError, "Tax invoice RST/26-27/00001 travels with it"):
            sender.settle_missing(outcome="returned", reason="It never left the house")
        transfer.with_user(self.accountant).receive_parts(lines=self._line(transfer, 1))
        sender.settle_missing(outcome="lost", reason="Never came out of the box")
        told = self.env["mail.message"].search(
            [("subject", "=", "Tax invoice RST/26-27/00001: credit what has not arrived")]
        )
        self.assertIn(self.accountant.partner_id, told.notified_partner_ids)
        self.assertEqual(self.other_branch._lost_parts("2000-01-01", "2100-01-01"), [])

    def test_short_arrival_is_settled_by_the_sender_with_a_reason(self):
        transfer = self._sent()
        receiver = transfer.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "Only 3 of SSD 512 GB are on the way"):
            receiver.receive_parts(lines=self._line(transfer, 4))
        first = {"lines": self._line(transfer, 1), "client_ref": "GRN-1"}
        answer = receiver.receive_parts(**first)
        self.assertEqual((answer["state"], answer["lines"][0]["missing"]), ("short", 2))
        self.assertEqual(receiver.receive_parts(**first), answer)
        self.assertEqual(self._shelves(), (1, 2), "The same call again receives nothing.")
        self.assertEqual(receiver.receive_parts(lines=self._line(transfer, 1))["state"], "short")
        sender = transfer.with_user(self.keeper)
        with self.assertRaisesRegex(UserError, "10 characters"):
            sender.settle_missing(outcome="lost", reason="Gone")
        with self.assertRaisesRegex(AccessError, "Only|role|other branch"):
            receiver.settle_missing(outcome="lost", reason="Never came out of the box")
        answer = sender.settle_missing(outcome="lost", reason="Never came out of the box")
        self.assertEqual((answer["state"], answer["lines"][0]["missing"]), ("received", 0))
        self.assertEqual(self._shelves(), (2, 2))

    def _worth(self):
        """Return ``{(branch, place): rupees}`` of all there is, and the sum of it."""
        self.env.flush_all()
        rows = self.env["fsm.stock.report"]._read_group(
            [("product_id", "=", self.ssd.id)], ["branch_id", "place"], ["value:sum"]
        )
        return {(branch, place): value for branch, place, value in rows}

    def test_what_travels_is_worth_something_to_one_branch_and_never_to_two(self):
        here, there = self.branch, self.other_branch
        self.assertEqual(self._worth(), {(there, "here"): 10000})
        transfer = self._sent()
        on_the_way = {(there, "here"): 4000, (there, "transit"): 6000}
        self.assertEqual(self._worth(), on_the_way)
        stats = self.env["product.product"].with_user(self.keeper).fsm_stock_stats()
        self.assertEqual((stats["value"], stats["on_the_way_value"]), (4000, 6000))
        # With a tax invoice it was supplied: what is on the way is the receiver's.
        transfer.document_kind = "invoice"
        self.assertEqual(self._worth(), {(there, "here"): 4000, (here, "transit"): 6000})
        transfer.document_kind = "challan"
        transfer.with_user(self.accountant).receive_parts(lines=self._line(transfer, 1))
        shared = {(there, "here"): 4000, (there, "transit"): 4000, (here, "here"): 2000}
        self.assertEqual(self._worth(), shared)
        transfer.with_user(self.keeper).settle_missing(
            outcome="returned", reason="Left behind by us"
        )
        self.assertEqual(self._worth(), {(there, "here"): 8000, (here, "here"): 2000})

    def test_what_was_left_behind_is_back_on_the_shelves(self):
        transfer = self._sent()
        transfer.with_user(self.accountant).receive_parts(lines=self._line(transfer, 2))
        transfer.with_user(self.keeper).settle_missing(
            outcome="returned", reason="It was never put into the box"
        )
        self.assertEqual((transfer.state, *self._shelves()), ("received", 2, 3))

    def test_parcel_that_never_left_is_taken_back_by_a_manager_of_its_sender(self):
        transfer, why = self._sent(), {"outcome": "returned", "reason": "It never left the house"}
        with self.assertRaisesRegex(AccessError, "Your role"):
            transfer.with_user(self.accountant).settle_missing(**why)
        answer = transfer.with_user(self.keeper).settle_missing(**why)
        self.assertEqual((answer["state"], *self._shelves()), ("cancelled", 0, 5))
        with self.assertRaisesRegex(UserError, "Taken Back"):
            transfer.with_user(self.accountant).receive_parts()

    def test_nobody_takes_the_step_of_the_other_branch_or_a_step_twice(self):
        transfer = self._asked()
        with self.assertRaisesRegex(AccessError, "other branch"):
            transfer.with_user(self.accountant).send_parts()
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                self._asked(user=user)
            with self.assertRaises(AccessError):
                transfer.with_user(user).read(["state"])
        transfer.with_user(self.keeper).send_parts()
        with self.assertRaisesRegex(UserError, "is “On the Way”"):
            transfer.with_user(self.keeper).send_parts()
        with self.assertRaisesRegex(UserError, "is “On the Way”"):
            transfer.with_user(self.accountant).decline(reason="Found one here")
        with self.assertRaises(AccessError):
            transfer.with_user(self.keeper).state = "received"
        self.assertEqual(self._shelves(), (0, 2))

    def test_no_more_is_sent_than_there_is(self):
        transfer = self._asked(9)
        with self.assertRaisesRegex(UserError, "Only 5 of SSD 512 GB"):
            transfer.with_user(self.keeper).send_parts()
        transfer.with_user(self.keeper).send_parts(lines=self._line(transfer, 5))
        self.assertEqual((transfer.line_ids.sent, *self._shelves()), (5, 0, 0))

    def _lots(self, product, user, branch):
        """Return the lots of a part that a manager sees, and how many of each his branch has."""
        lots = self.env["stock.lot"].with_user(user).search([("product_id", "=", product.id)])
        return {lot.name: branch._on_hand(product, lot) for lot in lots}

    def test_lots_leave_first_in_or_as_chosen_and_each_branch_numbers_its_own(self):
        paste = self._create_part("Paste", 90, tracking="lot")
        for lot, quantity in (("P-1", 2), ("P-2", 5)):
            paste.fsm_add_stock(
                branch_id=self.other_branch.id, quantity=quantity, reason="Bill 9", lots=[lot]
            )
        transfer = self._asked(3, product=paste)
        [line] = transfer.with_user(self.keeper).send_parts()["lines"]
        on_the_way = [{"lot": "P-1", "quantity": 2}, {"lot": "P-2", "quantity": 1}]
        self.assertEqual(line["lots"], on_the_way)
        receiver, both = transfer.with_user(self.accountant), self._line(transfer, 1, lots=["P-2"])
        with self.assertRaisesRegex(UserError, "On the way are: P-1 × 2, P-2 × 1"):
            receiver.receive_parts(lines=self._line(transfer, 2))
        with self.assertRaisesRegex(UserError, "named twice"):
            receiver.receive_parts(lines=both + both)
        both += self._line(transfer, 1, lots=["P-1"])
        self.assertEqual(receiver.receive_parts(lines=both)["state"], "short")
        here, there = (self.manager, self.branch), (self.keeper, self.other_branch)
        self.assertEqual(self._lots(paste, *here), {"P-1": 1, "P-2": 1})
        self.assertEqual(self._lots(paste, *there), {"P-1": 0, "P-2": 4})
        transfer.with_user(self.keeper).settle_missing(
            outcome="returned", reason="It was never put into the box"
        )
        self.assertEqual(self._lots(paste, *there), {"P-1": 1, "P-2": 4})
        chosen = self._asked(3, product=paste)
        chosen.with_user(self.keeper).send_parts(lines=self._line(chosen, 3, lots=["P-2"]))
        chosen.with_user(self.accountant).receive_parts()
        self.assertEqual(self._lots(paste, *here), {"P-1": 1, "P-2": 4})
        between = self.env["stock.quant"].search(
            [("product_id", "=", paste.id), ("location_id.usage", "=", "transit")]
        )
        self.assertFalse(between.filtered(lambda q: q.quantity or q.reserved_quantity))

    def test_second_lot_that_is_scanned_has_a_line_of_its_own(self):
        paste = self._create_part("Paste", 90, tracking="lot")
        for lot in ("P-1", "P-2"):
            paste.fsm_add_stock(
                branch_id=self.other_branch.id, quantity=2, reason="Bill 9", lots=[lot]
            )
        transfer = self._asked(3, product=paste)
        step = self.env["fsm.transfer.step"].with_user(self.keeper)
        dialog = Form(step.with_context(**transfer.with_user(self.keeper).action_send()["context"]))
        dialog.code = "P-1"
        with dialog.line_ids.edit(0) as line:
            line.quantity = 2
        for code in ("P-2", "P-1"):
            dialog.code = code
        dialog.save().action_apply()
        self.assertEqual(transfer.line_ids.sent, 3)
        self.assertEqual(self._lots(paste, self.keeper, self.other_branch), {"P-1": 0, "P-2": 1})

    def test_part_of_one_branch_alone_is_not_asked_of_it(self):
        board = self._create_part("Board", 90, company_id=self.other_branch.company_id.id)
        with self.assertRaisesRegex(UserError, "Board belongs to another branch"):
            self._asked(product=board, user=self.owner, to_branch_id=self.branch.id)

    def test_vendor_s_period_runs_from_the_day_the_lot_reached_the_organisation(self):
        paste = self._create_part("Paste", 90, tracking="lot")
        paste.fsm_add_stock(
            branch_id=self.other_branch.id, quantity=2, reason="Bill 9", lots=["P-1"]
        )
        first = self.env["stock.lot"].search([("product_id", "=", paste.id)])
        self.env.cr.execute(
            "UPDATE stock_lot SET create_date = '2026-01-05' WHERE id = %s", [first.id]
        )
        transfer = self._asked(1, product=paste)
        transfer.with_user(self.keeper).send_parts()
        transfer.with_user(self.accountant).receive_parts()
        self.env.invalidate_all()
        second = self.env["stock.lot"].search([("product_id", "=", paste.id)]) - first
        self.assertEqual(second._come_on(), first.create_date)
        for user, lot in ((self.manager, second), (self.keeper, first)):
            with self.assertRaisesRegex(UserError, "has moved: its number is kept"):
                lot.with_user(user).unlink()
            with self.assertRaises(AccessError):
                (first + second - lot).with_user(user).read(["name"])

    def test_piece_with_a_number_belongs_where_it_is(self):
        board = self._create_part("Mainboard", 9000, tracking="serial")
        board.fsm_add_stock(
            branch_id=self.other_branch.id, quantity=2, reason="Bill 9", lots=["M-1", "M-2"]
        )
        transfer = self._asked(1, product=board)
        step = self.env["fsm.transfer.step"].with_user(self.keeper)
        dialog = Form(step.with_context(**transfer.with_user(self.keeper).action_send()["context"]))
        with self.assertRaisesRegex(UserError, "is no part of your branch"):
            dialog.code = "M-3"
        dialog.code = "M-2"
        dialog.save().action_apply()
        with self.assertRaisesRegex(UserError, "“M-1” is not on transfer|is no part of"):
            transfer.with_user(self.accountant).scan_part(code="M-1")
        scanned = transfer.with_user(self.accountant).scan_part(code=" M-2 ")
        self.assertEqual((scanned["line_id"], scanned["lot"]), (transfer.line_ids.id, "M-2"))
        step = step.with_user(self.accountant).with_context(default_transfer_id=transfer.id)
        Form(step.with_context(default_kind="receive")).save().action_apply()
        lot = self.env["stock.lot"].search([("name", "=", "M-2")])
        self.assertEqual((lot.company_id, self._on_hand(board)), (self.company, 1))

    def test_each_branch_sees_its_half_and_a_third_one_nothing(self):
        transfer = self._sent()
        transfer.with_user(self.accountant).receive_parts()
        moves = self.env["stock.move"]
        domain = [("transfer_line_id", "=", transfer.line_ids.id)]
        for user, company in (
            (self.keeper, self.other_branch.company_id),
            (self.manager, self.company),
        ):
            self.assertEqual(moves.with_user(user).search(domain).company_id, company)
            self.assertTrue(transfer.with_user(user).search([("id", "=", transfer.id)]))
        third = (
            self.env["fsm.branch"]
            .with_user(self.owner)
            .create({"name": "Third", "code": "THD", "state_id": self.branch.state_id.id})
        )
        stranger = self._create_user("third", "manager", third)
        self.assertFalse(self.env["fsm.transfer"].with_user(stranger).search([]))
        self.assertFalse(self.env["fsm.transfer.line"].with_user(stranger).search([]))
        with self.assertRaisesRegex(AccessError, "one of them yours"):
            self._asked(user=stranger, to_branch_id=self.branch.id)

    def test_nobody_moves_by_hand_what_is_between_branches(self):
        self._sent()
        between = self.env.ref("fsm_inventory_ext.stock_location_between_branches")
        vendors = self.env.ref("stock.stock_location_suppliers")
        for source in (between, vendors):  # and then from there all the same, by its line
            picking = self._picking_from(source)
            picking.move_line_ids.location_id = between
            with self.assertRaisesRegex(AccessError, "by a transfer"):
                picking.button_validate()
        self.assertEqual(self._on_hand(self.ssd), 0)

    def _picking_from(self, source):
        """Return an SSD that the manager is about to bring onto the shelf."""
        places = {"location_id": source.id, "location_dest_id": self.branch.stock_location_id.id}
        part = {"product_id": self.ssd.id, "product_uom_qty": 1, "company_id": self.company.id}
        picking = self.env["stock.picking"].with_user(self.manager).create(
            {
                "picking_type_id": self.branch.warehouse_id.int_type_id.id,
                "move_ids": [(0, 0, {**part, **places})],
                **places,
            }
        )  # fmt: skip
        picking.action_confirm()
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        return picking
