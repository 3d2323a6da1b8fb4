from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.fsm_demo.seed import seed, seed_parts

JOBS = 100_000
PARTS = 20_000  # of one branch
LOW_STOCK_QUERIES = 10
LARGE = {"fsm_job", "res_partner", "fsm_device", "stock_quant", "product_product"}


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
        """Return the steps of PostgreSQL's plan for `query`, as EXPLAIN tells them."""
        self.env.cr.execute(SQL("EXPLAIN (FORMAT JSON) %s", query))
        steps = [self.env.cr.fetchone()[0][0]["Plan"]]
        for step in steps:
            steps += step.get("Plans", [])
        return steps

    def _assert_reads(self, query, *indexes):
        """Each of `indexes` is read, and no large table from end to end. Return the steps."""
        steps = self._plan(query)
        self.assertLessEqual(set(indexes), {step.get("Index Name") for step in steps})
        whole = {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
        self.assertFalse(whole & LARGE)
        return steps

    def _sent(self, call):
        """Return the queries that `call` sends."""
        queries, execute = [], Cursor.execute

        def noted(cursor, query, params=None, *args, **kwargs):
            queries.append(query if isinstance(query, SQL) else SQL(query, *(params or ())))
            return execute(cursor, query, params, *args, **kwargs)

        with patch.object(Cursor, "execute", noted):
            call()
        return queries

    def test_first_page_of_the_list_reads_the_index_of_its_order(self):
        query = self.jobs._search([], order=self.jobs._order, limit=80)
        self._assert_reads(query.select(), "fsm_job_order_idx")

    def test_open_job_cards_are_listed_by_their_order_and_counted_by_their_status(self):
        domain = [("is_open", "=", True)]
        query = self.jobs._search(domain, order=self.jobs._order, limit=80)
        self._assert_reads(query.select(), "fsm_job_order_idx")
        query = self.jobs._search(domain)
        pace = self.jobs._pace_sql(query.table, query)
        counts = query.select(SQL("state"), pace, SQL("count(*)"))
        steps = self._assert_reads(SQL("%s GROUP BY 1, 2", counts))
        read = {step.get("Index Name") for step in steps}
        self.assertTrue(read & {"fsm_job_state_idx", "fsm_job__state_index"}, read)

    def test_fragment_of_a_phone_number_is_found_by_an_index(self):
        digits = self.some.partner_id.phone_sanitized[-5:]
        found = [("display_name", "ilike", digits)]
        partners = self.env["res.partner"].with_user(self.jobs.env.user)
        by_name = partners._search(found, limit=8).select()
        self._assert_reads(by_name, "res_partner_fsm_complete_name_idx")
        by_phone = [("phone_mobile_search", "ilike", digits)]
        queries = self._sent(lambda: partners.search(by_phone, limit=8))
        read = [step for query in queries for step in self._assert_reads(query)]
        names = {step.get("Index Name") or "" for step in read}
        self.assertTrue([name for name in names if name.startswith("res_partner_phone_")], names)
        self._assert_reads(
            self.jobs._search(found).select(), "fsm_job__partner_id_index", "fsm_job__name_index"
        )
        self.assertIn(self.some, self.jobs.search(found))

    def test_job_number_is_found_by_an_index(self):
        found = self.jobs._search([("display_name", "ilike", "004321")])
        self._assert_reads(found.select(), "fsm_job__name_index")

    def test_workshop_reads_indexes_as_the_screen_asks_for_it(self):
        """Open cards by status, what each column holds and how it stands: PostgreSQL's own plans.

        All statuses of all years would be counted by reading all rows, and rightly: no screen asks.
        """
        shown = dict.fromkeys(["name", "state", "pace", "time_left", "complaint"], {})
        shown |= dict.fromkeys(["partner_id", "device_id"], {"fields": {"display_name": {}}})
        domain = [("is_open", "=", True)]

        def opens():
            answer = self.jobs.web_read_group(
                domain, ["state"], auto_unfold=True, unfold_read_specification=shown
            )
            cards = [len(group.get("__records", ())) for group in answer["groups"]]
            self.assertGreaterEqual(cards.count(80), 8, cards)
            bar = {"field": "pace", "colors": {"late": "danger"}}
            self.jobs.read_progress_bar(domain, "state", bar)

        asked = [
            query for query in self._sent(opens) if query.code.startswith(("SELECT", "VALUES"))
        ]
        self.assertGreater(len(asked), 4)
        read = {step.get("Index Name") for query in asked for step in self._assert_reads(query)}
        self.assertTrue(read & {"fsm_job_state_idx", "fsm_job__state_index"}, read)

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
        self._assert_reads(low._search([], order=low._order, limit=200).select())
