from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestBagAndNumbers(FsmInventoryCommon):
    """Parts in a technician's bag, parts with numbers, and what came out of the device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.ssd, 5)
        cls.screen = cls._create_part("3520 Screen", 5200, tracking="serial")
        cls.glue = cls._create_part("Glue", 90, tracking="lot")

    def _fill(self, quantity, product=None, technician=None, **values):
        technician = technician or self.tech
        return technician.with_user(self.accountant).fill_bag(
            product_id=(product or self.ssd).id, quantity=quantity, **values
        )

    def _in_bag(self, product):
        bag = self.tech.sudo().bag_location_id
        return self.branch._stock(product, bag).get(product, (0, 0))[0]

    def _change(self, verb, product, quantity, lots, user=None):
        key = "counted_quantity" if verb == "fsm_adjust_stock" else "quantity"
        return getattr(product.with_user(user or self.manager), verb)(
            branch_id=self.branch.id, reason="Counted on Sunday", lots=lots, **{key: quantity}
        )["quantity"]

    # === THE BAG === #

    def test_bag_takes_from_the_shelf_and_gives_back(self):
        answer = self._fill(3)
        self.assertEqual(
            answer, {"technician_id": self.tech.id, "product_id": self.ssd.id, "quantity": 3}
        )
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (2, 2))
        self.tech.with_user(self.manager).empty_bag(product_id=self.ssd.id, quantity=1)
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (2, 3))
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB"):
            self.tech.with_user(self.manager).empty_bag(product_id=self.ssd.id, quantity=3)

    def test_technician_uses_what_is_in_his_bag_first_and_it_goes_back_there(self):
        self._fill(1)
        job = self._job("repair")
        usage, more = self._request(job, use=True), self._request(job, use=True)
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (0, 3))
        usage.return_part(reason="Did not fit")
        more.return_part(reason="Did not fit")
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (1, 4))

    def test_nobody_takes_from_another_s_bag(self):
        self._fill(5)
        usage = self._request(self._job("repair", user=self.imran), user=self.imran)
        self.assertEqual(usage.state, "requested")
        with self.assertRaisesRegex(UserError, "Only 0 of SSD 512 GB"):
            usage.use()
        self.assertEqual(usage.bag_quantity, 0)
        dialog = Form(
            self.env["fsm.part.request"]
            .with_user(self.technician)
            .with_context(default_job_id=self._job("repair").id)
        )
        dialog.product_id = self.ssd
        self.assertEqual((dialog.available_quantity, dialog.bag_quantity), (0, 5))

    def test_only_the_store_fills_a_bag_of_its_branch(self):
        for user in (self.technician, self.receptionist):
            with self.assertRaisesRegex(AccessError, "does not hand out parts"):
                self.tech.with_user(user).fill_bag(product_id=self.ssd.id, quantity=1)
        self._create_user("arun", "technician", self.other_branch)
        arun = self.env["fsm.technician"].search(
            [("company_id", "=", self.other_branch.company_id.id)]
        )
        with self.assertRaises(AccessError):
            self._fill(1, technician=arun[-1])
        self.assertEqual(self._fill(2, client_ref="b-1"), self._fill(2, client_ref="b-1"))
        self.assertEqual(self._in_bag(self.ssd), 2)

    # === NUMBERS === #

    def test_parts_with_numbers_come_and_go_by_their_numbers(self):
        self.assertEqual(self._change("fsm_add_stock", self.screen, 2, ["S-1", "S-2"]), 2)
        self.assertEqual(self._change("fsm_add_stock", self.glue, 7, ["B-9"]), 7)
        self.assertEqual(self._change("fsm_deduct_stock", self.screen, 1, ["S-1"]), 1)
        self.assertEqual(self._change("fsm_adjust_stock", self.glue, 5, ["B-9"]), 5)
        self.assertEqual(self._change("fsm_adjust_stock", self.screen, 1, ["S-1"]), 2)
        quants = self.env["stock.quant"].search(
            [("location_id", "=", self.branch.stock_location_id.id), ("lot_id", "!=", False)]
        )
        self.assertEqual(
            {quant.lot_id.name: quant.quantity for quant in quants},
            {"S-1": 1, "S-2": 1, "B-9": 5},
        )

    def test_numbers_that_do_not_fit_are_refused(self):
        self._change("fsm_add_stock", self.screen, 1, ["S-1"])
        for verb, product, quantity, lots in (
            ("fsm_add_stock", self.screen, 2, []),
            ("fsm_add_stock", self.screen, 2, ["S-2"]),
            ("fsm_add_stock", self.screen, 2, ["S-2", "S-2"]),
            ("fsm_add_stock", self.screen, 1, ["S-1"]),
            ("fsm_add_stock", self.screen, 1, [False]),
            ("fsm_add_stock", self.glue, 2, ["B-1", "B-2"]),
            ("fsm_add_stock", self.ssd, 1, ["S-9"]),
            ("fsm_deduct_stock", self.screen, 1, ["S-9"]),
            ("fsm_deduct_stock", self.glue, 1, []),
            ("fsm_adjust_stock", self.screen, 5, ["S-1"]),
        ):
            with self.subTest(verb=verb, lots=lots), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    self._change(verb, product, quantity, lots)
        self.assertEqual(self._on_hand(self.screen), 1)

    # === THE OLD PART === #

    def test_old_part_is_told_once_until_delivery(self):
        usage = self._request(self._job("repair"), use=True)
        with self.assertRaisesRegex(UserError, "must be one of"):
            usage.record_old_part(old_part="sold")
        answer = usage.record_old_part(old_part="customer", note=" S/N 12 ")
        self.assertEqual(answer, {"id": usage.id, "old_part": "customer"})
        self.assertEqual(usage.old_part_note, "S/N 12")
        with self.assertRaisesRegex(UserError, "written down already"):
            usage.record_old_part(old_part="scrapped")
        other = self._request(self._job("repair"))
        with self.assertRaisesRegex(UserError, "already is “Reserved”"):
            other.record_old_part(old_part="customer")

    def test_old_part_that_is_kept_is_nobody_s_new_one(self):
        usage = self._request(self._job("repair"), use=True)
        usage.record_old_part(old_part="stock")
        old = self.branch._stock(self.ssd, self.branch.old_parts_location_id)
        self.assertEqual(old[self.ssd], (1, 1))
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (4, 4))
