from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..lifecycle import REWORK_CAUSES
from ..verbs import verb
from .fsm_job import GATE


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
            first = job.original_job_id
            if first == job or first.device_id != job.device_id or first.state != "delivered":
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

    # === BUSINESS METHODS === #

    def _blockers(self, target):
        """Override to ask why it came back, before the work is done with."""
        blockers = super()._blockers(target)
        if target in ("qc", "ready") and self.original_job_id and not self.rework_cause:
            blockers.append(
                self.env._(
                    "Say why the device came back: it is a rework of %s.",
                    self.original_job_id.name,
                )
            )
        return blockers
