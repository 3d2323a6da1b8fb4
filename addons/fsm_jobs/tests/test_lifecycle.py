"""The tables of `lifecycle.py`, and the small functions that carry an example."""

import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.fsm_jobs import lifecycle
from odoo.addons.fsm_jobs.models import fsm_device, fsm_job_delivery, fsm_job_dispute


@tagged("post_install", "-at_install")
class TestLifecycle(BaseCase):
    def test_docstring_examples_hold(self):
        self.assertEqual(doctest.testmod(lifecycle), (0, 6))
        self.assertEqual(doctest.testmod(fsm_device), (0, 1))
        self.assertEqual(doctest.testmod(fsm_job_delivery), (0, 2))
        self.assertEqual(doctest.testmod(fsm_job_dispute), (0, 1))

    def test_every_state_has_its_rows(self):
        states = set(dict(lifecycle.STATES))
        self.assertEqual(states, set(lifecycle.NEXT_STATES))
        self.assertEqual(states, set(lifecycle.CLOCKS))
        self.assertEqual(states, set(lifecycle.MOVERS))

    def test_every_state_can_be_reached(self):
        reached = {"request"}.union(*lifecycle.NEXT_STATES.values())
        self.assertEqual(reached, set(dict(lifecycle.STATES)))

    def test_only_what_ends_a_job_card_is_final(self):
        self.assertEqual(lifecycle.FINAL_STATES, {"delivered", "cancelled", "disposed"})
