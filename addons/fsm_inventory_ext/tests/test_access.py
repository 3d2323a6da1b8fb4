from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FsmInventoryCommon

# role: (sees the parts of its branch's jobs, may request and use, may issue, sees costs)
ACCESS = {
    "owner": (True, True, True, True),
    "manager": (True, True, True, True),
    "receptionist": (True, False, False, False),
    "technician": (True, True, False, False),
    "accountant": (True, False, True, True),
}


@tagged("post_install", "-at_install")
class TestAccess(FsmInventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            "owner": cls.owner,
            "manager": cls.manager,
            "receptionist": cls.receptionist,
            "technician": cls.technician,
            "accountant": cls.accountant,
        }

    def _may(self, action):
        try:
            with self.env.cr.savepoint():
                action()
                return True
        except AccessError:
            return False

    def test_each_role_does_what_is_its_own(self):
        self._stock_up(self.ssd, 50)
        for role, expected in ACCESS.items():
            user = self.people[role]
            job = self._job("repair")
            missing = self._create_part(f"Hinge of {role}", 300)
            waiting = self._request(job, missing)
            self._stock_up(missing, 1)
            usages = self.env["fsm.part.usage"].with_user(user)
            found = (
                bool(usages.search([("id", "=", waiting.id)])),
                self._may(
                    lambda job=job, user=user: self._request(job, user=user, use=True),
                ),
                self._may(usages.browse(waiting.id).issue),
                self._may(lambda user=user: self.ssd.with_user(user).read(["standard_price"])),
            )
            with self.subTest(role=role):
                self.assertEqual(found, expected)

    def test_technician_cannot_use_a_part_on_another_s_job(self):
        self._stock_up(self.ssd, 5)
        job = self._job("repair", user=self.imran)
        usage = self._request(job, user=self.imran)
        self.assertFalse(self.env["fsm.part.usage"].with_user(self.technician).search([]))
        for action in (
            usage.with_user(self.technician).use,
            lambda: usage.with_user(self.technician).return_part(),
            lambda: self._request(job, user=self.technician),
            lambda: usage.with_user(self.technician).create(
                {"job_id": job.id, "product_id": self.ssd.id}
            ),
            lambda: usage.with_user(self.technician).read(["state"]),
        ):
            with self.assertRaises(AccessError):
                action()
        self.assertEqual(self._on_hand(self.ssd), 5)

    def test_nobody_learns_of_another_branch_s_parts(self):
        self._stock_up(self.ssd, 5, self.other_branch)
        usage = self._request(self._job_elsewhere(), user=self.owner)
        for user in (self.manager, self.receptionist, self.accountant, self.technician):
            with self.subTest(user=user.name):
                self.assertFalse(self.env["fsm.part.usage"].with_user(user).search_count([]))
                quants = self.env["stock.quant"].with_user(user)
                self.assertFalse(quants.search([("product_id", "=", self.ssd.id)]))
                with self.assertRaises(AccessError):
                    usage.with_user(user).read(["quantity"])

    def test_job_shows_its_parts_to_the_counter_without_cost(self):
        self._stock_up(self.ssd, 1)
        job = self._job("repair")
        usage = self._request(job, use=True)
        fields = self.env["fsm.part.usage"].with_user(self.receptionist).fields_get()
        self.assertIn("price_unit", fields)
        self.assertNotIn("cost", fields)
        self.assertEqual(job.with_user(self.receptionist).part_usage_ids.ids, usage.ids)
        for user in self.people.values():
            self.env.invalidate_all()
            self.assertTrue(usage.with_user(user).read(), "All of it that is his to read.")

    def test_vendor_prices_are_hidden_with_the_costs(self):
        vendor = self.env["res.partner"].create({"name": "Wholesaler"})
        self.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": self.ssd.product_tmpl_id.id,
                "price": 2600,
                "company_id": False,
            }
        )
        seen = {}
        for role, user in self.people.items():
            self.env.invalidate_all()
            seen[role] = bool(self.ssd.with_user(user).seller_ids)
        self.assertEqual(seen, {role: costs for role, (*_rest, costs) in ACCESS.items()})
