from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestProductProduct(FsmInventoryCommon):
    def _ssd(self, user):
        return self.ssd.with_user(user)

    def test_accountant_receives_parts(self):
        answer = self._ssd(self.accountant).fsm_add_stock(
            branch_id=self.branch.id, quantity=5, reason="Bill 4711", unit_cost=2600
        )
        self.assertEqual(
            answer, {"product_id": self.ssd.id, "branch_id": self.branch.id, "quantity": 5}
        )
        move = self.env["stock.move"].search([("product_id", "=", self.ssd.id)])
        self.assertEqual(
            (move.state, move.inventory_name, move.create_uid),
            ("done", "Bill 4711", self.accountant),
        )

    def test_cost_of_the_branch_is_the_average_of_what_it_paid(self):
        for quantity, unit_cost in ((1, 2000), (3, 2800)):
            self._ssd(self.accountant).fsm_add_stock(
                branch_id=self.branch.id, quantity=quantity, reason="Bill", unit_cost=unit_cost
            )
            if unit_cost == 2000:  # in a bag it has cost as much
                self.tech.with_user(self.accountant).fill_bag(product_id=self.ssd.id)
        branches = self.branch, self.other_branch
        self.assertEqual(
            [self.ssd.with_company(branch.company_id).standard_price for branch in branches],
            [2600, 0],
        )

    def test_only_a_manager_takes_stock_out_or_counts_it_and_says_why(self):
        self._stock_up(self.ssd, 5)
        branch_id = self.branch.id
        for user in (self.accountant, self.receptionist, self.technician):
            with self.assertRaises(AccessError):
                self._ssd(user).fsm_deduct_stock(
                    branch_id=branch_id, quantity=1, reason="Broken in the shop"
                )
            with self.assertRaises(AccessError):
                self._ssd(user).fsm_adjust_stock(
                    branch_id=branch_id, counted_quantity=1, reason="Counted on Sunday"
                )
        with self.assertRaisesRegex(UserError, "at least 10 characters"):
            self._ssd(self.manager).fsm_deduct_stock(
                branch_id=branch_id, quantity=1, reason="Broken"
            )
        answer = self._ssd(self.manager).fsm_deduct_stock(
            branch_id=branch_id, quantity=1, reason="Broken in the shop"
        )
        self.assertEqual(answer["quantity"], 4)
        for counted in (7, 2, 0):
            answer = self._ssd(self.manager).fsm_adjust_stock(
                branch_id=branch_id, counted_quantity=counted, reason="Counted on Sunday"
            )
            self.assertEqual(answer["quantity"], counted)

    def test_counter_and_technician_do_not_receive_parts(self):
        for user in (self.receptionist, self.technician):
            with self.assertRaises(AccessError):
                self._ssd(user).fsm_add_stock(
                    branch_id=self.branch.id, quantity=1, reason="From my bag"
                )

    def test_stock_of_another_branch_is_not_changed(self):
        with self.assertRaisesRegex(UserError, "one of yours"):
            self._ssd(self.manager).fsm_add_stock(
                branch_id=self.other_branch.id, quantity=1, reason="Bill 4711"
            )

    def test_deducting_more_than_there_is_says_how_much_there_is(self):
        self._stock_up(self.ssd, 2)
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB are in stock at SP Road"):
            self._ssd(self.manager).fsm_deduct_stock(
                branch_id=self.branch.id, quantity=3, reason="Broken in the shop"
            )

    def test_who_takes_out_what_is_reserved_is_told_for_whom_it_is(self):
        self._stock_up(self.ssd, 2)
        job = self._job("repair")
        self._request(job, quantity=2)
        told = f"Only 0 of SSD 512 GB are free at SP Road. 2 are reserved for {job.name}: return"
        with self.assertRaisesRegex(UserError, told):
            self._ssd(self.manager).fsm_deduct_stock(
                branch_id=self.branch.id, quantity=1, reason="Broken in the shop"
            )

    def test_same_client_ref_receives_once(self):
        values = {
            "branch_id": self.branch.id,
            "quantity": 5,
            "reason": "Bill 4711",
            "client_ref": "bill-4711",
        }
        first = self._ssd(self.accountant).fsm_add_stock(**values)
        self.assertEqual(self._ssd(self.accountant).fsm_add_stock(**values), first)
        self.assertEqual(self._on_hand(self.ssd), 5)
        with self.assertRaisesRegex(UserError, "already used for something else"):
            self._ssd(self.accountant).fsm_add_stock(**{**values, "quantity": 6})

    def test_nonsense_is_answered_with_a_sentence(self):
        for quantity in (0, -1, 1e-9, 1e308, float("nan"), True, "5"):
            with self.subTest(quantity=quantity), self.assertRaises(UserError):
                self._ssd(self.accountant).fsm_add_stock(
                    branch_id=self.branch.id, quantity=quantity, reason="Bill 4711"
                )
        self.assertEqual(self._on_hand(self.ssd), 0)

    # === COUNTING === #

    def test_shelf_is_counted_in_one_go_once_and_by_a_manager(self):
        ram = self._create_part("RAM 8 GB", 2100)
        self._stock_up(self.ssd, 5)
        products = self.env["product.product"].with_user(self.manager)
        count = {
            "counts": [
                {"product_id": self.ssd.id, "quantity": 3},
                {"product_id": ram.id, "quantity": 2},
            ],
            "reason": "Monthly count of shelf A",
            "client_ref": "count-1",
        }
        answer = products.fsm_count(**count)
        self.assertEqual([(row["before"], row["after"]) for row in answer], [(5, 3), (0, 2)])
        self._stock_up(self.ssd, 1)
        self.assertEqual(products.fsm_count(**count), answer)
        self.assertEqual(self._on_hand(self.ssd), 4)  # the second sending changed nothing
        [adjustment, *_rest] = self._ssd(self.manager).fsm_adjustments(branch_id=self.branch.id)[1:]
        self.assertEqual(
            (adjustment["before"], adjustment["after"], adjustment["reason"], adjustment["by"]),
            (5, 3, "Monthly count of shelf A", self.manager.name),
        )
        for user in (self.accountant, self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                products.with_user(user).fsm_count(**{**count, "client_ref": ""})
        for change, sentence in (
            ({"reason": "Counted"}, "at least 10"),
            ({"counts": []}, "1 to 500"),
            ({"counts": count["counts"][:1] * 2}, "counted twice"),
            ({"counts": [{"product_id": ram.id, "quantity": -1}]}, "no quantity"),
            ({"counts": [{"product_id": 0}]}, "no such part"),
            ({"branch_id": self.other_branch.id}, "Say which branch"),
        ):
            with self.subTest(change=change), self.assertRaisesRegex(UserError, sentence):
                products.fsm_count(**{**count, "client_ref": "", **change})
        self.assertEqual((self._on_hand(self.ssd), self._on_hand(ram)), (4, 2))

    def test_count_below_what_is_reserved_names_the_job_cards(self):
        self._stock_up(self.ssd, 5)
        job = self._job("repair")
        self._request(job, quantity=2)
        count = {"branch_id": self.branch.id, "reason": "Counted on Sunday"}
        with self.assertRaisesRegex(UserError, f"2 of SSD 512 GB are reserved for {job.name}"):
            self._ssd(self.manager).fsm_adjust_stock(counted_quantity=1, **count)
        answer = self._ssd(self.manager).fsm_adjust_stock(counted_quantity=2, **count)
        self.assertEqual(answer["quantity"], 2)

    # === OTHER BRANCHES === #

    def test_other_branches_are_told_as_yes_or_no(self):
        ram = self._create_part("RAM 8 GB", 2100)
        self._stock_up(self.ssd, 7, self.other_branch)
        parts = (self.ssd | ram).with_user(self.technician)
        elsewhere = {"branch_id": self.other_branch.id, "branch": "Ritchie Street"}
        self.assertEqual(
            parts.fsm_elsewhere(),
            [[{**elsewhere, "available": True}], [{**elsewhere, "available": False}]],
        )
        with self.assertRaises(AccessError):
            self._ssd(self.receptionist).fsm_elsewhere()
        with self.assertRaisesRegex(UserError, "Say which branch"):
            parts.fsm_elsewhere(branch_id=self.other_branch.id)

    def test_technician_asks_another_branch_for_what_he_waits_for_once(self):
        self._stock_up(self.ssd, 7, self.other_branch)
        usage = self._request(self._job("repair"), quantity=2)
        self.assertTrue(usage.is_elsewhere)
        answer = usage.request_transfer(branch_id=self.other_branch.id)
        transfer = self.env["fsm.transfer"].browse(answer["transfer_id"])
        self.assertEqual(transfer.company_id, self.other_branch.company_id)
        self.assertEqual((transfer.line_ids.quantity, transfer.note), (2, usage.job_id.name))
        self.assertEqual(transfer.requested_by_id, self.technician)
        self.assertFalse(usage.is_elsewhere)
        with self.assertRaisesRegex(UserError, "asked already"):
            usage.request_transfer(branch_id=self.other_branch.id)
        with self.assertRaises(AccessError):
            usage.with_user(self.imran).request_transfer(branch_id=self.other_branch.id)
        transfer.with_user(self.owner).decline(reason="We need them here")
        self.assertTrue(usage.is_elsewhere)
        again = usage.request_transfer(branch_id=self.other_branch.id)
        self.assertNotEqual(again["transfer_id"], transfer.id)
