from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

PACES = [("on_time", "On Time"), ("at_risk", "At Risk"), ("late", "Late")]

# What has to be done next, by state: a row of each list says it.
NEXT_STEPS = [
    ("request", "Receive the device"),
    ("received", "Diagnose"),
    ("diagnosis", "Share the estimate"),
    ("estimate", "Ask for the answer"),
    ("approved", "Start the repair"),
    ("parts", "Wait for parts"),
    ("repair", "Repair"),
    ("outside", "Fetch from the lab"),
    ("qc", "Check the work"),
    ("ready", "Deliver"),
    ("unclaimed", "Call the customer"),
]


class FsmJob(models.Model):
    """What a card of the workshop says at a glance: how it stands against its promise, what is next."""

    _inherit = "fsm.job"

    pace = fields.Selection(
        PACES,
        compute="_compute_pace",
        search="_search_pace",
        help="Against the promise: at risk once half of the time is gone. Nothing, where there is "
        "no promise or it has been kept.",
    )
    time_left = fields.Char(compute="_compute_time_left", help="Until the promise.")
    next_step = fields.Selection(NEXT_STEPS, compute="_compute_next_step")
    photo_count = fields.Integer(string="Photos", compute="_compute_photo_count")

    # === COMPUTE METHODS === #

    @api.depends("state", "promised_at", "received_at")
    def _compute_pace(self):
        now = fields.Datetime.now()
        due_states = self._due_states()
        for job in self:
            running = job.promised_at and job.state in due_states
            job.pace = running and job._pace_at(now)

    def _pace_at(self, now):
        start = self.received_at or self.create_date or now
        if self.promised_at < now:
            return "late"
        return "at_risk" if now - start >= self.promised_at - now else "on_time"

    @api.model
    def _search_pace(self, operator, value):
        if operator != "in":
            return NotImplemented
        paces = [pace or "" for pace in value]
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN %s", model._pace_sql(alias, query), tuple(paces)
            ),
            predicate=lambda job: (job.pace or "") in paces,
        )

    def _pace_sql(self, alias, query):
        """Return the pace as PostgreSQL finds it, `''` for none: as `_compute_pace`."""
        promise = self._field_to_sql(alias, "promised_at", query)
        now = SQL("%s::timestamp", fields.Datetime.now())
        received = self._field_to_sql(alias, "received_at", query)
        created = self._field_to_sql(alias, "create_date", query)
        return SQL(
            """CASE WHEN %(promise)s IS NULL OR %(state)s NOT IN %(due)s THEN ''
                    WHEN %(promise)s < %(now)s THEN 'late'
                    WHEN %(now)s - COALESCE(%(received)s, %(created)s) >= %(promise)s - %(now)s
                    THEN 'at_risk' ELSE 'on_time' END""",
            promise=promise,
            state=self._field_to_sql(alias, "state", query),
            due=tuple(self._due_states()),
            now=now,
            received=received,
            created=created,
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override of the ORM: columns count by pace, which is true when it is asked, never stored."""
        if groupby_spec != "pace":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields["pace"], "read")
        return SQL("NULLIF(%s, '')", self._pace_sql(alias, query))

    @api.depends("pace", "promised_at")
    def _compute_time_left(self):
        now = fields.Datetime.now()
        for job in self:
            age = job.pace and self._age(abs(job.promised_at - now))
            told = {
                "on_time": self.env._("%s left", age),
                "at_risk": self.env._("at risk, %s left", age),
                "late": self.env._("%s late", age),
            }
            job.time_left = told.get(job.pace, "")

    @api.depends("state")
    def _compute_next_step(self):
        for job in self:
            job.next_step = job.is_open and job.state

    @api.depends("message_attachment_count")
    def _compute_photo_count(self):
        Attachment_sudo = self.env["ir.attachment"].sudo()  # how many, for all who see the job card
        counts = dict(
            Attachment_sudo._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("res_field", "=", False),
                    ("mimetype", "=like", "image/%"),
                ],
                ["res_id"],
                ["__count"],
            )
        )
        for job in self:
            job.photo_count = counts.get(job.id, 0)
