from odoo.tests import tagged

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
        branch = self.branch
        shared = {
            "product_id": self.ssd.id,
            "location_id": branch.stock_location_id.id,
            "location_dest_id": branch.usage_location_id.id,
        }
        move = self.env["stock.move"].create(
            {
                **shared,
                "company_id": branch.company_id.id,
                "product_uom": self.ssd.uom_id.id,
                "product_uom_qty": 1,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()

    def test_using_a_part_costs_at_most_twice_the_bare_move(self):
        self._stock_up(self.ssd, 50)
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

    def test_many_parts_of_many_jobs_are_issued_in_one_call(self):
        self._stock_up(self.ssd, 30)
        jobs = [self._job("repair") for _ in range(7)]
        holder = self._request(jobs[0], quantity=30)
        waiting = self.env["fsm.part.usage"].concat(
            *(self._request(job) for job in jobs for _ in range(2))
        )
        holder.return_part()
        waiting = waiting.with_user(self.accountant)
        warm, few, many = waiting[:2], waiting[2:4], waiting[4:]
        warm.issue()
        counts = [self._count(few.issue), self._count(many.issue)]
        self.assertEqual(set(waiting.mapped("state")), {"reserved"})
        self.assertLessEqual((counts[1] - counts[0]) / (len(many) - len(few)), EACH, counts)
        used = [
            self._count(few.with_user(self.manager).use),
            self._count(many.with_user(self.manager).use),
        ]
        self.assertLessEqual((used[1] - used[0]) / (len(many) - len(few)), EACH, used)
