from odoo import api, fields, models


class FsmTechnician(models.Model):
    """Somebody who repairs: a resource with opening hours and leave, and a user of the system."""

    _name = "fsm.technician"
    _description = "Technician"
    _inherit = ["resource.mixin"]
    _order = "name, id"
    _audit_kind = "config"

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, index=True, ondelete="restrict", audit=True
    )
    name = fields.Char(related="resource_id.name", store=True, readonly=False)
    active = fields.Boolean(
        related="resource_id.active", store=True, default=True, readonly=False, audit=True
    )
    company_id = fields.Many2one(required=True, index=True)
    skill_ids = fields.Many2many(
        string="Skills",
        comodel_name="fsm.device.category",
        help="The devices he repairs. Empty: all of them.",
    )
    open_job_count = fields.Integer(string="Open Job Cards", compute="_compute_open_job_count")

    _user_uniq = models.Constraint(
        "UNIQUE(user_id, company_id)", "This user already is a technician of the branch."
    )

    # === COMPUTE METHODS === #

    def _compute_open_job_count(self):
        counts = self._open_jobs()
        for technician in self:
            technician.open_job_count = counts.get(technician, 0)

    # === BUSINESS METHODS === #

    @api.model
    def _of_branch(self, branch):
        """Return the technicians of a branch who are at work now, whoever has least to do first."""
        now = fields.Datetime.now()
        technicians = self.search([("company_id", "=", branch.company_id.id)])
        leaves_sudo = self.env["resource.calendar.leaves"].sudo()  # that he is away, not why
        away_sudo = leaves_sudo.search(
            [
                ("resource_id", "in", technicians.resource_id.ids),
                ("date_from", "<=", now),
                ("date_to", ">=", now),
            ]
        ).resource_id
        counts = technicians._open_jobs()
        return technicians.filtered(
            lambda technician: technician.resource_id.id not in away_sudo.ids
        ).sorted(lambda technician: (counts.get(technician, 0), technician.name))

    def _open_jobs(self):
        """Return how many open job cards each has now: ``{technician: number}``."""
        return dict(
            self.env["fsm.job"]._read_group(
                [("technician_ids", "in", self.ids), ("is_open", "=", True)],
                ["technician_ids"],
                ["__count"],
            )
        )

    def _skilled(self, category):
        """Return those who repair such devices."""
        return self.filtered(
            lambda technician: not technician.skill_ids or category in technician.skill_ids
        )

    @api.model
    def _ensure(self, users, branches):
        """Return the technicians that `users` are in `branches`, made where they are missing."""
        technicians = self.with_context(active_test=False).search(
            [("user_id", "in", users.ids), ("company_id", "in", branches.company_id.ids)]
        )
        technicians.filtered(lambda technician: not technician.active).active = True
        known = {(technician.user_id, technician.company_id) for technician in technicians}
        return technicians | self.create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": branch.company_id.id,
                    "resource_calendar_id": branch.calendar_id.id,
                    "tz": branch.calendar_id.tz,
                }
                for user in users
                for branch in branches
                if (user, branch.company_id) not in known
            ]
        )
