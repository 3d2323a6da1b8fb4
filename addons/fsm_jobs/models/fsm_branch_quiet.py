from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .fsm_branch import TIMEZONE


class FsmBranch(models.Model):
    """When the system writes to nobody: the quiet hours of a branch.

    What a person sends by hand, and a code a customer asks for, go at any time.
    """

    _inherit = "fsm.branch"

    # Commercial messages are sent between 10:00 and 21:00 (TRAI, TCCCPR 2018); ours are no offers
    # and may begin an hour earlier.
    quiet_from = fields.Float(
        string="No Reminders From", default=21.0, help="O'clock, on the branch's clock.", audit=True
    )
    quiet_until = fields.Float(string="No Reminders Until", default=9.0, audit=True)

    # === CONSTRAINT METHODS === #

    @api.constrains("quiet_from", "quiet_until")
    def _check_quiet(self):
        for branch in self:
            if not (0 <= branch.quiet_from < 24 and 0 <= branch.quiet_until < 24):
                raise ValidationError(
                    self.env._("Quiet hours are times of the day, such as 21:00.")
                )

    # === BUSINESS METHODS === #

    def _timezone(self):
        """Return the name of the zone whose clock hangs here; India's where no branch is meant."""
        return self.sudo().calendar_id.tz or TIMEZONE  # opening hours are no secret

    def _quiet_end(self, now):
        """Return when the quiet hours end that reign at `now`, or nothing: naive UTC, as stored.

        :param datetime now: naive UTC
        :rtype: datetime | None
        """
        zone = pytz.timezone(self._timezone())
        local = pytz.utc.localize(now).astimezone(zone).replace(tzinfo=None)
        start, end = _at(local, self.quiet_from), _at(local, self.quiet_until)
        if start > end and local >= start:  # they last over midnight
            end += timedelta(days=1)
        elif start > end:
            start -= timedelta(days=1)
        if not start <= local < end:
            return None
        return zone.localize(end).astimezone(pytz.utc).replace(tzinfo=None)


def _at(day, hours):
    return datetime.combine(day, time()) + timedelta(hours=hours)
