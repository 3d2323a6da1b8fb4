from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..lifecycle import FINAL_STATES
from ..roles import ROLES
from ..verbs import check_id, check_value
from .fsm_job import GATE, PROTECTED_FIELDS

# What each role writes on a job card that is open; a manager and an owner may write all of it.
COUNTER_FIELDS = {
    "partner_id",
    "device_id",
    "site_id",
    "kind",
    "priority",
    "complaint",
    "accessory_ids",
    "check_ids",
    "fault_ids",
    "spend_limit",
    "advance_amount",
    "promised_at",
    "original_job_id",
}
WRITABLE_FIELDS = {
    "receptionist": COUNTER_FIELDS,
    "technician": {"diagnosis", "line_ids", "check_ids", "rework_cause"},
    "accountant": set(),
}

# While a job card is in these states a technician works on his estimate. Once it is shared it
# stands until the customer has answered; then only a manager changes it.
ESTIMATE_STATES = {"request", "received", "diagnosis", "repair"}

# What goes on after the end: talk, ratings and invoices; nothing that says what was done.
AFTERLIFE_PREFIXES = ("message_", "activity_", "rating_", "my_activity_", "website_message_")


class FsmJob(models.Model):
    """Who may write what on a job card, and when."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - RIGHTS === #

    def _check_create(self, vals):
        """Refuse values of a new job card that are nonsense, or not this role's to give."""
        if not isinstance(vals, dict):
            raise UserError(self.env._("A job card is created from an object of values."))
        for name in ("branch_id", "partner_id", "device_id", "site_id", "original_job_id"):
            if vals.get(name):
                check_id(self.env, vals[name], name)
        check_value(self.env, vals.get("client_ref"), str, "client_ref")
        role = self.env.user.fsm_role
        if self.env.su or role not in WRITABLE_FIELDS:
            return
        given = vals.keys() - PROTECTED_FIELDS - {"state"}
        if foreign := given - WRITABLE_FIELDS[role]:
            raise AccessError(
                self.env._("Your role does not set: %s.", self._field_labels(foreign))
            )

    @api.model
    def _has_role(self, roles):
        """Tell whether the caller has one of `roles`; a manager has those below his own."""
        return any(self.env.user.has_group(ROLES[role]) for role in {*roles, "manager"})

    def _check_write(self, vals):
        """Refuse what nobody, or not this role, or nobody any more may write."""
        names = {name for name in vals if not name.startswith(AFTERLIFE_PREFIXES)}
        if not names or self.env.context.get("fsm_gate") is GATE:
            return
        if ended := self.filtered(lambda job: job.state in FINAL_STATES):
            raise UserError(
                self.env._(
                    "Job card %(job)s is “%(state)s” and can no longer be changed.",
                    job=ended[0].name,
                    state=ended[0]._state_label(ended[0].state),
                )
            )
        if self.env.su:
            return
        if protected := names & PROTECTED_FIELDS:
            raise AccessError(
                self.env._("Nobody writes this by hand: %s.", self._field_labels(protected))
            )
        role = self.env.user.fsm_role
        if role in WRITABLE_FIELDS and (foreign := names - WRITABLE_FIELDS[role]):
            raise AccessError(
                self.env._("Your role does not change: %s.", self._field_labels(foreign))
            )

    def _field_labels(self, names):
        return ", ".join(
            sorted(self._fields[name].string if name in self._fields else name for name in names)
        )

    def _check_child_write(self, field_name):
        """Hold a record that hangs on these job cards to the rules of the card itself."""
        if self:
            self.check_access("write")
            self._check_write({field_name: True})

    def _check_attachments_open(self):
        self.check_access("read")
        for job in self:
            if job.state in FINAL_STATES:
                raise UserError(self.env._("Job card %s is closed: its files stay.", job.name))

    def _check_estimate_open(self):
        """Refuse a change of the estimate that is out of its time, or not this role's."""
        for job in self:
            if job.state in FINAL_STATES or (
                job.state not in ESTIMATE_STATES and not self._has_role({"manager"})
            ):
                raise UserError(
                    self.env._(
                        "The estimate of job card %(job)s cannot be changed while it is “%(state)s”.",
                        job=job.name,
                        state=job._state_label(job.state),
                    )
                )
        if not self.env.su and not self._has_role({"technician"}):
            raise AccessError(self.env._("Your role does not change an estimate."))
