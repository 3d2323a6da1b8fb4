from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FsmInventoryCommon

# role: (sees the parts of its branch's jobs, may request and use, may issue, sees costs)
# What tells, or would let somebody work out, what a part has cost us.
SECRETS = {"standard_price", "cost", "unit_cost", "margin", "margin_percent", "fsm_markup"}
# The same, in Odoo's valuation: these models are there without it, but not these fields.
CORE_SECRETS = {"standard_price", "avg_cost", "total_value", "value", "remaining_value"}
CORE_MODELS = ("stock.lot", "stock.quant", "stock.move", "stock.move.line", "product.product")
COSTLY_MODELS = (
    "product.product",
    "product.template",
    "fsm.part.usage",
    "fsm.job.line",
    "fsm.job",
    "fsm.low.stock",
    "fsm.part.report",
    "fsm.stock.report",
)

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

    def _may(self, action, refusals=AccessError):
        try:
            with self.env.cr.savepoint():
                action()
                return True
        except refusals:
            return False

    def test_each_role_does_what_is_its_own(self):
        self._stock_up(self.ssd, 50)
        for role, expected in ACCESS.items():
            user = self.people[role]
            job = self._job("repair")
            missing = self._create_part(f"Hinge of {role}", 300)
            waiting = self._request(job, missing)
            shelf = self.branch.stock_location_id  # nobody has offered it to who waits
            self.env["stock.quant"]._update_available_quantity(missing, shelf, 1)
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

    # === COSTS AND MARGINS === #

    def _cost_doors(self, record, name):
        """Yield every way of asking for a field of a record that an RPC caller has.

        Odoo refuses to sort and to group by what is computed, with a `ValueError`.
        """
        model = record.browse()
        mine = [("id", "=", record.id)]
        yield "read", lambda: record.read([name])
        yield "search", lambda: model.search([*mine, (name, ">", 1)])
        yield "order", lambda: model.search(mine, order=name)
        yield "web_read", lambda: record.web_read({name: {}})
        yield "export", lambda: record.export_data([name])
        yield "group by", lambda: model.formatted_read_group(mine, [name], ["__count"])
        yield "sum", lambda: model.formatted_read_group(mine, [], [f"{name}:sum"])
        yield "write", lambda: record.write({name: 1.0})

    def test_bench_and_counter_find_no_door_to_costs_and_margins(self):
        self.ssd.fsm_add_stock(
            branch_id=self.branch.id, quantity=5, reason="From the wholesaler", unit_cost=2611
        )
        job = self._job("repair")
        usage = self._request(job, use=True)
        records = {
            self.ssd: "standard_price",
            self.ssd.product_tmpl_id: "standard_price",
            usage: "cost",
            job.line_ids[0]: "margin",
            job: "margin",
        }
        for role in ("technician", "receptionist"):
            self.people[role].group_ids += self.env.ref("base.group_allow_export")
            for record, name in records.items():
                mine = self._as(role, record)
                for door, ask in self._cost_doors(mine, name):
                    with self.subTest(role=role, model=record._name, door=door):
                        self.assertFalse(self._may(ask, (AccessError, ValueError)))
            lines, usages = self._as(role, job.line_ids), self._as(role, usage)
            for way in (
                lambda lines=lines: lines.search([("product_id.standard_price", ">", 1)]),
                lambda lines=lines: lines.search([], order="product_id.standard_price"),
                lambda lines=lines: lines.export_data(["product_id/standard_price"]),
                lambda lines=lines: lines.web_read(
                    {"product_id": {"fields": {"standard_price": {}}}}
                ),
                lambda usages=usages: usages.search([("job_id.margin", ">", 1)]),
                lambda usages=usages: usages.web_read({"job_id": {"fields": {"margin": {}}}}),
            ):
                with self.subTest(role=role, way=way):
                    self.assertFalse(self._may(way, (AccessError, ValueError)))
            page = self.env["ir.actions.report"].with_user(self.people[role])
            page = page._render_qweb_html("fsm_jobs.report_job_estimate", job.ids)[0].decode()
            self.assertIn("3,490", page)
            self.assertNotIn("2,611", page)

    def test_no_field_repeats_a_cost_for_those_who_may_not_see_it(self):
        """Related fields, whatever addon has them, and all of ours by name."""
        for role in ("technician", "receptionist"):
            env = self.env(user=self.people[role])
            for name, model in env.items():
                for field in model._fields.values():
                    path = (field.related or "").split(".")
                    told = (
                        path[-1] == "standard_price"
                        or (name in COSTLY_MODELS and field.name in SECRETS)
                        or (name in CORE_MODELS and field.name in CORE_SECRETS)
                    )
                    if told and model.has_access("read"):
                        with self.subTest(role=role, field=f"{name}.{field.name}"):
                            self.assertFalse(model._has_field_access(field, "read"))
        for role in ("owner", "manager", "accountant"):
            for name in COSTLY_MODELS:
                fields = self.env[name].with_user(self.people[role]).fields_get()
                with self.subTest(role=role, model=name):
                    self.assertTrue(SECRETS & fields.keys())
