from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import WORKING_STATES

NOON = " 12:00:00"  # UTC: the end of a working day in India


class FsmPartUsage(models.Model):
    """When a part that is not there is expected, as far as the store knows."""

    _inherit = "fsm.part.usage"

    expected_at = fields.Datetime(string="Expected", readonly=True, copy=True)

    # === ACTION METHODS === #

    def action_say_when(self):
        """Ask the store for the day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Expected On"),
            "res_model": "fsm.part.when",
            "view_mode": "form",
            "target": "new",
            "context": {"default_usage_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def say_when(self, expected_on: str):
        """Say when a requested part will be there; a promise that falls before is put off.

        :param str expected_on: the day, `YYYY-MM-DD`
        :return: ``{id, expected_at, promised_at}``, the promise of its job card
        """
        try:
            expected_at = fields.Datetime.to_datetime(f"{expected_on.strip()}{NOON}")
        except ValueError:
            expected_at = None
        if not expected_at or expected_at.date() < fields.Date.context_today(self):
            raise UserError(self.env._("“expected_on” must be a day to come, YYYY-MM-DD."))
        checked = self._together(self._checked_for({"requested"}, WORKING_STATES, "accountant"))
        checked.expected_at = expected_at
        checked.job_id._promise_after_parts()
        return [
            {
                "id": usage.id,
                "expected_at": fields.Datetime.to_string(usage.expected_at),
                "promised_at": fields.Datetime.to_string(usage.job_id.promised_at) or False,
            }
            for usage in checked
        ]
