from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..verbs import verb
from .fsm_job import GATE
from .fsm_job_delivery import mask_email, mask_phone
from .fsm_job_unclaimed import REMINDER_PURPOSES

ANSWER_HOURS = 24  # who has not answered by then is called
REMINDER_HOURS = 4  # between two reminders of one estimate: our own choice


class FsmEstimate(models.Model):
    _inherit = "fsm.estimate"

    reminded_at = fields.Datetime(string="Reminded", readonly=True, help="The last time.")


class FsmJob(models.Model):
    """The customer who has not answered: for how long, and reminding him."""

    _inherit = "fsm.job"

    estimate_age = fields.Char(
        compute="_compute_estimate_age", help="Since the estimate was sent, while it waits."
    )
    waits_long = fields.Boolean(
        string="Answer Overdue", compute="_compute_waits_long", search="_search_waits_long"
    )
    needs_call = fields.Boolean(
        string="To Call",
        compute="_compute_needs_call",
        search="_search_needs_call",
        help="Late, an estimate that waits for more than a day, or a customer nobody reached.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "estimate_ids.shared_at", "estimate_ids.reminded_at")
    def _compute_estimate_age(self):
        Estimate_sudo = self.env["fsm.estimate"].sudo()  # when, for all who see the job card
        waiting = self.filtered(lambda job: job.state == "estimate")
        times = {
            job.id: times
            for job, *times in Estimate_sudo._read_group(
                [("job_id", "in", waiting.ids)],
                ["job_id"],
                ["shared_at:max", "reminded_at:max"],
            )
        }
        for job in self:
            job.estimate_age = job._told_since(*times.get(job.id, (None, None)))

    def _told_since(self, shared_at, reminded_at):
        """Say how long ago an estimate was sent, and when the customer was last reminded of it."""
        if not shared_at:
            return ""
        now = fields.Datetime.now()
        sent = self._age(now - shared_at)
        if not reminded_at or reminded_at < shared_at:
            return self.env._("sent %s ago", sent)
        return self.env._(
            "sent %(sent)s ago, reminded %(reminded)s ago",
            sent=sent,
            reminded=self._age(now - reminded_at),
        )

    @api.depends("state", "estimate_ids.shared_at")
    def _compute_waits_long(self):
        self._compute_found("waits_long")

    @api.depends("state", "hold_reason", "is_late", "waits_long")
    def _compute_needs_call(self):
        self._compute_found("needs_call")

    def _compute_found(self, name):
        found = self.search(Domain("id", "in", self.ids) & Domain(name, "=", True))
        for job in self:
            job[name] = job in found

    @api.model
    def _search_waits_long(self, operator, value):
        if operator != "in":
            return NotImplemented
        since = fields.Datetime.now() - timedelta(hours=ANSWER_HOURS)
        fresh = Domain("estimate_ids", "any", Domain("shared_at", ">=", since))
        return Domain("state", "=", "estimate") & ~fresh

    @api.model
    def _search_needs_call(self, operator, value):
        if operator != "in":
            return NotImplemented
        unreached = Domain("hold_reason", "=", "customer_unreachable")
        reasons = (Domain("is_late", "=", True), Domain("waits_long", "=", True), unreached)
        return Domain("is_open", "=", True) & Domain.OR(reasons)

    # === ACTION METHODS === #

    def action_remind_of_estimate(self):
        answer = self.remind_of_estimate()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(job)s: the estimate was sent once more, to %(address)s.",
                    job=self.name,
                    address=answer["sent_to"],
                ),
            },
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def remind_of_estimate(self):
        """Send the customer once more the link of the estimate that waits for his answer.

        Not in the quiet hours of the branch, not to who wants no messages, and not twice within
        four hours.

        :return: ``{id, channel, sent_to}``
        """
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter reminds customers."))
        refusing = self.partner_id._fsm_refusing(REMINDER_PURPOSES)
        return [job._remind_of_estimate(job.partner_id in refusing) for job in self]

    def _remind_of_estimate(self, refused):
        self.check_access("write")
        estimate = self._current_estimate()
        self._check_reminder(estimate, refused)
        partner = self.partner_id
        by_email = partner.fsm_contact_by == "email" or not partner.phone_sanitized
        email = by_email and email_normalize(partner.email)
        channel = "email" if email else "sms"
        self._send_estimate(estimate, [channel])
        now = fields.Datetime.now()
        estimate.sudo().with_context(fsm_gate=GATE).reminded_at = now  # sent on the line above
        sent_to = mask_email(email) if email else mask_phone(partner.phone)
        self._log_reminder(estimate, channel, sent_to)
        return {"id": self.id, "channel": channel, "sent_to": sent_to}

    def _log_reminder(self, estimate, channel, sent_to):
        """Keep each reminder on the job card, where `timeline` and the dispute pack find it."""
        channels = {"email": self.env._("e-mail"), "sms": self.env._("SMS")}
        self._message_log(
            body=self.env._(
                "Reminded of version %(version)s of the estimate by %(channel)s to %(address)s.",
                version=estimate.version,
                channel=channels[channel],
                address=sent_to,
            )
        )

    def _check_reminder(self, estimate, refused):
        """Refuse a reminder that is out of place, or comes too early."""
        if self.state != "estimate" or not estimate:
            raise UserError(self.env._("Job card %s does not wait for an answer.", self.name))
        if refused:
            raise UserError(
                self.env._("%s wants no messages: call him.", self.partner_id.display_name)
            )
        now = fields.Datetime.now()
        if self.branch_id._quiet_end(now):
            raise UserError(
                self.env._("Nobody is reminded in the quiet hours. Remind him in the morning.")
            )
        last = estimate.reminded_at
        if last and now - last < timedelta(hours=REMINDER_HOURS):
            raise UserError(
                self.env._(
                    "%(customer)s was reminded %(age)s ago. Remind him %(hours)s hours later, or "
                    "call him.",
                    customer=self.partner_id.display_name,
                    age=self._age(now - last),
                    hours=REMINDER_HOURS,
                )
            )
