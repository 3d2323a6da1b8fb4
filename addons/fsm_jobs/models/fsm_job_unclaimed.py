from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ..lifecycle import FINAL_STATES, REASON_MIN_LENGTH
from ..roles import ROLES
from ..verbs import verb
from .fsm_job import GATE
from .fsm_job_delivery import mask_email, mask_phone

WAITING_STATES = ("ready", "unclaimed")  # the customer is expected
REMINDER_PURPOSES = ("service", "reminder")  # who says no to one of them is not reminded
BATCH = 50  # job cards reminded in one transaction

DISPOSAL_METHODS = [
    ("recycled", "Handed to an E-waste Recycler"),
    ("parts", "Taken Apart for Parts"),
    ("sold", "Sold to Recover the Charges"),
    ("destroyed", "Destroyed"),
]

# What a ladder, a fee and a disposal start from when a device becomes ready.
FRESH = {"reminded_days": 0, "claim_by": False, "storage_waived_by_id": False}
FRESH |= {"storage_waived_reason": False}

# A disposal that was proposed is proposed anew once the customer has been heard of.
NO_DISPOSAL = dict.fromkeys(("disposal_asked_by_id", "disposal_reason", "disposal_method"), False)


class FsmJob(models.Model):
    """What happens to a device that nobody fetches: reminders, a fee, a notice, the end."""

    _inherit = "fsm.job"

    reminder_ids = fields.One2many(
        string="Reminders", comodel_name="fsm.unclaimed.reminder", inverse_name="job_id"
    )
    reminded_days = fields.Integer(
        readonly=True, copy=False, help="The rung of the ladder reached, in days after ready."
    )
    claim_by = fields.Date(
        string="Last Day to Fetch", readonly=True, copy=False, help="Of the notice.", audit=True
    )
    storage_days = fields.Integer(string="Days of Storage", compute="_compute_storage")
    storage_fee = fields.Monetary(compute="_compute_storage", help="Before tax, until today.")
    storage_waived_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, audit=True
    )
    storage_waived_reason = fields.Char(readonly=True, copy=False, audit=True)
    disposal_asked_by_id = fields.Many2one(string="Disposal Proposed By", audit=True)
    disposal_reason = fields.Char(readonly=True, copy=False, audit=True)
    disposal_method = fields.Selection(DISPOSAL_METHODS, readonly=True, copy=False, audit=True)

    _waiting_idx = models.Index("(ready_at) WHERE state IN ('ready', 'unclaimed')")

    # === COMPUTE METHODS === #

    @api.depends("ready_at", "state", "storage_waived_by_id")
    def _compute_storage(self):
        for job in self:
            branch_sudo = job.branch_id.sudo()  # what storage costs is no secret
            days = 0
            if job.ready_at and not job.storage_waived_by_id:
                days = (job._storage_until() - job.ready_at.date()).days
            job.storage_days = max(days - branch_sudo.storage_free_days, 0)
            job.storage_fee = job.storage_days * branch_sudo.storage_fee_per_day

    def _storage_until(self):
        """Return the day up to which storage is counted: its delivery or today.

        Billing stops the clock with the invoice, so that what was invoiced stays what is due.

        :rtype: datetime.date
        """
        end = self.delivered_at or (self.state in ("disposed", "cancelled") and self.state_since)
        return (end or fields.Datetime.now()).date()

    # === BUSINESS METHODS - BILLING === #

    def _billable_lines(self):
        """Override of the card itself to bill the storage of what was not fetched in time."""
        lines = super()._billable_lines()
        if not self.storage_fee:
            return lines
        branch_sudo = self.branch_id.sudo()  # what storage costs is no secret
        return [
            *lines,
            {
                "product_id": branch_sudo.storage_product_id.id,
                "name": self.env._(
                    "Storage: %(days)s days after %(free)s free days",
                    days=self.storage_days,
                    free=branch_sudo.storage_free_days,
                ),
                "quantity": float(self.storage_days),
                "price_unit": branch_sudo.storage_fee_per_day,
            },
        ]

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _move_values(self, source, target, now):
        """Override of the card itself: the ladder starts when a device is ready, and once only."""
        values = super()._move_values(source, target, now)
        if source == "unclaimed" and target != "disposed":
            values |= NO_DISPOSAL
        if target == "ready":
            if source == "unclaimed":
                values.pop("ready_at")  # it has been ready all the time
            else:
                values |= FRESH
        return values

    def _blockers(self, target):
        """Override of the card itself: two persons, one of them the owner, and a notice that ran out."""
        blockers = super()._blockers(target)
        if target != "disposed":
            return blockers
        asked_by = self.disposal_asked_by_id.sudo()  # his role is what counts here
        owner = ROLES["owner"]
        if not any(user.has_group(owner) for user in asked_by | self.env.user):
            blockers.append(self.env._("One of the two persons must be an owner."))
        if not self.claim_by:
            blockers.append(self.env._("The customer was sent no notice."))
        elif self.claim_by >= fields.Date.context_today(self):
            blockers.append(
                self.env._("The notice gives the customer until %s.", self._day(self.claim_by))
            )
        return blockers

    def _day(self, day):
        return day.strftime("%d-%m-%Y")

    # === BUSINESS METHODS - REMINDERS === #

    @api.model
    def _cron_remind(self):
        """Send what is due, a batch a transaction; who was reached is not reached twice."""
        due = self._outside_quiet_hours(self._due_reminders())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            self._remind_batch(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                break

    @api.model
    def _remind_batch(self, due):
        jobs = self.browse(job_id for job_id, _rule in due)
        refusing = jobs.partner_id._fsm_refusing(REMINDER_PURPOSES)
        for job, (_job_id, rule) in zip(jobs, due, strict=True):
            job._remind(rule, refused=job.partner_id in refusing)

    @api.model
    def _due_reminders(self):
        """Return ``[(job id, rule)]``: of each device that waits the highest rung that is due.

        One message for a device, also if the ladder stood still for a month.
        """
        ladders = self.env["fsm.unclaimed.rule"]._ladders()
        others = ladders.pop(self.env["res.company"], self.env["fsm.unclaimed.rule"])
        now = fields.Datetime.now()
        due = []
        waiting = self.search([("state", "in", WAITING_STATES), ("ready_at", "!=", False)])
        for job in waiting:
            days = (now - job.ready_at).days
            ladder = ladders.get(job.branch_id.organization_id, others)
            rungs = ladder.filtered(lambda r, d=days, j=job: j.reminded_days < r.days <= d)
            if rungs:
                due.append((job.id, rungs[-1]))
        return due

    @api.model
    def _outside_quiet_hours(self, due):
        """Return of what is due what may be said now; what may not is looked at when it may.

        :param list due: as `_due_reminders` returns it
        """
        now = fields.Datetime.now()
        branches = self.browse(job_id for job_id, _rule in due).branch_id
        ends = {branch: branch._quiet_end(now) for branch in branches}
        if later := [end for end in ends.values() if end]:
            self.env.ref("fsm_jobs.ir_cron_remind")._trigger(min(later))
        return [each for each in due if not ends[self.browse(each[0]).branch_id]]

    def _remind(self, rule, refused=False):
        """Send one reminder, write it down, and take the job card along.

        :param bool refused: the customer wants no reminders; a notice he gets all the same, for
            nothing is disposed of without one
        """
        self.ensure_one()
        job = self.with_company(self.company_id)
        values = {"reminded_days": rule.days}
        if rule.notice_days and not job.claim_by:
            values["claim_by"] = fields.Date.context_today(job) + timedelta(days=rule.notice_days)
        job.with_context(fsm_gate=GATE).sudo().write(values)  # the system climbs the ladder
        said = job._say(rule) if rule.notice_days or not refused else job._say_nothing()
        self.env["fsm.unclaimed.reminder"].sudo().create(  # nobody writes reminders by hand
            {
                "job_id": job.id,
                "company_id": job.company_id.id,
                "name": rule.name,
                "days": rule.days,
                "at": fields.Datetime.now(),
                "claim_by": job.claim_by,
                **said,
            }
        )
        if rule.makes_unclaimed and job.state == "ready":
            job._move("unclaimed", rule.name)

    def _say_nothing(self):
        return {"problem": self.env._("The customer wants no messages: call him.")}

    def _say(self, rule):
        """Send the words of `rule` and return what was sent to whom, or why nothing was."""
        partner = self.partner_id
        lang = partner.lang or "en_IN"
        by_email = rule.channel == "email" or partner.fsm_contact_by == "email"
        email = by_email and rule.mail_template_id and email_normalize(partner.email)
        if email:
            rule.mail_template_id.send_mail(self.id)
            return {
                "channel": "email",
                "sent_to": mask_email(email),
                "text": rule.mail_template_id._render_field("subject", self.ids, set_lang=lang)[
                    self.id
                ],
            }
        text = rule.sms_template_id._render_field("body", self.ids, set_lang=lang)[self.id]
        said = {"channel": "sms", "sent_to": mask_phone(partner.phone), "text": text}
        try:
            self._send_sms(text)
        except UserError as refusal:
            said["problem"] = refusal.args[0]
        return said

    # === BUSINESS METHODS - VERBS === #

    @verb
    def waive_storage_fee(self, reason: str):
        """Ask no storage fee, as a manager, with a reason of ten characters or more.

        :return: ``{id, storage_fee}``
        """
        self._check_manager()
        self._check_reason(reason)
        if any(job.state in FINAL_STATES for job in self):
            raise UserError(
                self.env._("What has left is paid as it was billed: nothing is waived.")
            )
        values = {"storage_waived_by_id": self.env.uid, "storage_waived_reason": reason.strip()}
        self.with_context(fsm_gate=GATE).sudo().write(values)  # checked on the lines above
        return [{"id": job.id, "storage_fee": job.storage_fee} for job in self]

    @verb
    def ask_disposal(self, reason: str, method: str = "recycled"):
        """Propose to dispose of what nobody claims; another person confirms, one is an owner.

        :param str method: one of `DISPOSAL_METHODS`
        :return: ``{id, asked_by}``
        """
        self._check_manager()
        self._check_reason(reason)
        if method not in dict(DISPOSAL_METHODS):
            raise UserError(
                self.env._("“method” must be one of: %s.", ", ".join(dict(DISPOSAL_METHODS)))
            )
        if any(job.state != "unclaimed" for job in self):
            raise UserError(self.env._("Only what nobody claims is disposed of."))
        self.with_context(fsm_gate=GATE).sudo().write(  # not fields anybody writes himself
            {
                "disposal_asked_by_id": self.env.uid,
                "disposal_reason": reason.strip(),
                "disposal_method": method,
            }
        )
        return [{"id": job.id, "asked_by": self.env.user.name} for job in self]

    @verb
    def dispose(self):
        """Confirm the disposal that another person has proposed.

        :return: ``{id, state}``
        """
        self._check_manager()
        for job in self:
            job._move("disposed", job.disposal_reason)
        return [{"id": job.id, "state": job.state} for job in self]

    def _check_manager(self):
        self.check_access("write")
        if not self._has_role({"manager"}):
            raise AccessError(self.env._("Only a manager does this."))

    def _check_reason(self, reason):
        if len(reason.strip()) < REASON_MIN_LENGTH:
            raise UserError(
                self.env._("The reason needs at least %s characters.", REASON_MIN_LENGTH)
            )

    # === BUSINESS METHODS - DOCUMENTS === #

    def _print_notice(self):
        """Return the letter that names the last day."""
        job_sudo = self._for_print("notice")
        if not self.claim_by:
            raise UserError(self.env._("No notice was sent for job card %s yet.", self.name))
        partner = job_sudo.partner_id
        place = " ".join(filter(None, (partner.city, partner.zip)))
        return {
            **job_sudo._document_head(),
            "title": self.env._("Notice"),
            "qr": self._qr(self.access_url),
            "customer": list(filter(None, (partner.name, partner.street, partner.street2, place))),
            "facts": [
                (self.env._("Ready since"), job_sudo._moment(self.ready_at)),
                (self.env._("Last Day to Fetch"), self._day(self.claim_by)),
            ],
            "letter": job_sudo._notice_letter(),
            "reminders": [
                (job_sudo._moment(row.at), row.name, row.sent_to or row.problem or "")
                for row in job_sudo.reminder_ids.sorted("id")
            ],
        }

    def _notice_letter(self):
        """Return the paragraphs of the letter."""
        letter = [
            self.env._("Dear %s,", self.partner_id.name),
            self.env._(
                "Your %(device)s has been ready for you since %(since)s. We have reminded you as "
                "listed below. Please fetch it by %(last_day)s with this letter or your receipt. "
                "After that day we may dispose of the device.",
                device=_bold(self.device_id.model_id.display_name),
                since=self._moment(self.ready_at),
                last_day=_bold(self._day(self.claim_by)),
            ),
        ]
        if self.storage_fee:
            fee = self.env._(
                "Until today a storage fee of %s before tax has to be added to the charges of the "
                "job card.",
                _bold(self._rupees(self.storage_fee)),
            )
            letter.append(fee)
        return letter

    def _print_disposal(self):
        """Return the certificate of a disposal: what, why, how, who proposed and who confirmed."""
        job_sudo = self._for_print("disposal")
        if self.state != "disposed":
            raise UserError(self.env._("The device of job card %s is not disposed of.", self.name))
        confirmed = job_sudo.history_ids.filtered(lambda row: row.to_state == "disposed")[:1]
        methods = dict(self._fields["disposal_method"]._description_selection(self.env))
        return {
            **job_sudo._document_head(),
            "title": self.env._("Disposal Certificate"),
            "customer": [job_sudo.partner_id.name],
            "facts": [
                (self.env._("Ready since"), job_sudo._moment(self.ready_at)),
                (self.env._("Last Day to Fetch"), self._day(self.claim_by)),
                (self.env._("Disposed of"), job_sudo._moment(confirmed.at)),
                (self.env._("How"), methods.get(self.disposal_method, "")),
                (self.env._("Reason"), self.disposal_reason),
            ],
            "reminders": [
                (job_sudo._moment(row.at), row.name, row.sent_to or row.problem or "")
                for row in job_sudo.reminder_ids.sorted("id")
            ],
            "signatures": [
                {
                    "label": self.env._("Proposed by"),
                    "name": job_sudo.disposal_asked_by_id.name,
                    "picture": False,
                },
                {
                    "label": self.env._("Confirmed by"),
                    "name": confirmed.user_id.name,
                    "picture": False,
                },
            ],
        }


def _bold(text):
    return Markup("<b>%s</b>") % text
