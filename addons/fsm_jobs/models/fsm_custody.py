from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..verbs import verb

# Where a device can be. Inside the branch it rests at a place or in somebody's hands.
CUSTODY_KINDS = [
    ("counter", "Counter"),
    ("shelf", "Shelf"),
    ("bench", "Bench"),
    ("lab", "Outside Lab"),
    ("courier", "Courier"),
    ("branch", "Other Branch"),
    ("customer", "Customer"),
    ("disposed", "Disposed Of"),
]

# Out of the house, and expected back by a day.
AWAY_KINDS = ("lab", "courier", "branch")


class FsmCustody(models.Model):
    """One hand-over of a device: where it went, who answers for it, since when, until when.

    The newest row of a job card says where its device is. Rows are written by `move_device` and by
    the moves of a job card, and never again. A branch that is sent a device of another branch sees
    such a row (number, device, day), never the job card.
    """

    _name = "fsm.custody"
    _description = "Custody"
    _order = "id desc"
    _rec_name = "place_name"
    _log_access = False

    job_id = fields.Many2one(
        comodel_name="fsm.job", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        string="Of Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    # In words, for those who may not see the job card.
    job_number = fields.Char(string="Job Card No.", readonly=True)
    device_name = fields.Char(string="Device", readonly=True)

    # Where
    place_kind = fields.Selection(
        CUSTODY_KINDS, string="Where", required=True, readonly=True, audit=True
    )
    place_name = fields.Char(
        string="Place",
        required=True,
        readonly=True,
        index="trigram",
        help="As it was called then.",
        audit=True,
    )
    place_id = fields.Many2one(
        string="Shelf or Bench",
        comodel_name="fsm.place",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # With whom
    user_id = fields.Many2one(
        string="Held By", comodel_name="res.users", readonly=True, ondelete="restrict", audit=True
    )
    partner_id = fields.Many2one(
        string="Lab or Courier",
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    to_company_id = fields.Many2one(
        string="To Branch",
        comodel_name="res.company",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    challan_id = fields.Many2one(
        comodel_name="fsm.challan", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    # When, by whom, why
    at = fields.Datetime(string="Since", required=True, readonly=True)
    by_id = fields.Many2one(
        string="Moved By",
        comodel_name="res.users",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    due_date = fields.Date(string="Due Back", readonly=True)
    note = fields.Char(readonly=True)

    is_current = fields.Boolean(
        string="There Now", compute="_compute_is_current", search="_search_is_current"
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    is_incoming = fields.Boolean(
        string="Sent to Us", compute="_compute_is_incoming", search="_search_is_incoming"
    )
    days = fields.Integer(string="Days There", compute="_compute_is_current")
    days_overdue = fields.Integer(compute="_compute_is_overdue")

    _due_idx = models.Index("(company_id, due_date) WHERE due_date IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("job_id.custody_id")
    def _compute_is_current(self):
        now = fields.Datetime.now()
        for custody in self:
            # The other branch sees where a device is, not the job card that says so.
            custody.is_current = custody.sudo().job_id.custody_id.id == custody.id
            custody.days = (now - custody.at).days if custody.is_current else 0

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Which rows are the newest is no secret to those who see the rows.
        jobs = self.env["fsm.job"].sudo()._search([("custody_id", "!=", False)])
        return Domain("id", "in", jobs.subselect(SQL.identifier(jobs.table, "custody_id")))

    @api.depends("due_date")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for custody in self:
            late = custody.due_date and custody.due_date < today and custody.is_current
            custody.is_overdue = bool(late)
            custody.days_overdue = (today - custody.due_date).days if late else 0

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("due_date", "<", fields.Date.context_today(self)) & Domain(
            "is_current", "=", True
        )

    @api.depends("to_company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_incoming(self):
        for custody in self:
            custody.is_incoming = custody.to_company_id in self.env.companies

    @api.model
    def _search_is_incoming(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("to_company_id", "in", self.env.companies.ids)

    # === CRUD METHODS === #

    def write(self, vals):
        raise UserError(self.env._("Where a device was cannot be rewritten: move it again."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Where a device was is kept."))

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, jobs, place, holders=None):
        """Write down that the devices of `jobs` are somewhere else now.

        :param dict place: values of the row that all share: `place_kind`, `place_name`, …
        :param dict holders: ``{job id: values}`` of what differs from job card to job card
        :return: the rows, in the order of `jobs`
        """
        now = fields.Datetime.now()
        blank = dict.fromkeys(
            ("place_id", "user_id", "partner_id", "to_company_id", "challan_id"), False
        )
        rows = self.sudo().create(  # nobody writes custody by hand
            [
                {
                    **blank,  # said, so that no default of a caller says it
                    "due_date": False,
                    "note": False,
                    **place,
                    **(holders or {}).get(job.id, {}),
                    "job_id": job.id,
                    "company_id": job.company_id.id,
                    "job_number": job.name,
                    # A device keeps its name as long as it is with us.
                    "device_name": job.sudo().custody_id.device_name
                    or job.sudo().device_id.display_name,
                    "at": now,
                    "by_id": self.env.uid,
                }
                for job in jobs
            ]
        )
        jobs._point_to_custody(rows)
        return rows

    # === BUSINESS METHODS - THE OTHER BRANCH === #

    @verb
    def accept(self, place_id: int = 0, note: str = ""):
        """Say that a device which another branch has sent is here.

        :param int place_id: a place of the receiving branch
        :return: ``{id, place}`` of the new row
        """
        return [row._handed_over(row._arrival(place_id), note) for row in self]

    @verb
    def send_back(self, note: str = ""):
        """Say that devices of another branch are on their way home: they travel on a challan.

        Those for one branch are on one challan, from here to there.

        :return: ``{id, place, challan}`` of the new row
        """
        for row in self:
            row._check_may_hand_over()
        challans = {}
        all_sudo = self.sudo()  # the caller's branch has the devices, the rows are the senders'
        for rows_sudo in all_sudo.grouped(lambda row: (row.to_company_id, row.company_id)).values():
            challans |= dict.fromkeys(rows_sudo.ids, rows_sudo._way_back(note))
        return [row._sent_back(challans[row.id], note) for row in self]

    def _sent_back(self, challan, note):
        sender_sudo = self.sudo().to_company_id  # the caller's own branch
        place = {
            "place_kind": "courier",
            "place_name": self.env._("On the way back from %s", sender_sudo.name),
            "challan_id": challan.id,
        }
        return self._handed_over(place, note) | {"challan": challan.name}

    def _way_back(self, note):
        """Return the challan on which devices go home that one branch holds for another; in sudo.

        It says what they came for, and what they were declared to be worth.
        """
        here, home = self.to_company_id, self.company_id
        [branch] = self.env["fsm.branch"].search([("company_id", "=", here.id)])
        lines = []
        for row in self:
            came = row.challan_id.line_ids.filtered(
                lambda line, row=row: line.reference == row.job_number
            )
            lines += row.job_id._challan_lines(sum(came.mapped("value")))
        purpose = self.job_id._purpose_of_way("branch", here)
        return self.env["fsm.challan"]._issue(
            branch, home.partner_id, home, lines, purpose, note=note
        )

    def _arrival(self, place_id):
        """Return where a device is that this branch was sent."""
        branch_name = self.sudo().to_company_id.name
        place = self.env["fsm.place"]
        if place_id:
            place = place.search(
                [("id", "=", place_id), ("company_id", "=", self.to_company_id.id)]
            )
            if not place:
                raise UserError(self.env._("There is no such place in this branch."))
        return {
            "place_kind": "branch",
            "place_id": place.id,
            "place_name": " · ".join(filter(None, (branch_name, place.name))),
            "user_id": self.env.uid,
        }

    def _check_may_hand_over(self):
        """Refuse who is not at the counter of the branch that has the device now."""
        self.check_access("read")
        if not self.env["fsm.job"]._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter takes over what another branch sends."))
        if not self.is_incoming or self.place_kind != "branch":
            raise UserError(self.env._("%s was not sent to your branch.", self.job_number))
        if not self.is_current:
            raise UserError(self.env._("%s has been moved on already.", self.job_number))

    def _handed_over(self, place, note):
        """Write the next row of a device that this branch holds for another one."""
        self._check_may_hand_over()
        kept = {
            "to_company_id": self.to_company_id.id,
            "challan_id": self.challan_id.id,
            "due_date": self.due_date,
            "note": note or False,
        }
        # The job card stays its own branch's: only the row is ours to add.
        row = self._record(self.sudo().job_id, {**kept, **place})
        return {"id": row.id, "place": row.place_name}

    # === ACTION METHODS === #

    def action_accept(self):
        self.accept()

    def action_send_back(self):
        self.send_back()

    def action_open_job(self):
        """Open the job card of the row, for those who may see it."""
        self.job_id.check_access("read")
        return self.job_id._get_records_action()
