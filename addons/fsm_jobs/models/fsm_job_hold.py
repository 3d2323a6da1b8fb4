from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..lifecycle import FINAL_STATES, HOLD_REASONS
from ..verbs import verb
from .fsm_job import GATE


class FsmJob(models.Model):
    """Work that rests for a while: the card stays where it is, the clock may be somebody else's."""

    _inherit = "fsm.job"

    hold_reason = fields.Selection(
        HOLD_REASONS, string="On Hold", readonly=True, copy=False, audit=True
    )

    # === ACTION METHODS === #

    def action_release(self):
        self.release()

    # === BUSINESS METHODS - VERBS === #

    @verb
    def hold(self, hold_reason: str, reason: str = ""):
        """Let the work rest. The next move, or `release`, ends it.

        :param str hold_reason: one of `lifecycle.HOLD_REASONS`
        :param str reason: more words, for `other` they are needed; kept in the status history
        :return: ``{id, hold_reason, clock}``
        """
        if hold_reason not in dict(HOLD_REASONS):
            raise UserError(
                self.env._(
                    "“hold_reason” must be one of: %s.", ", ".join(key for key, _ in HOLD_REASONS)
                )
            )
        if hold_reason == "other" and not reason.strip():
            raise UserError(self.env._("Say in your words why the work rests."))
        return self._rest(hold_reason, reason)

    @verb
    def release(self):
        """Go on with work that rested.

        :return: ``{id, hold_reason, clock}``
        """
        return self._rest(False, "")

    # === BUSINESS METHODS === #

    def _rest(self, hold_reason, reason):
        """Put on hold or release; the time until now is kept with whose time it was."""
        self.check_access("write")
        if not self.env.su and not self._has_role({"technician", "receptionist"}):
            raise AccessError(self.env._("Your role does not put work on hold."))
        self._check_open_for_hold()
        now = fields.Datetime.now()
        changed = self.filtered(lambda job: job.hold_reason != hold_reason)
        since = {job.id: job.state_since for job in changed}
        rested = {job.id: job.hold_reason for job in changed}
        label = dict(self._fields["hold_reason"]._description_selection(self.env)).get(hold_reason)
        told = ": ".join(filter(None, [label or self.env._("Work goes on"), reason.strip()]))
        for state, jobs in changed.grouped("state").items():
            gate = jobs.with_context(fsm_gate=GATE).sudo()  # checked above; see docs/adr/0005
            gate.write({"hold_reason": hold_reason, "state_since": now})
            jobs._write_history(state, told, False, since, now, rested)
        return [
            {"id": job.id, "hold_reason": job.hold_reason, "clock": job.clock or False}
            for job in self
        ]

    def _check_open_for_hold(self):
        if ended := self.filtered(lambda job: job.state in FINAL_STATES):
            raise UserError(
                self.env._(
                    "Job card %(job)s is “%(state)s”: nothing is left to do.",
                    job=ended[0].name,
                    state=ended[0]._state_label(ended[0].state),
                )
            )
