from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import capture
from ..tools.verify_trail import CAPTURE, CHECKS, Finding, Trail, check_capture

AT = "%Y-%m-%d %H:%M:%S.%f"  # as in the texts that are sealed
FIRST, LAST = date(1970, 1, 1), date(9998, 12, 31)


def check_declarations(env):
    """Return the check that each table is captured as the fields of this registry declare."""

    def check(trail):
        for name in capture.differing(env):
            yield Finding(CAPTURE, {"table": name})

    return check


class FsmAuditLog(models.Model):
    """What the log says of itself: that it is as it was sealed.

    Each verifies the entries of his companies, and all seals: they hang on each other.
    """

    _inherit = "fsm.audit.log"

    # === BUSINESS METHODS === #

    @api.model
    def verify(self, date_from=False, date_to=False, **unknown):
        """Verify the entries of a period, by default all, and the trail as a whole.

        :param date_from: the first day as `YYYY-MM-DD`, in the time zone of the user
        :param date_to: the last day
        :return: `{"ok", "checked", "sealed_until", "first_bad"}`: how many entries; UTC until when
            all is sealed, `False` if nothing is; a sentence, `False` if all is well
        :rtype: dict
        """
        if unknown:
            raise UserError(
                self.env._("verify() does not know %s.", ", ".join(map(str, sorted(unknown))))
            )
        trail = self._trail()
        checked, findings = 0, []
        for _last, count, found in trail.verify(*self._seals_of(trail, date_from, date_to)):
            checked += count
            findings += found
        return {
            "ok": not findings,
            "checked": checked,
            "sealed_until": self._sealed_until(trail),
            "first_bad": self._sentence(findings[0]) if findings else False,
        }

    @api.model
    def verify_slice(self, after=0):
        """Verify the next entries, for a page that shows how far it is.

        :param int after: the last seal that was verified
        :return: `{"after", "last", "checked", "findings", "done"}`; the slice that is done has
            verified the trail as a whole
        """
        if type(after) is not int or after < 0:
            raise UserError(self.env._("“%s” is not the number of a seal.", str(after)))
        trail = self._trail()
        reached, checked, findings = next(trail.verify(after))
        return {
            "after": reached,
            "last": trail.last_seal(),
            "checked": checked,
            "findings": [self._sentence(finding) for finding in findings],
            "done": reached == after,
        }

    @api.model
    def verification_facts(self):
        """Return what an owner tells his auditor, and what hinders the sealing."""
        trail = self._trail()
        seals = self.env["fsm.audit.seal"]
        return {
            "last": trail.last_seal(),
            "sealed_until": self._sealed_until(trail),
            "public_key": seals._public_key(),
            "problems": seals._problems(),
        }

    # === GETTERS === #

    @api.model
    def _trail(self):
        """Return the trail as this user may verify it."""
        self.check_access("read")
        companies = self.env.user.company_ids.ids
        if self.env.user._is_system():
            companies.append(0)  # what belongs to no company, as in the record rules
        return self._whole_trail(companies)

    @api.model
    def _whole_trail(self, companies=None):
        """Return the trail of these companies, by default of all, with what this addon knows."""
        seals = self.env["fsm.audit.seal"]
        anchors = [fact for anchor in seals._anchors() for fact in anchor.read()]
        trail = Trail(self.env.cr, seals._known_keys(), anchors, companies)
        trail.checks = self._audit_checks()
        return trail

    @api.model
    def _audit_checks(self):
        """Return what is checked of the trail as a whole; whoever adds a guard adds its check."""
        here = check_declarations(self.env)
        return [here if check is check_capture else check for check in CHECKS]

    @api.model
    def _seals_of(self, trail, date_from, date_to):
        """Return the seal before, and the last, of those that hold entries of a period."""
        if not date_from and not date_to:
            return 0, None
        return trail.seals_between(*self._period(date_from, date_to))

    @api.model
    def _period(self, date_from, date_to):
        """Return the first moment of a period and the first after it, as the texts say it."""
        first = self._day(date_from) if date_from else FIRST
        last = self._day(date_to) if date_to else LAST
        if last < first:
            raise UserError(self.env._("The last day lies before the first."))
        return self._midnight(first), self._midnight(last + timedelta(days=1))

    @api.model
    def _day(self, text):
        try:
            day = fields.Date.to_date(text)
        except (TypeError, ValueError, AttributeError):
            day = None
        if not day or not FIRST <= day <= LAST:
            raise UserError(
                self.env._("“%s” is not a date. Say it like this: 2026-04-30.", str(text))
            )
        return day

    @api.model
    def _midnight(self, day):
        local = self.env.tz.localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).strftime(AT)

    @api.model
    def _sealed_until(self, trail):
        if not trail.last_seal():
            return False
        return (trail.oldest_waiting() or datetime.now(pytz.utc).strftime(AT))[:19]

    @api.model
    def _sentence(self, finding):
        return self.env["fsm.audit.seal"]._sentence(finding)
