from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..verbs import verb
from .fsm_job import GATE
from .fsm_job_unclaimed import WAITING_STATES


class FsmJob(models.Model):
    """The notice before a disposal: it counts once it went out, by message or by post."""

    _inherit = "fsm.job"

    def _blockers(self, target):
        """Override of the card itself: nothing is disposed of unless its owner was given notice."""
        blockers = super()._blockers(target)
        if target == "disposed" and self.claim_by and not self._notices_given():
            blockers.append(
                self.env._(
                    "The notice has reached nobody: send the letter and say so with “Letter "
                    "Posted”, on “Not Fetched”."
                )
            )
        return blockers

    def _notices_given(self):
        """Return the reminders that named the day which holds now, and went out."""
        return self.reminder_ids.filtered(lambda r: r.claim_by == self.claim_by and not r.problem)

    @verb
    def post_notice(self, reference: str, date: str = ""):
        """Write down that the notice went to the customer by post.

        His time runs from that day, by the days of notice of the ladder. It is never cut short.

        :param str reference: what proves it: the number of the registered letter or the courier
        :param str date: the day it was posted; today, if left out
        :return: ``{id, claim_by}``
        """
        self.check_access("write")
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter or a manager sends the notice."))
        if not reference.strip():
            raise UserError(self.env._("Say the number of the registered letter, or who took it."))
        today = fields.Date.context_today(self[:1]._here())
        day = fields.Date.to_date(self._check_date(date)) if date else today
        for job in self:
            job._post_notice(reference.strip(), day, today)
        return [{"id": job.id, "claim_by": str(job.claim_by)} for job in self]

    def _post_notice(self, reference, day, today):
        if self.state not in WAITING_STATES or not self.ready_at:
            raise UserError(self.env._("Job card %s does not wait to be fetched.", self.name))
        ready_on = fields.Datetime.context_timestamp(self._here(), self.ready_at).date()
        if not ready_on <= day <= today:
            raise UserError(
                self.env._("A notice is posted after the device is ready, and no later than today.")
            )
        claim_by = day + timedelta(days=self._notice_days())
        claim_by = max(claim_by, self.claim_by or claim_by)
        self.with_context(fsm_gate=GATE).sudo().claim_by = claim_by  # the caller was checked
        self.env["fsm.unclaimed.reminder"].sudo().create(  # nobody writes reminders by hand
            {
                "job_id": self.id,
                "company_id": self.company_id.id,
                "name": self.env._("Notice by Post"),
                "days": (day - ready_on).days,
                "at": fields.Datetime.now(),
                "channel": "letter",
                "sent_to": reference,
                "text": self.env._("Posted on %s.", self._day(day)),
                "claim_by": claim_by,
            }
        )

    def _here(self):
        """Return this job card with the clock of its branch, wherever the caller's stands."""
        return self.with_context(tz=self.branch_id._timezone())

    def _notice_days(self):
        """Return the days of notice of this branch's ladder."""
        ladders = self.env["fsm.unclaimed.rule"].sudo()._ladders()  # a rule of the house, no secret
        others = ladders.get(self.env["res.company"], self.env["fsm.unclaimed.rule"])
        days = ladders.get(self.branch_id.organization_id, others).mapped("notice_days")
        if not any(days):
            raise UserError(self.env._("The ladder of reminders has no notice: give one its days."))
        return max(days)
