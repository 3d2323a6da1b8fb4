from odoo import fields, models
from odoo.tools import format_datetime

from .fsm_part_usage import WORKING_STATES

# Opening hours that a repair still takes once its last part has come: one working day.
HOURS_AFTER_PARTS = 9.0


class FsmJob(models.Model):
    """A job card that waits for parts promises nothing before they are there."""

    _inherit = "fsm.job"

    parts_expected_at = fields.Datetime(
        string="Parts Expected",
        compute="_compute_parts_expected_at",
        help="When the last of the parts it waits for is expected.",
    )

    # === COMPUTE METHODS === #

    def _compute_parts_expected_at(self):
        for job in self:
            waiting = job.part_usage_ids.filtered(lambda usage: usage.state == "requested")
            job.parts_expected_at = max(filter(None, waiting.mapped("expected_at")), default=False)

    # === BUSINESS METHODS === #

    def _promise_after_parts(self):
        """Put off promises that cannot be kept, because a part comes later; called in sudo."""
        self.invalidate_recordset(["parts_expected_at"])
        for job in self.filtered(lambda job: job.state in WORKING_STATES and job.promised_at):
            expected = job.parts_expected_at
            earliest = expected and job.branch_id._after_working_hours(expected, HOURS_AFTER_PARTS)
            if earliest and earliest > job.promised_at:
                job._put_off(earliest.replace(microsecond=0), expected)

    def _put_off(self, promise, expected):
        """Promise another day, and say on the job card why."""
        self._message_log(
            body=self.env._(
                "The promise moves from %(before)s to %(after)s: parts are expected on %(expected)s.",
                before=format_datetime(self.env, self.promised_at),
                after=format_datetime(self.env, promise),
                expected=format_datetime(self.env, expected),
            )
        )
        self.promised_at = promise
