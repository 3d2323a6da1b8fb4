import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..verbs import verb
from .fsm_challan import PURPOSE_OF_KIND
from .fsm_custody import AWAY_KINDS, CUSTODY_KINDS
from .fsm_job import GATE

# Where a device obviously is once its job card has become this. What is repaired on site or still
# has to be picked up is not in the house.
CUSTODY_AFTER = {
    "received": "counter",
    "diagnosis": "bench",
    "repair": "bench",
    "delivered": "customer",
    "disposed": "disposed",
}

# What is picked up is in the house once somebody works on it, not when its job card is written.
KINDS_IN_HOUSE = {"bench": {"carry_in", "pickup"}}

# Where a move takes a device that is in the house, or that this very move brings back.
HOUSE_KINDS = {"counter", "bench"}

# What is done with a device in the hand: not while it is out of the house.
HANDS_ON_STATES = {"diagnosis", "repair", "qc", "delivered"}

# The moves that are its way back, and from where.
RETURNS = {("request", "received"): "courier", ("outside", "repair"): "lab"}

# What the customer answers waits for no device.
ANSWERS_AWAY = {("estimate", "diagnosis")}

# Who, besides a manager, takes a device where.
CUSTODY_MOVERS = {
    "counter": {"receptionist", "technician"},
    "shelf": {"receptionist", "technician"},
    "bench": {"receptionist", "technician"},
    "courier": {"receptionist"},
    "customer": {"receptionist"},
    "lab": {"manager"},
    "branch": {"manager"},
}

# Of the note on who took the device of a cancelled job card, in characters: there is no delivery
# gate that asks for a signature.
TAKEN_NOTE_LENGTH = 10

# What a sticker or a label says: a job card or a place.
SCANNED = re.compile(r"/fsm/(?P<kind>[jp])/(?P<id>\d{1,9})/?$")


class FsmJob(models.Model):
    """Where the device of a job card is, and who answers for it."""

    _inherit = "fsm.job"

    custody_id = fields.Many2one(
        string="Device Is At",
        comodel_name="fsm.custody",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    custody_ids = fields.One2many(comodel_name="fsm.custody", inverse_name="job_id")
    is_away = fields.Boolean(
        string="Out of the House", compute="_compute_is_away", search="_search_is_away"
    )

    # === COMPUTE METHODS === #

    @api.depends("custody_id.place_kind")
    def _compute_is_away(self):
        for job in self:
            job.is_away = job.custody_id.place_kind in AWAY_KINDS

    @api.model
    def _search_is_away(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("custody_id.place_kind", "in", AWAY_KINDS)]

    # === BUSINESS METHODS - LIFE CYCLE === #

    def _open(self, vals_list, state="request"):
        """Override of the card itself: what comes over the counter is at the counter."""
        jobs = super()._open(vals_list, state)
        if state == "received":
            jobs._follow_device(state)
        return jobs

    def _moved(self, source, target):
        """Override of the card itself: some moves say where the device is, if it was in the house."""
        super()._moved(source, target)
        jobs = self
        if CUSTODY_AFTER.get(target) in HOUSE_KINDS:
            jobs = self.filtered(lambda job: job._is_here_after(source, target))
        jobs._follow_device(target)

    def _is_here_after(self, source, target):
        """Tell whether the device is in the house once its job card went from `source` to `target`."""
        kind_sudo = self.sudo().custody_id.place_kind  # whoever moves it need not see where it was
        return kind_sudo not in AWAY_KINDS or RETURNS.get((source, target)) == kind_sudo

    def _blockers(self, target):
        """Override of the card itself: a lab says until when; nobody works on what is not here."""
        blockers = super()._blockers(target)
        custody = self.custody_id
        if target == "outside" and not (custody.place_kind == "lab" and custody.due_date):
            blockers.append(
                self.env._("Say which lab has the device and when it is due back: move the device.")
            )
        waits = target in HANDS_ON_STATES and (self.state, target) not in ANSWERS_AWAY
        if waits and not self._is_here_after(self.state, target):
            blockers.append(self._blocker_away())
        return blockers

    def _blocker_away(self):
        custody_sudo = self.custody_id.sudo()  # whom it stops is told where it is
        kinds = dict(custody_sudo._fields["place_kind"]._description_selection(self.env))
        return self.env._(
            "The device is not here, but at %(place)s (%(kind)s): once it is back, say so with "
            "“Move Device”.",
            place=custody_sudo.place_name,
            kind=kinds[custody_sudo.place_kind],
        )

    def _follow_device(self, state):
        """Write down where the devices are that just became `state`, where that is obvious."""
        kind = CUSTODY_AFTER.get(state)
        if not kind:
            return
        jobs_sudo = self.sudo()  # whoever moves a job card need not see where it was
        jobs = jobs_sudo.filtered(
            lambda job: job.custody_id or job.kind in KINDS_IN_HOUSE.get(kind, {"carry_in"})
        )
        labels = dict(
            self.env["fsm.custody"]._fields["place_kind"]._description_selection(self.env)
        )
        place = {"place_kind": kind, "place_name": labels[kind]}
        if kind == "bench":
            jobs._to_benches(place)
        else:
            place["user_id"] = self.env.uid if kind == "counter" else False
            self.env["fsm.custody"]._record(jobs, place)

    def _to_benches(self, place):
        """Write down that the devices are with whoever leads, or with whoever took them."""
        users = {job: job.lead_technician_id.user_id or self.env.user for job in self}
        jobs = self.filtered(lambda job: not job._is_on_bench_of(users[job]))
        if jobs:
            self.env["fsm.custody"]._record(jobs, place, jobs._benches(users))

    def _is_on_bench_of(self, user):
        return self.custody_id.place_kind == "bench" and self.custody_id.user_id == user

    def _benches(self, users):
        """Return ``{job id: values}``: the bench of each one's user, by its name if it has one.

        :param dict users: ``{job: user}``
        """
        benches = {
            (place.company_id, place.user_id): place
            for place in self.env["fsm.place"].search(
                [
                    ("kind", "=", "bench"),
                    ("user_id", "in", [users[job].id for job in self]),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        }
        values = {}
        for job in self:
            bench = benches.get((job.company_id, users[job]), self.env["fsm.place"])
            values[job.id] = {
                "place_id": bench.id,
                "place_name": bench.name or self.env._("Bench of %s", users[job].name),
                "user_id": users[job].id,
            }
        return values

    def _point_to_custody(self, rows):
        """Make each of `rows` the present place of its job card."""
        gate = self.with_context(fsm_gate=GATE).sudo()  # the row that was written says so
        for job, row in zip(gate, rows, strict=True):
            job.custody_id = row

    # === BUSINESS METHODS - VERBS === #

    @verb
    def move_device(
        self,
        kind: str = "",
        place_id: int = 0,
        partner_id: int = 0,
        to_branch_id: int = 0,
        due_date: str = "",
        note: str = "",
        value: float = 0.0,
        *,
        client_ref: str = "",
    ):
        """Write down that the devices are somewhere else now. Out of the house they get a challan.

        A device that is in repair and goes to a lab takes its job card to `outside`.

        :param str kind: one of `CUSTODY_KINDS`; a place says its own
        :param int place_id: of the branch: a shelf, a bench, a counter
        :param int partner_id: the lab or the courier
        :param int to_branch_id: another branch of the organisation
        :param str due_date: YYYY-MM-DD; needed for a lab and another branch
        :param str note: for the next one; who took it where the device of a cancelled job card goes
            back to the customer, ten characters or more
        :param float value: what each device is worth, in rupees, as declared on the challan
        :return: ``{id, place, challan}``, the row of custody
        """
        self.check_access("read")
        place = self._place(place_id)
        kind = place.kind or kind
        self._check_device_mover(kind)
        way = (partner_id, to_branch_id, value)
        return self.env["fsm.client.ref"]._once_together(
            self,
            "move_device",
            client_ref,
            {"kind": kind, "place_id": place.id, "due_date": due_date, "note": note, "way": way},
            lambda: self._move_device(kind, place, due_date, note, way),
        )

    def _move_device(self, kind, place, due_date, note, way):
        """Move the devices, and return the answers of the verb.

        :param tuple way: of a way out: `partner_id`, `to_branch_id`, `value`
        """
        self._check_device_move(kind, place, note)
        values = {"place_kind": kind, "place_id": place.id, "note": note or False}
        values["due_date"] = self._due_date(due_date, needed=kind in ("lab", "branch"))
        if kind in AWAY_KINDS:
            values |= self._way_out(kind, *way, values)
        else:
            values |= self._way_in(kind, place)
        rows = self.env["fsm.custody"]._record(self, values)
        if kind == "lab":
            self.filtered(lambda job: job.state == "repair")._move("outside", note)
        return [
            {"id": row.id, "place": row.place_name, "challan": row.challan_id.name or False}
            for row in rows
        ]

    @api.model
    @api.readonly
    @verb
    def scan(self, code: str):
        """Say what a sticker or a label belongs to.

        :param str code: what was scanned: the text of a QR code, a job card number, a place's code
        :return: ``{kind: job|place, id, name, detail}``
        """
        code = code.strip()
        found = SCANNED.search(code)
        if found:
            model = {"j": "fsm.job", "p": "fsm.place"}[found["kind"]]
            record = self.env[model].search([("id", "=", int(found["id"]))])
        else:
            record = self.search([("name", "=", code.upper())], limit=1)
            record = record or self.env["fsm.place"].search([("code", "=", code.upper())], limit=1)
        if not record:
            raise UserError(
                self.env._("“%s” is no job card and no place of your branch.", code[:60])
            )
        return record._scanned()

    def _scanned(self):
        return {
            "kind": "job",
            "id": self.id,
            "name": self.name,
            "detail": " · ".join(
                filter(
                    None, (self.device_id.model_id.display_name, self.custody_id.sudo().place_name)
                )
            ),
        }

    def _sticker_url(self):
        """Return what the QR code on the device says: for staff the job card, for others nothing."""
        return f"{self.get_base_url()}/fsm/j/{self.id}"

    # === BUSINESS METHODS - CUSTODY === #

    def _place(self, place_id):
        place = self.env["fsm.place"]
        if not place_id:
            return place
        place = place.search([("id", "=", place_id), ("company_id", "in", self.company_id.ids)])
        if not place or len(self.company_id) > 1:
            raise UserError(self.env._("There is no such place in the branch of these job cards."))
        return place

    def _check_device_mover(self, kind):
        """Refuse a place that is none, and a caller who may not."""
        if kind not in CUSTODY_MOVERS:
            raise UserError(self.env._("“kind” must be one of: %s.", ", ".join(CUSTODY_MOVERS)))
        if not self._has_role(CUSTODY_MOVERS[kind]):
            raise AccessError(
                self.env._("Your role does not move a device to: %s.", dict(CUSTODY_KINDS)[kind])
            )

    def _check_device_move(self, kind, place, note):
        """Refuse a shelf that is not named, and a device that is gone or goes otherwise."""
        if kind == "shelf" and not place:
            raise UserError(self.env._("Say which shelf."))
        for job in self:
            if job.state in ("delivered", "disposed"):
                raise UserError(
                    self.env._("The device of job card %s is not with us any more.", job.name)
                )
            if kind == "customer" and job.state != "cancelled":
                raise UserError(
                    self.env._(
                        "Deliver job card %s: its device goes back to the customer with that.",
                        job.name,
                    )
                )
        if kind == "customer" and len(note.strip()) < TAKEN_NOTE_LENGTH:
            raise UserError(
                self.env._(
                    "Write down who took the device and what he showed, in “note”: at least %s "
                    "characters.",
                    TAKEN_NOTE_LENGTH,
                )
            )

    def _due_date(self, due_date, needed):
        if not due_date and needed:
            raise UserError(self.env._("Say when the device is due back: “due_date” is missing."))
        if not due_date:
            return False
        day = fields.Date.to_date(self._check_date(due_date))
        if day < fields.Date.context_today(self):
            raise UserError(self.env._("The day when the device is due back has passed."))
        return day

    def _way_in(self, kind, place):
        """Return who answers for a device in the house, and what the place is called."""
        user = place.user_id or self.env.user
        labels = dict(CUSTODY_KINDS)
        name = place.name or (
            self.env._("Bench of %s", user.name) if kind == "bench" else labels[kind]
        )
        return {"place_name": name, "user_id": False if kind in ("shelf", "customer") else user.id}

    def _way_out(self, kind, partner_id, to_branch_id, value, values):
        """Return with whom the devices are, and on which challan they left.

        :param float value: of each device, in rupees
        :param dict values: of the row of custody, as far as they are known
        """
        if value < 0:
            raise UserError(self.env._("The value of a device is not negative."))
        if len(self.company_id) > 1:
            raise UserError(self.env._("Devices of one branch go on one challan."))
        branch = self.branch_id
        to_company = self.env["res.company"]
        if kind == "branch":
            to_company = self._other_branch(to_branch_id).company_id
            partner = to_company.partner_id
        else:
            partner = self._carrier(partner_id)
        consignee = partner
        if kind == "courier" and len(self.partner_id) == 1:
            consignee = self.partner_id  # the courier only carries it
        challan = self.env["fsm.challan"]._issue(
            branch,
            consignee,
            to_company,
            self._challan_lines(value),
            self._purpose_of_way(kind, to_company),
            values["due_date"],
            values["note"],
        )
        return {
            "place_name": to_company.name or partner.display_name,
            "partner_id": partner.id if kind != "branch" else False,
            "to_company_id": to_company.id,
            "challan_id": challan.id,
        }

    def _purpose_of_way(self, kind, to_company):
        """Return why devices travel, one of `PURPOSES`.

        A branch with another GSTIN is a distinct person, as a lab is: CGST Act s.25(4).
        """
        if kind == "branch" and to_company.vat != self.company_id.vat:
            return "job_work"
        return PURPOSE_OF_KIND[kind]

    def _challan_lines(self, value):
        """Return the devices of these job cards as lines of a challan, in their order.

        :param float value: of each, in rupees
        """
        return [
            {
                "reference": job.name,
                # A device keeps its name as long as it is with us.
                "name": job.sudo().custody_id.device_name or job.sudo().device_id.display_name,
                "quantity": 1.0,
                "value": value,
            }
            for job in self
        ]

    def _other_branch(self, branch_id):
        """Return another branch of the organisation, in sudo: to be sent to, it need not be seen."""
        branches_sudo = self.env["fsm.branch"].sudo()  # its name is public within the organisation
        branch = branches_sudo.search(
            [
                ("id", "=", branch_id),
                ("organization_id", "=", self.branch_id.organization_id.id),
                ("id", "!=", self.branch_id.id),
            ]
        )
        if not branch:
            raise UserError(self.env._("Say to which other branch of your organisation."))
        return branch

    def _carrier(self, partner_id):
        """Return the lab or courier that is named, if the caller may see it."""
        partner = partner_id and self.env["res.partner"].search(
            [("id", "=", partner_id), ("company_id", "in", [False, self.company_id.id])]
        )
        if not partner:
            raise UserError(self.env._("Say which lab or courier: “partner_id” is missing."))
        return partner
