import json

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.fsm_demo.seed import seed, seed_parts

JOBS = 100_000
PARTS = 20_000  # of one branch
LOW_STOCK_QUERIES = 10


@tagged("post_install", "-at_install")
class TestScale(TransactionCase):
    """A hundred thousand job cards: what people do all day reads indexes, never all rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls.env["fsm.job"].search([("state", "=", "delivered")], order="id", limit=1)
        first_id = seed(cls.env, JOBS, template)
        manager = cls.env["res.users"].search([("login", "=", "manager")])
        cls.some = cls.env["fsm.job"].browse(first_id + 4321)
        cls.jobs = cls.env["fsm.job"].with_user(manager)

    def _plan(self, query):
        self.env.cr.execute(SQL("EXPLAIN (FORMAT JSON) %s", query))
        return json.dumps(self.env.cr.fetchone()[0])

    def _assert_indexed(self, query):
        plan = self._plan(query)
        self.assertIn("Index", plan)
        for table in ("fsm_job", "res_partner", "fsm_device"):
            self.assertNotRegex(
                plan, rf'"Seq Scan"[^{{}}]*"Relation Name": "{table}"', f"{table} is read whole"
            )

    def test_first_page_of_the_list_reads_an_index(self):
        self._assert_indexed(self.jobs._search([], order=self.jobs._order, limit=80).select())

    def test_open_job_cards_read_an_index(self):
        domain = [("is_open", "=", True)]
        self._assert_indexed(self.jobs._search(domain, order=self.jobs._order, limit=80).select())

    def test_fragment_of_a_phone_number_is_found_by_an_index(self):
        digits = self.some.partner_id.phone_sanitized[-5:]
        partners = self.env["res.partner"].with_user(self.jobs.env.user)
        self._assert_indexed(
            partners._search([("display_name", "ilike", digits)], limit=8).select()
        )
        self._assert_indexed(self.jobs._search([("display_name", "ilike", digits)]).select())
        self.assertIn(self.some, self.jobs.search([("display_name", "ilike", digits)]))

    def test_job_number_is_found_by_an_index(self):
        self._assert_indexed(self.jobs._search([("display_name", "ilike", "004321")]).select())

    def test_status_counts_read_an_index(self):
        # Rows of a transaction that is still open are not vacuumed: PostgreSQL would not trust the
        # index alone, as it does a minute later.
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        counts = self.jobs._search([]).select(SQL("state"), SQL("count(*)"))
        self.assertRegex(self._plan(SQL("%s GROUP BY state", counts)), '"Index Name": "fsm_job')

    def test_low_stock_of_twenty_thousand_parts_reads_indexes(self):
        branch = self.jobs.env.user.company_id.fsm_branch_ids
        rule = self.env["stock.warehouse.orderpoint"].search(
            [("company_id", "=", branch.company_id.id)], limit=1
        )
        seed_parts(self.env, PARTS, rule)
        products = self.env["product.product"].with_user(self.jobs.env.user)
        products.fsm_low_stock(branch_id=branch.id, limit=1)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = products.fsm_low_stock(branch_id=branch.id)
        self.assertLessEqual(self.env.cr.sql_log_count - before, LOW_STOCK_QUERIES)
        self.assertEqual(len(rows), 200, "A page of the two thousand.")
        low = self.env["fsm.low.stock"].with_user(self.jobs.env.user)
        plan = self._plan(low._search([], order=low._order, limit=200).select())
        for table in ("stock_quant", "product_product"):
            self.assertNotRegex(plan, rf'"Seq Scan"[^{{}}]*"Relation Name": "{table}"')
