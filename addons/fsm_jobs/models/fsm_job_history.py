from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.intervals import Intervals

from ..lifecycle import CLOCK_OWNERS, STATES, clock_of


class FsmJobHistory(models.Model):
    """One move of a job card: from where to where, who, when, why, and whose time it was.

    Rows are written by the move itself and never again.
    """

    _name = "fsm.job.history"
    _description = "Status History"
    _order = "id desc"
    _rec_name = "to_state"
    _log_access = False

    job_id = fields.Many2one(
        comodel_name="fsm.job", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    from_state = fields.Selection(STATES, string="From", readonly=True)
    to_state = fields.Selection(STATES, string="To", required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        string="By", comodel_name="res.users", required=True, readonly=True, ondelete="restrict"
    )
    reason = fields.Char(readonly=True)
    override = fields.Boolean(readonly=True)
    clock = fields.Selection(CLOCK_OWNERS, string="Whose Time", readonly=True)
    seconds = fields.Integer(
        string="Time in Status", readonly=True, help="Seconds in the status that was left."
    )
    working_seconds = fields.Integer(
        string="Opening Time in Status",
        readonly=True,
        help="The same, counted while the branch was open.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("The status history of a job card cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The status history of a job card cannot be deleted."))

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, jobs, source, reason="", override=False, since=None, now=None, rested=None):
        """Write down that `jobs` left `source` for the state they are in now.

        :param source: the state left; `False` for a job card that was just opened
        :param dict since: ``{job id: naive UTC}``, when each one had entered `source`
        :param datetime now: the moment of the move, naive UTC
        :param dict rested: ``{job id: hold reason}`` of those that were on hold until now
        """
        now = now or fields.Datetime.now()
        since, rested = since or {}, rested or {}
        working = self._working_seconds(jobs, since, now)
        return self.create(
            [
                {
                    "job_id": job.id,
                    "company_id": job.company_id.id,
                    "from_state": source,
                    "to_state": job.state,
                    "at": now,
                    "user_id": self.env.uid,
                    "reason": (reason or "").strip() or False,
                    "override": override,
                    "clock": source and clock_of(source, rested.get(job.id)),
                    "seconds": int((now - since.get(job.id, now)).total_seconds()),
                    "working_seconds": working.get(job.id, 0),
                }
                for job in jobs
            ]
        )

    def _working_seconds(self, jobs, since, now):
        """Return ``{job id: seconds}`` of opening time between `since` and `now`.

        The opening hours are read once for each branch, over the longest span of the batch.
        """
        seconds = {}
        utc = fields.Datetime.context_timestamp(self.with_context(tz="UTC"), now)
        for branch, batch in jobs.grouped("branch_id").items():
            starts = {
                job.id: fields.Datetime.context_timestamp(
                    self.with_context(tz="UTC"), since[job.id]
                )
                for job in batch
                if job.id in since
            }
            if not starts or min(starts.values()) >= utc or not branch.calendar_id:
                continue
            calendar_sudo = branch.calendar_id.sudo()  # opening hours are no secret
            opened = calendar_sudo._work_intervals_batch(min(starts.values()), utc)[False]
            for job_id, start in starts.items():
                span = Intervals([(start, utc, self.env["resource.calendar"])]) & opened
                seconds[job_id] = int(sum((end - begin).total_seconds() for begin, end, _ in span))
        return seconds
