from odoo import models

from .account_journal import ONLINE


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    # === BUSINESS METHODS - CREATION === #

    def _provision(self):
        """Override of `fsm_jobs` to give the branch its till for online payments."""
        super()._provision()
        for branch in self:
            branch._create_online_till()

    def _create_online_till(self):
        """Make the journal of what Razorpay owes the branch until it is in the bank."""
        self._create_till(*ONLINE)
