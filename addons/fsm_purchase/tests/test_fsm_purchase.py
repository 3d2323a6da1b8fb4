from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.fsm_inventory_ext.tests.common import FsmInventoryCommon

MAX_QUERIES = 10  # of the report on suppliers, however many orders there are


@tagged("post_install", "-at_install")
class TestFsmPurchase(FsmInventoryCommon):
    """What job cards wait for is ordered, promised, received, and laid out for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.croma, cls.sharaf = cls.env["res.partner"].create(
            [{"name": name, "company_id": False} for name in ("Croma Wholesale", "Sharaf Parts")]
        )
        cls.fan = cls._create_part("Fan", 800)
        cls._price(cls.ssd, cls.croma, 2450, delay=5)
        cls._price(cls.fan, cls.sharaf, 400, delay=2)

    @classmethod
    def _price(cls, product, vendor, price, **values):
        cls.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "price": price,
                "company_id": cls.organization.id,
                "currency_id": cls.organization.currency_id.id,
                **values,
            }
        )

    def _order(self, usages, user=None, **arguments):
        """Order parts as the accountant; return the orders."""
        answers = usages.with_user(user or self.accountant).order(**arguments)
        answers = answers if isinstance(answers, list) else [answers]
        return self.env["purchase.order"].browse([answer["purchase_id"] for answer in answers])

    def _confirmed(self, usages):
        order = self._order(usages)
        order.with_user(self.accountant).button_confirm()
        return order

    def test_missing_parts_go_onto_one_request_a_vendor(self):
        jobs = [self._job("repair") for _ in range(2)]
        ssds = self._request(jobs[0], quantity=2) | self._request(jobs[1])
        fan = self._request(jobs[0], self.fan)
        orders = self._order(ssds | fan, client_ref="po-1")
        self.assertEqual(len(set(orders.ids)), 2)
        self.assertEqual(orders[0], orders[1])
        self.assertEqual(
            [(o.partner_id, o.order_line.product_qty, o.order_line.price_unit) for o in orders[1:]],
            [(self.croma, 3, 2450), (self.sharaf, 1, 400)],
        )
        self.assertEqual(orders[0].origin, ", ".join(job.name for job in jobs))
        self.assertEqual(orders[0].fsm_job_ids, jobs[0] | jobs[1])
        self.assertEqual(self._order(ssds), orders[:1] + orders[:1], "Again changes nothing.")
        self.assertEqual(orders[0].order_line.product_qty, 3)
        ssds[0].return_part()
        self.assertEqual(orders[0].order_line.product_qty, 1)
        turned = fan | ssds[1] | ssds[0]  # answered in the order in which they are asked for
        again = self._order(turned, client_ref="po-1")
        self.assertEqual(again, orders[2] + orders[1] + orders[0])
        with self.assertRaisesRegex(UserError, "already used for something else"):
            self._order(ssds, client_ref="po-1")

    def test_day_of_the_order_puts_off_the_promise(self):
        job = self._job("repair")
        usage = self._request(job)
        promised = fields.Datetime.now() + timedelta(days=1)
        job.sudo().promised_at = promised
        line = self._order(usage).order_line
        self.assertEqual(usage.expected_at, line.date_planned)
        first = job.promised_at
        self.assertGreater(first, line.date_planned)
        line.with_user(self.accountant).date_planned += timedelta(days=7)
        self.assertGreaterEqual(job.promised_at - first, timedelta(days=6))
        line.with_user(self.accountant).date_planned -= timedelta(days=10)
        self.assertGreater(job.promised_at, first, "A promise is never taken back to a day before.")
        self.assertIn("The promise moves", job.message_ids.mapped("body")[0])

    def test_what_comes_is_laid_out_for_who_waits(self):
        job = self._job("repair")
        usage = self._request(job, quantity=2)
        order = self._confirmed(usage)
        line = order.order_line
        receiver = order.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB are still to come"):
            receiver.fsm_receive(lines=[{"line_id": line.id, "quantity": 3}])
        first = {"lines": [{"line_id": line.id, "quantity": 1}], "client_ref": "GRN-1"}
        answer = receiver.fsm_receive(**first)
        self.assertEqual((answer["status"], answer["received"][0]["received"]), ("partial", 1))
        self.assertEqual(receiver.fsm_receive(**first), answer)
        self.assertEqual(line.qty_received, 1, "The same call again receives nothing.")
        with self.assertRaisesRegex(UserError, "already used for something else"):
            receiver.fsm_receive(client_ref="GRN-1")
        self.assertEqual((usage.state, usage.is_ordered), ("requested", True))
        self.assertEqual(receiver.fsm_receive()["status"], "full")
        self.assertEqual((usage.state, usage.is_ordered), ("reserved", False))
        self.assertEqual(self.ssd.with_company(self.company).standard_price, 2450)
        with self.assertRaisesRegex(UserError, "still to come"):
            receiver.fsm_receive()
        usage.use()
        self.assertEqual(usage.sudo().cost, 2450)

    def test_one_part_on_two_lines_of_a_receipt_costs_their_average(self):
        lines = [
            {"product_id": self.ssd.id, "product_qty": 10, "price_unit": p} for p in (100, 200)
        ]
        order = self.env["purchase.order"].with_user(self.accountant).create(
            {"partner_id": self.croma.id, "order_line": [(0, 0, line) for line in lines]}
        )  # fmt: skip
        order.button_confirm()
        order.fsm_receive()
        self.assertEqual(self._on_hand(self.ssd), 20)
        self.assertEqual(self.ssd.with_company(self.company).standard_price, 150)

    def test_pieces_come_with_their_numbers(self):
        board = self._create_part("Mainboard", 9000, tracking="serial")
        self._price(board, self.croma, 7000)
        order = self._confirmed(self._request(self._job("repair"), board, 2))
        receiver, line = order.with_user(self.accountant), order.order_line
        with self.assertRaisesRegex(UserError, "serial or lot numbers of Mainboard"):
            receiver.fsm_receive()
        receiver.fsm_receive(lines=[{"line_id": line.id, "quantity": 2, "lots": ["B-1", "B-2"]}])
        self.assertEqual(self._on_hand(board), 2)

    def _dialog(self, order, user=None):
        """Return the form of the dialog in which the accountant receives."""
        action = order.with_user(user or self.accountant).action_receive_some()
        dialogs = self.env[action["res_model"]].with_user(user or self.accountant)
        return Form(dialogs.with_context(**action["context"]))

    def test_accountant_receives_some_by_their_numbers_on_a_screen(self):
        board = self._create_part("Mainboard", 9000, tracking="serial", barcode="8901234567890")
        self._price(board, self.croma, 7000)
        job = self._job("repair")
        order = self._order(self._request(job, board, 3) | self._request(job))[0]
        order.with_user(self.accountant).button_confirm()
        receipt = order.picking_ids.with_user(self.accountant)
        self.assertEqual(receipt.action_receive_some()["res_model"], "fsm.order.receive")
        form = self._dialog(order)
        with self.assertRaisesRegex(UserError, "is Fan, which does not come with order"):
            self._dialog(order).code = self.fan._label_code()
        for code in ("8901234567890", "B-1", board._own_code(), "B-2", "B-2"):
            form.code = code
        with form.line_ids.edit(0) as line:
            self.assertEqual((line.product_id, line.expected), (self.ssd, 1))
            line.quantity = 0
        dialog = form.save()
        self.assertEqual(dialog.line_ids[1].lots, "B-1\nB-2")
        dialog.action_apply()
        self.assertEqual((self._on_hand(board), self._on_hand(self.ssd)), (2, 0))
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done", "assigned"})
        rest = self._dialog(order)
        rest.code = "B-3"
        rest.save().action_apply()
        self.assertEqual((order.receipt_status, self._on_hand(board)), ("full", 3))
        with self.assertRaisesRegex(UserError, "still to come"):
            self._dialog(order)

    def test_screen_receives_no_more_than_the_verb(self):
        order = self._confirmed(self._request(self._job("repair"), quantity=2))
        form = self._dialog(order)
        with form.line_ids.edit(0) as line:
            line.quantity = 3
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB are still to come"):
            form.save().action_apply()
        moves = order.picking_ids.move_ids
        moves.create(moves._split(1))._action_confirm(merge=False)
        self._dialog(order).save().action_apply()
        self.assertEqual(self._on_hand(self.ssd), 2, "Two moves of one line are one receipt.")
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                order.with_user(user).action_receive_some()

    def test_who_sold_the_part_answers_for_it(self):
        self._price(self.ssd, self.sharaf, 2500, part_warranty_months=12)
        usage = self._request(self._job("repair"))
        job_sudo, terms = usage.sudo().job_id, self.env["fsm.warranty"]._supplier_terms
        today = job_sudo._day_here(fields.Datetime.now())
        asked = job_sudo, self.ssd, usage.sudo(), today
        self.assertEqual(terms(*asked)["supplier_id"], self.croma.id)
        order = self._order(usage, vendor_id=self.sharaf.id).with_user(self.accountant)
        order.button_confirm()
        order.fsm_receive()
        usage.use()
        self.assertEqual(
            terms(*asked),
            {"supplier_id": self.sharaf.id, "supplier_end": today + relativedelta(months=12)},
        )

    def test_numbered_piece_from_the_shelf_says_who_brought_it(self):
        board = self._create_part("Mainboard", 9000, tracking="serial")
        self._price(board, self.croma, 7000)
        bought = self._request(self._job("repair"), board)
        order = self._order(bought, vendor_id=self.sharaf.id).with_user(self.accountant)
        order.button_confirm()
        order.fsm_receive(lines=[{"line_id": order.order_line.id, "quantity": 1, "lots": ["B-9"]}])
        bought.return_part()
        used = self._request(self._job("repair"), board)
        used.use(lot_id=self.env["stock.lot"].search([("name", "=", "B-9")]).id)
        asked = used.sudo().job_id, board, used.sudo(), fields.Date.today()
        self.assertFalse(used.sudo().purchase_line_id)
        terms = self.env["fsm.warranty"]._supplier_terms(*asked)
        self.assertEqual(terms["supplier_id"], self.sharaf.id)

    def test_part_that_nobody_sells_is_told(self):
        usage = self._request(self._job("repair"), self._create_part("Hinge", 300))
        with self.assertRaisesRegex(UserError, "Nobody sells Hinge"):
            self._order(usage)
        order = self._order(usage, vendor_id=self.croma.id)
        self.assertEqual(order.partner_id, self.croma)
        order.with_user(self.accountant).button_cancel()
        self.assertFalse(usage.is_ordered, "It may be ordered again.")

    def test_what_runs_short_is_ordered_once(self):
        self.env["stock.warehouse.orderpoint"].with_user(self.accountant).create(
            {
                "product_id": self.fan.id,
                "product_min_qty": 2,
                "product_max_qty": 6,
                "company_id": self.company.id,
            }
        )
        low = self.env["fsm.low.stock"].with_user(self.accountant).search([])
        [order_id] = low.action_order()["domain"][0][2]
        order = self.env["purchase.order"].browse(order_id)
        self.assertEqual(order.order_line.product_qty, 6)
        low.invalidate_recordset()
        self.assertEqual((low.suggestion, low.coming), (6, 6))
        with self.assertRaisesRegex(UserError, "ordered already"):
            low.action_order()

    def _low(self, product, minimum, maximum, **values):
        self.env["stock.warehouse.orderpoint"].with_user(self.accountant).create(
            {
                "product_id": product.id,
                "product_min_qty": minimum,
                "product_max_qty": maximum,
                "company_id": self.company.id,
                **values,
            }
        )
        self.env.flush_all()
        rows = self.env["fsm.low.stock"].with_user(self.accountant)
        return rows.search([("product_id", "=", product.id)])

    def _order_low(self, rows):
        self.env.invalidate_all()  # each click is a transaction
        return self.env["purchase.order"].browse(rows.action_order()["domain"][0][2])

    def test_low_stock_orders_for_the_shelf_and_for_who_waits(self):
        waiting = self._request(self._job("repair"), self.fan, 3)
        ordered = self._request(self._job("repair"), self.fan, 2)
        line = self._order(ordered).order_line
        rows = self._low(self.fan, 2, 6)
        self.assertEqual(self._order_low(rows).order_line, line)
        self.assertEqual(line.product_qty, 11, "6 for the shelf, and 5 for job cards.")
        self.assertEqual((waiting.is_ordered, waiting.sudo().purchase_line_id), (True, line))
        self.assertEqual(line.order_id.fsm_job_ids, ordered.job_id | waiting.job_id)
        with self.assertRaisesRegex(UserError, "ordered already"):
            self._order_low(rows)
        order = line.order_id.with_user(self.accountant)
        order.button_confirm()
        order.fsm_receive(lines=[{"line_id": line.id, "quantity": 4}])
        with self.assertRaisesRegex(UserError, "ordered already"):
            self._order_low(rows)
        self.assertEqual((ordered.state, ordered.is_ordered), ("requested", True))
        order.sudo().picking_ids.filtered(lambda p: p.state == "assigned").action_cancel()
        self.assertFalse(ordered.is_ordered, "Nothing comes any more.")
        self.assertEqual(
            self._order_low(rows).order_line.product_qty, 7, "What does not come is missing again."
        )

    def test_vendor_is_asked_for_whole_units_of_his(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        bulb = self._create_part("Bulb", 30)
        self._price(bulb, self.croma, 120, product_uom_id=dozen.id)
        line = self._order_low(self._low(bulb, 5, 20)).order_line
        figures = ("product_uom_id", "product_qty", "product_uom_qty", "price_unit")
        self.assertEqual([line[name] for name in figures], [dozen, 2, 24, 120])
        usage = self._request(self._job("repair"), bulb, 4)
        self._order(usage)
        self.assertEqual(line.product_qty, 2, "Two dozen are enough for 24.")
        more = self._request(self._job("repair"), bulb, 1)
        self._order(more)
        self.assertEqual((line.product_qty, line.price_unit), (3, 120))
        more.return_part()
        self.assertEqual(line.product_qty, 2)
        receiver = line.order_id.with_user(self.accountant)
        receiver.button_confirm()
        [row] = receiver.fsm_receive(lines=[{"line_id": line.id, "quantity": 4}])["received"]
        self.assertEqual((row["quantity"], row["received"]), (24, 4), "In the part's unit.")
        receiver.fsm_receive()
        self.assertEqual((self._on_hand(bulb), usage.state), (24, "reserved"))
        self.assertEqual(self._cost(bulb), 10)

    def test_reorder_rule_names_its_vendor_and_its_multiple(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._price(self.fan, self.croma, 900, company_id=self.company.id)
        price = self.fan.seller_ids.filtered(lambda price: price.partner_id == self.croma)
        rows = self._low(self.fan, 2, 6, replenishment_uom_id=dozen.id, supplier_id=price.id)
        order = self._order_low(rows)
        self.assertEqual((order.partner_id, order.order_line.product_qty), (self.croma, 12))

    def _cost(self, product, branch=None):
        company = (branch or self.branch).company_id
        return round(product.with_company(company).sudo().standard_price, 2)

    def test_cost_follows_the_method_of_the_category_to_the_paisa(self):
        for method, used, left, value, sent, rest in (
            ("standard", 166.67, 166.67, 333.33, 166.67, 333.33),
            # What comes back is worth 166.67, as it was booked when it left.
            ("average", 166.67, 166.67, 333.33, 166.67, 333.34),
            ("fifo", 100, 200, 400, 200, 300),
        ):
            with self.subTest(method=method):
                part = self._costed(method)
                usage = self._request(self._job("repair"), part, use=True)
                usage.record_old_part(old_part="stock")
                self.assertEqual(
                    (usage.sudo().cost, self._cost(part), self._value(part)), (used, left, value)
                )
                usage.return_part(reason="It was the socket")
                self.assertEqual((self._cost(part), self._value(part)), (166.67, 500))
                line = self._send_one(part)
                self.assertEqual((line.sudo().cost, self._cost(part, self.other_branch)),
                                 (sent, sent))  # fmt: skip
                self.assertEqual(self._value(part), rest)

    def _costed(self, method):
        """Return a part of which one was received for ₹100, and two were ordered for ₹200 each."""
        category = self.env["product.category"].create({"name": method})
        category.with_company(self.organization).property_cost_method = method
        part = self._create_part(
            f"Cable {method}", 300, categ_id=category.id, supplier_taxes_id=False
        )
        part.fsm_add_stock(
            branch_id=self.branch.id, quantity=1, reason="From the wholesaler", unit_cost=100
        )
        order = self.env["purchase.order"].with_user(self.accountant).create(
            {
                "partner_id": self.croma.id,
                "order_line": [
                    (0, 0, {"product_id": part.id, "product_qty": 2, "price_unit": 200,
                            "tax_ids": False})
                ],
            }
        )  # fmt: skip
        order.button_confirm()
        order.fsm_receive()
        self.assertEqual(self._cost(part), 166.67)
        return part

    def _value(self, product):
        """Return what Odoo's own valuation says the branch's stock is worth, in rupees."""
        product.invalidate_recordset()
        valued = product.with_user(self.manager).with_company(self.company)
        return round(valued.total_value, 2)

    def _send_one(self, product):
        """Send a part to the other branch, with a challan, where it arrives; return the line."""
        here = {"state_id": self.company.state_id.id, "vat": self.company.vat}
        self.other_branch.company_id.write(here)
        transfer = self.env["fsm.transfer"].with_user(self.owner).request(
            from_branch_id=self.branch.id,
            to_branch_id=self.other_branch.id,
            lines=[{"product_id": product.id, "quantity": 1}],
        )  # fmt: skip
        transfer = self.env["fsm.transfer"].with_user(self.owner).browse(transfer["id"])
        if transfer.state == "requested":
            transfer.send_parts()
        transfer.receive_parts()
        return transfer.line_ids

    def test_each_role_buys_as_much_as_is_its_own(self):
        usage = self._request(self._job("repair"))
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                self._order(usage, user=user)
        order = self._confirmed(usage)
        elsewhere = self._create_user("meera", "manager", self.other_branch)
        for user, sees in (
            (self.owner, True),
            (self.manager, True),
            (self.accountant, True),
            (elsewhere, False),
        ):
            orders = self.env["purchase.order"].with_user(user).search([("id", "=", order.id)])
            self.assertEqual(bool(orders), sees, user.name)
            rows = self.env["fsm.supplier.report"].with_user(user)
            self.assertEqual(bool(rows.search([("order_id", "=", order.id)])), sees, user.name)
        for user in (self.technician, self.receptionist, elsewhere):
            for act in (order.with_user(user).fsm_receive, order.with_user(user).button_confirm):
                with self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            order.with_user(self.manager).unlink()

    def test_who_holds_odoo_s_purchase_group_alone_confirms_and_does_not_receive(self):
        buyer = self.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "buyer",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
                "group_ids": self.env.ref("purchase.group_purchase_user").ids,
            }
        )
        order = self.env["purchase.order"].with_user(buyer).create(
            {
                "partner_id": self.croma.id,
                "order_line": [(0, 0, {"product_id": self.ssd.id, "product_qty": 2})],
            }
        )  # fmt: skip
        order.button_confirm()
        self.assertEqual((order.state, order.sudo().picking_ids.state), ("purchase", "assigned"))
        with self.assertRaisesRegex(AccessError, "does not receive"):
            order.fsm_receive()
        with self.assertRaises(AccessError):
            order.sudo().picking_ids.with_user(buyer).button_validate()
        order.with_user(self.accountant).fsm_receive()
        self.assertEqual(self._on_hand(self.ssd), 2)

    def test_suppliers_are_told_apart_by_time_and_returns(self):
        usages = self._request(self._job("repair"), quantity=4)
        order = self._confirmed(usages)
        line = order.order_line
        receiver = order.with_user(self.accountant)
        receiver.fsm_receive(lines=[{"line_id": line.id, "quantity": 3}])
        line.date_planned = fields.Datetime.now() - timedelta(days=3)
        receiver.fsm_receive()
        moves = line.move_ids.filtered(lambda move: move.state == "done")
        moves.filtered(lambda move: move.quantity == 3).date -= timedelta(days=5)
        usages.return_part()
        wizard = self.env["stock.return.picking"].create({"picking_id": moves[0].picking_id.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.quantity = 1
        back.move_ids.picked = True
        back.button_validate()
        reports = self.env["fsm.supplier.report"].with_user(self.accountant)
        reports.search_count([])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = reports.formatted_read_group(
            [], ["partner_id"], ["received:sum", "on_time_rate:avg", "return_rate:avg"]
        )
        self.assertLessEqual(self.env.cr.sql_log_count - before, MAX_QUERIES)
        self.assertEqual(
            [(r["received:sum"], r["on_time_rate:avg"], r["return_rate:avg"]) for r in rows],
            [(4, 75, 25)],
        )
