import itertools
import json
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tests.common import warmup

from odoo.addons.web.models.models import MAX_NUMBER_OPENED_GROUPS, Base

from ..lifecycle import STATES
from ..models.fsm_job import GATE
from ..models.fsm_job_columns import FsmJob as Columns
from .common import FsmJobsCommon

# The columns that a screen of the workshop opens by itself.
COLUMNS = [state for state, _label in STATES[:MAX_NUMBER_OPENED_GROUPS]]
QUERY_TOLD = 160  # characters of a query in a failure


def _noting(execute, queries):
    """Return `execute` of a cursor, which writes down in `queries` what it is given."""

    def noted(cursor, query, *args, **kwargs):
        queries.append(str(query)[:QUERY_TOLD])
        return execute(cursor, query, *args, **kwargs)

    return noted


@tagged("post_install", "-at_install")
class TestPerformance(FsmJobsCommon):
    """How many queries the hot paths take: counts repeat, milliseconds do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._intake()

    def test_hundred_job_cards_are_created_in_few_queries(self):
        values = {
            "partner_id": self.job.partner_id.id,
            "device_id": self.job.device_id.id,
            "complaint": "No display",
        }
        Job = self._as("receptionist")
        Job.create([values])
        self.env.flush_all()
        with self.assertQueryCount(30):
            Job.create([values] * 100)
            self.env.flush_all()

    @warmup
    def test_known_customer_is_taken_in_within_sixty_queries(self):
        with self.assertQueryCount(60):
            self._intake(
                customer={"id": self.job.partner_id.id}, device={"id": self.job.device_id.id}
            )
            self.env.flush_all()

    def test_job_cards_move_in_twenty_five_queries_or_three_each(self):
        # What was set up ends here: `assertQueryCount` ends it too, and that empties caches.
        self.env.cr.flush()
        self._open(1).move_to(state="received")  # what is read once a worker
        for count, limit in ((1, 25), (100, 300)):
            jobs = self._open(count)
            self.env.invalidate_all()
            with self.assertQueryCount(limit):
                jobs.move_to(state="received")
                self.env.flush_all()

    def _open(self, count):
        values = {
            "partner_id": self.job.partner_id.id,
            "device_id": self.job.device_id.id,
            "complaint": "No display",
        }
        jobs = self._as("receptionist").create([values] * count)
        self.env.flush_all()
        return jobs

    def _put(self, jobs, values):
        jobs.with_context(fsm_gate=GATE).sudo().write(values)  # as a move would

    def _spread(self, jobs):
        """Take the devices in, and the job cards to all columns that the workshop opens."""
        jobs.move_to(state="received")
        self._put(jobs, {"technician_ids": self.tech.ids})
        for column, state in enumerate(COLUMNS):
            self._put(jobs[column :: len(COLUMNS)], {"state": state})

    def _queries(self, call, rounds=3):
        """Return the queries that `call` takes, once what is read once a worker has been read."""
        counted = []
        for _round in range(rounds):
            self.env.invalidate_all()
            counted.append([])
            with patch.object(Cursor, "execute", _noting(Cursor.execute, counted[-1])):
                call()
        return min(counted, key=len)

    def _assert_flat(self, call, limit, prepare=lambda jobs: None):
        """Ten cards, so prepared, and eighty take the same queries, and not many."""
        prepare(self._open(10))
        few = self._queries(call)
        prepare(self._open(70))
        many = self._queries(call)
        told = "\n".join(many)
        self.assertLessEqual(len(many), len(few) + 1, told)
        self.assertLessEqual(len(many), limit, told)

    def test_workshop_of_eighty_cards_opens_in_fifteen_queries(self):
        """As the screen asks, its ten columns open."""
        arch = etree.fromstring(self._as("manager").get_view(view_type="kanban")["arch"])
        names = [node.get("name") for node in arch.iter("field")]
        fields = self._as("manager").fields_get(names, ["type"])
        spec = {
            name: {"fields": {"display_name": {}}} if "2" in fields[name]["type"] else {}
            for name in names
        }
        bar = arch.find("progressbar")
        bar = {"field": bar.get("field"), "colors": json.loads(bar.get("colors"))}
        domain = [("is_open", "=", True)]
        manager = self._as("manager")

        def opens():
            manager.web_read_group(
                domain,
                ["state"],
                auto_unfold=True,
                unfold_read_specification=spec,
                unfold_read_default_limit=80,
            )
            manager.read_progress_bar(domain, "state", bar)

        self._assert_flat(opens, 15, self._spread)

    def _assert_as_odoo_answers(self, Job, domain, groupby, **options):
        """One search for all columns finds what Odoo finds by one for each. Return the groups."""
        options["unfold_read_specification"] = {"name": {}}
        with patch.object(Columns, "_open_groups", Base._open_groups):
            expected = super(Columns, Job).web_read_group(domain, groupby, **options)
        answer = Job.web_read_group(domain, groupby, **options)
        self.assertEqual(answer, expected)
        return answer["groups"]

    def test_columns_hold_what_odoo_would_find_for_each(self):
        jobs = self._open(4 * len(COLUMNS))
        self._spread(jobs)
        self._put(jobs[::3], {"technician_ids": False, "priority": "1"})
        for job in jobs[::2]:
            self._put(job, {"promised_at": f"2026-12-{job.id % 28 + 1:02} 10:00:00"})
        shown = [
            {"value": "received", "folded": False, "limit": 2, "offset": 1},
            {"value": "repair", "folded": False, "limit": 80, "offset": 400},
            {"value": "qc", "folded": True},
        ]
        inner = {"value": "1", "folded": False, "limit": 2, "offset": 0}
        nested = [{**shown[0], "offset": 0, "groups": [inner]}]
        shown[0]["progressbar_domain"] = [("priority", "=", "1")]
        opened = {"auto_unfold": True}
        few = {**opened, "unfold_read_default_limit": 3}
        found = {role: [] for role in ("manager", "technician")}
        for role, *asked, options in itertools.chain.from_iterable(
            [
                (role, [], ["state"], opened),
                (role, [], ["state"], few),
                (role, [("display_name", "ilike", "98450")], ["state"], few),
                (role, [("priority", "=", "0")], ["state"], {**few, "order": "name desc, state"}),
                (role, [], ["technician_ids"], {**few, "order": "promised_at"}),
                (role, [], ["promised_at:week"], opened),
                (role, [], ["state"], {**few, "opening_info": shown}),
                (role, [], ["state", "priority"], {"opening_info": nested}),
            ]
            for role in found
        ):
            with self.subTest(role=role, asked=asked, options=options):
                found[role] += self._assert_as_odoo_answers(self._as(role), *asked, **options)
        cards = {
            role: sum(len(group.get("__records", ())) for group in groups)
            for role, groups in found.items()
        }
        self.assertLess(0, cards["technician"])
        self.assertLess(cards["technician"], cards["manager"])

    def test_front_desk_opens_in_twelve_queries(self):
        desk = self._as("receptionist")
        ready = {"state": "ready", "ready_at": fields.Datetime.now()}
        self._assert_flat(desk.desk, 12, lambda jobs: self._put(jobs, ready))

    def test_eighty_pending_job_cards_are_told_in_twelve_queries(self):
        manager = self._as("manager")
        self._assert_flat(lambda: manager.pending(limit=80), 12)

    def test_five_hundred_job_cards_move_in_one_call_and_a_hundred_queries(self):
        """Three for each were the goal; it takes about 40 for all."""
        jobs = self._as("manager", self._open(500))
        ways = [
            ({"state": "received"}, {}),
            ({"state": "diagnosis"}, {"technician_ids": self.tech.ids, "spend_limit": 5000.0}),
            # A technician and the customer's word are asked for; then as if nothing was repaired.
            ({"state": "repair"}, {"state": "diagnosis"}),
            ({"state": "cancelled", "reason": "The flood took them all"}, {}),
        ]
        for way, found in ways:
            self.env.invalidate_all()
            with self.subTest(way), self.assertQueryCount(100):
                jobs.move_to(**way)
                self.env.flush_all()
            self._put(jobs, found)
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})
        self.assertEqual(len(jobs.history_ids), 500 * (1 + len(ways)))

    def test_many_job_cards_move_all_or_none_and_each_that_cannot_is_told(self):
        jobs = self._as("manager", self._open(30))
        jobs.move_to(state="received")
        jobs.move_to(state="diagnosis")
        self._put(jobs, {"technician_ids": self.tech.ids, "spend_limit": 5000.0})
        tied = jobs[7] | jobs[21]
        self._put(tied, {"technician_ids": False})
        with self.assertRaises(UserError) as refused:
            jobs.move_to(state="repair")
        told = str(refused.exception)
        for job in jobs:
            self.assertEqual(told.count(f"Job card {job.name} cannot"), int(job in tied))
        self.assertEqual(set(jobs.mapped("state")), {"diagnosis"})
        with self.assertRaisesRegex(UserError, "\n\n10 more cannot either"):
            jobs.move_to(state="delivered")
        with self.assertRaisesRegex(AccessError, "^[^\n]*$"):
            self._as("receptionist", jobs).move_to(state="repair")
        (jobs - tied).move_to(state="repair")
        self.assertEqual(set((jobs - tied).mapped("state")), {"repair"})
