from odoo import models

from .fsm_challan import NUMBER_DIGITS


class FsmBranch(models.Model):
    """What a branch needs to send devices out."""

    _inherit = "fsm.branch"

    # === BUSINESS METHODS === #

    def _provision(self):
        """Override of this addon's hook to give each branch its series of challans."""
        super()._provision()
        for branch in self:
            branch._challan_series()

    def _challan_number(self, purpose, day):
        """Return the next number of the branch's challans. Here: one series for all of them.

        An addon that knows what numbers the law wants extends this method.

        :param str purpose: one of `fsm_challan.PURPOSES`
        :param datetime.date day: of the challan, in India
        """
        return self._challan_series().next_by_id()

    def _challan_series(self):
        """Return the series of the branch's challans, in sudo; made where it is missing."""
        self.ensure_one()
        series_sudo = self.env["ir.sequence"].sudo()  # a series is drawn from, not read
        return series_sudo.search(
            [("code", "=", "fsm.challan"), ("company_id", "=", self.company_id.id)], limit=1
        ) or series_sudo.create(
            {
                "name": self.env._("Delivery challans %s", self.code),
                "code": "fsm.challan",
                "implementation": "no_gap",
                "prefix": f"{self.code}/DC/",
                "padding": NUMBER_DIGITS,
                "company_id": self.company_id.id,
            }
        )
