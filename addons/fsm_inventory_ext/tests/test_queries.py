from odoo.tests import tagged

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import FsmInventoryCommon

FACTOR = 2  # of the queries that Odoo itself needs
EACH = 8  # queries that one more part may cost, where many are issued in one call


@tagged("post_install", "-at_install")
class TestQueries(FsmInventoryCommon):
    """Using a part costs at most twice the bare stock move that Odoo needs for it."""

    def _count(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _bare_move(self):
        """Take a piece where no branch is: our overrides see that and leave all to Odoo's own."""
        move = self.env["stock.move"].create(
            {
                "product_id": self.loose.id,
                "location_id": self.elsewhere.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "company_id": self.elsewhere.company_id.id,
                "product_uom": self.loose.uom_id.id,
                "product_uom_qty": 1,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
        self.assertEqual(move.state, "done")

    def _stock_elsewhere(self):
        """Put what the bare move takes into a warehouse of a company that is no branch."""
        company = self.env.ref("base.main_company")
        self.assertFalse(self.env["fsm.branch"].search([("company_id", "=", company.id)]))
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self.elsewhere = warehouse.lot_stock_id
        self.loose = self.ssd.copy({"company_id": False})
        self.env["stock.quant"]._update_available_quantity(self.loose, self.elsewhere, 5)

    def test_using_a_part_costs_at_most_twice_the_bare_move(self):
        self._stock_up(self.ssd, 50)
        self._stock_elsewhere()
        jobs = [self._job("repair") for _ in range(6)]
        self._count(self._bare_move)
        self._request(jobs[0]).use()
        self._request(jobs[1], use=True)
        bare = self._count(self._bare_move)
        requested = self._request(jobs[2])
        counts = {
            "bare move": bare,
            "request": self._count(lambda: self._request(jobs[3])),
            "use of a reserved part": self._count(requested.use),
            "request and use": self._count(lambda: self._request(jobs[4], use=True)),
        }
        self.assertLessEqual(counts["use of a reserved part"], FACTOR * bare, counts)
        self.assertLessEqual(counts["request and use"], FACTOR * bare, counts)

    def test_hundred_parts_of_fifty_jobs_are_issued_in_one_call(self):
        waiting = self._waiting(50)
        self.assertEqual(len(waiting), 100)
        self._put_on_shelf(101)
        waiting[0].issue()
        few, many = self._count(waiting[1].issue), self._count(waiting[2:].issue)
        self.assertEqual(set(waiting.mapped("state")), {"reserved"})
        self.assertLessEqual(many, few + EACH * len(waiting[2:]), (few, many))
        waiting = waiting.with_user(self.manager)
        waiting[0].use()
        few, many = self._count(waiting[1].use), self._count(waiting[2:].use)
        self.assertEqual(set(waiting.mapped("state")), {"used"})
        self.assertLessEqual(many, few + EACH * len(waiting[2:]), (few, many))

    def _waiting(self, count):
        """Return two requests of each of `count` job cards, in the name of the store."""
        first = self._job("repair")
        values = first.copy_data()[0] | {"company_id": self.company.id}
        gate = first.sudo().with_context(fsm_gate=GATE)
        jobs = gate | gate.create([dict(values) for _ in range(count - 1)])
        jobs.write({"state": "repair", "technician_ids": first.technician_ids.ids})
        usages = (
            self.env["fsm.part.usage"]
            .sudo()
            ._insert(
                [{"job_id": job.id, "product_id": self.ssd.id} for job in jobs for _ in range(2)]
            )
        )
        return usages.with_user(self.accountant)

    def _put_on_shelf(self, quantity):
        """Lay parts on the shelf without offering them to who waits."""
        shelf = self.branch.stock_location_id
        self.env["stock.quant"]._update_available_quantity(self.ssd, shelf, quantity)
