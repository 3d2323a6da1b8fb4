from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..lifecycle import REWORK_CAUSES
from ..verbs import verb
from .fsm_job import GATE

UNAGREED_STATES = {"request", "received", "diagnosis"}  # nothing was agreed to yet


class FsmJob(models.Model):
    """A device that came back: a new job card that names the first one, and why."""

    _inherit = "fsm.job"

    rework_cause = fields.Selection(
        REWORK_CAUSES, string="Came Back Because Of", copy=False, audit=True
    )
    rework_ids = fields.One2many(
        string="Reworks", comodel_name="fsm.job", inverse_name="original_job_id", readonly=True
    )
    rework_count = fields.Integer(compute="_compute_rework_count")

    # === COMPUTE METHODS === #

    @api.depends("rework_ids")
    def _compute_rework_count(self):
        counts = dict(
            self._read_group(
                [("original_job_id", "in", self.ids)], ["original_job_id"], ["__count"]
            )
        )
        for job in self:
            job.rework_count = counts.get(job, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("original_job_id", "device_id")
    def _check_original_job(self):
        for job in self.filtered("original_job_id"):
            first = job.original_job_id.sudo()  # maybe of another branch, which keeps its own
            if first == job or not first._is_of_device(job.device_id) or first.state != "delivered":
                raise ValidationError(
                    self.env._(
                        "Job card %(job)s cannot be a rework of %(first)s: a rework is for the "
                        "same device, once it was delivered.",
                        job=job.name,
                        first=first.name,
                    )
                )

    # === ACTION METHODS === #

    def action_open_reworks(self):
        """Show the job cards that came of this one, or the one there is."""
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_jobs.fsm_job_action")
        if self.rework_count == 1:
            form = {"views": [(False, "form")], "res_id": self.rework_ids.id}
            return action | {"context": {}} | form
        return action | {"domain": [("original_job_id", "in", self.ids)], "context": {}}

    # === BUSINESS METHODS - VERBS === #

    @verb
    def rework(self, complaint: str, rework_cause: str = "", client_ref: str = ""):
        """Take a delivered device in again, on a new job card that names this one.

        :param str complaint: in the customer's words
        :param str rework_cause: if it is known already; it has to be before the work is checked
        :return: ``{id, name, state, access_url, promised_at, partner_id, device_id}``, as `intake`
        """
        self.ensure_one()
        self.check_access("read")
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter opens job cards."))
        if self.state != "delivered":
            raise UserError(
                self.env._("Job card %s was not delivered yet: go on with it.", self.name)
            )
        if rework_cause and rework_cause not in dict(REWORK_CAUSES):
            raise UserError(
                self.env._(
                    "“rework_cause” must be one of: %s.",
                    ", ".join(key for key, _ in REWORK_CAUSES),
                )
            )
        answer = self.intake(
            customer={"id": self.partner_id.id},
            device={"id": self.device_id.id},
            complaint=complaint,
            branch_id=self.branch_id.id,
            kind=self.kind,
            client_ref=client_ref,
        )
        job = self.browse(answer["id"])
        if not job.original_job_id:
            gate = job.with_context(fsm_gate=GATE).sudo()  # its own card, a moment old
            gate.write({"original_job_id": self.id, "rework_cause": rework_cause or False})
        return [answer]

    @verb
    def rework_of(self, number: str, rework_cause: str = ""):
        """Say that a device that was just taken in was repaired at another branch before.

        What is warranted there is warranted here. The number stands on the paper in the customer's
        hand, and the device has to be the same by its serial number or IMEI.

        :param str number: of the job card there, once it was delivered
        :return: ``{id, original, rework_cause}``
        """
        self.check_access("write")
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter opens job cards."))
        if rework_cause and rework_cause not in dict(REWORK_CAUSES):
            causes = ", ".join(key for key, _ in REWORK_CAUSES)
            raise UserError(self.env._("“rework_cause” must be one of: %s.", causes))
        for job in self:
            if job.state not in UNAGREED_STATES:
                raise UserError(
                    self.env._(
                        "Job card %(job)s is “%(state)s”: say that when the device is taken in.",
                        job=job.name,
                        state=job._state_label(job.state),
                    )
                )
            first_sudo = job._delivered_in_organization(number.strip())
            if job.original_job_id or not first_sudo:
                raise UserError(
                    self.env._(
                        "No branch of yours has delivered the device of job card %(job)s on a job "
                        "card “%(number)s”.",
                        job=job.name,
                        number=number.strip()[:60],
                    )
                )
            gate = job.with_context(fsm_gate=GATE).sudo()  # checked: her own card
            gate.write({"original_job_id": first_sudo.id, "rework_cause": rework_cause or False})
        return [
            {
                "id": job.id,
                "original": job.sudo().original_job_id.name,  # as she has said it
                "rework_cause": job.rework_cause or "",
            }
            for job in self
        ]

    # === BUSINESS METHODS === #

    def _delivered_in_organization(self, number):
        """Return the delivered job card of this device with a number, of any branch, in sudo."""
        jobs_sudo = self.sudo()  # who knows its number and holds the device may name it
        found = jobs_sudo.search(
            [
                ("name", "=", number),
                ("company_id", "child_of", jobs_sudo.company_id.root_id.id),
                ("state", "=", "delivered"),
                ("id", "!=", self.id),
            ]
        )
        return found.filtered(lambda job: job._is_of_device(self.device_id))[:1]

    def _is_of_device(self, device):
        """Tell whether this job card is of `device`, which each branch writes down for itself."""
        mine, other = self.device_id, device.sudo()  # compared, not shown
        if mine == other:
            return True
        return mine.company_id.root_id == other.company_id.root_id and any(
            mine[name] and mine[name] == other[name] for name in ("imei", "serial")
        )

    def _blockers(self, target):
        """Override to ask why it came back, before the work is done with."""
        blockers = super()._blockers(target)
        if target in ("qc", "ready") and self.original_job_id and not self.rework_cause:
            blockers.append(
                self.env._(
                    "Say why the device came back: it is a rework of %s.",
                    self.sudo().original_job_id.name,  # maybe of another branch
                )
            )
        return blockers
