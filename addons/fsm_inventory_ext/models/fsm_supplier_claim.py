from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.fsm_jobs.models.fsm_job import GATE

STATES = [
    ("open", "To Send"),
    ("sent", "Sent"),
    ("accepted", "Accepted"),
    ("credited", "Credited"),
    ("replaced", "Replaced"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]

# From each state, the states a claim may move to. A state that leads nowhere is final.
NEXT_STATES = {
    "open": {"sent", "withdrawn"},
    "sent": {"accepted", "credited", "replaced", "refused", "withdrawn"},
    "accepted": {"credited", "replaced", "refused"},
    "credited": set(),
    "replaced": set(),
    "refused": set(),
    "withdrawn": set(),
}
ACTIVITY = "fsm_inventory_ext.mail_activity_type_supplier_claim"
PENDING_STATES = [state for state, targets in NEXT_STATES.items() if targets]

# What has to be filled in before a claim reaches a state.
NEEDED = {
    "sent": ["amount_claimed"],
    "credited": ["credit_reference", "amount_credited"],
    "replaced": ["replacement_move_id"],
    "refused": ["note"],
    "withdrawn": ["note"],
}

# The day on which a claim reached a state, kept on the claim.
STAMPS = {
    "sent": "sent_on",
    "accepted": "answered_on",
    "refused": "answered_on",
    "credited": "credited_on",
    "replaced": "credited_on",
}

# After how many days in a state somebody looks after a claim, unless the supplier names a day: our
# own choice. A claim that is not sent at once is forgotten; a credit note comes with the month's.
DUE_DAYS = {"open": 3, "sent": 15, "accepted": 30}
ENTERED = {"open": "opened_on", "sent": "sent_on", "accepted": "answered_on"}

# What people fill in while the claim is pending; everything else follows.
WRITABLE_FIELDS = {
    "amount_claimed",
    "amount_credited",
    "reference",
    "credit_reference",
    "due_on",
    "note",
}


class FsmSupplierClaim(models.Model):
    """What we ask a supplier back for a part of his that failed under our warranty.

    Opened when the rework is delivered, or by hand from the warranty; followed until his credit
    note or his replacement is there. What is done with it: `fsm_supplier_claim_verbs.py`.
    """

    _name = "fsm.supplier.claim"
    _description = "Supplier Claim"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "opened_on, id"
    _check_company_auto = True

    # What for
    warranty_id = fields.Many2one(
        comodel_name="fsm.warranty",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Of the part that failed.",
    )
    rework_id = fields.Many2one(
        comodel_name="fsm.job",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The job card on which it was replaced.",
    )
    company_id = fields.Many2one(
        string="Branch",
        comodel_name="res.company",
        required=True,
        readonly=True,
        ondelete="restrict",  # the index below begins with it
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    supplier_id = fields.Many2one(
        comodel_name="res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    supplier_end = fields.Date(related="warranty_id.supplier_end")
    product_id = fields.Many2one(
        string="Part",
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    lot_id = fields.Many2one(related="warranty_id.lot_id")
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True, audit=True)

    # How much
    amount_claimed = fields.Monetary(
        string="Claimed", help="At first what the part has cost us.", audit=True
    )
    amount_credited = fields.Monetary(string="Credited", audit=True)
    reference = fields.Char(
        string="Supplier's Reference", help="RMA or complaint number.", audit=True
    )
    credit_reference = fields.Char(string="Credit Note No.", audit=True)
    replacement_move_id = fields.Many2one(
        string="Replacement",
        comodel_name="stock.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The stock move with which the part came that the supplier sent instead.",
    )
    note = fields.Text(help="Needed to withdraw a claim, and to close one that was refused.")

    # How far
    state = fields.Selection(
        STATES,
        string="Status",
        default="open",
        required=True,
        readonly=True,
        copy=False,
        audit=True,
    )
    opened_on = fields.Date(required=True, readonly=True)
    sent_on = fields.Date(readonly=True)
    answered_on = fields.Date(readonly=True)
    credited_on = fields.Date(string="Settled On", readonly=True)
    due_on = fields.Date(
        compute="_compute_due_on",
        store=True,
        readonly=False,
        audit=True,
        help="When somebody asks the supplier again.",
    )
    is_pending = fields.Boolean(compute="_compute_age")
    is_overdue = fields.Boolean(string="Overdue", compute="_compute_age")
    age = fields.Integer(
        string="Days",
        compute="_compute_age",
        search="_search_age",
        help="Since it was opened, as long as it is neither credited nor closed.",
    )

    _company_state_idx = models.Index("(company_id, state, opened_on)")
    _once_uniq = models.UniqueIndex(
        "(warranty_id, rework_id) WHERE state NOT IN ('refused', 'withdrawn')",
        "This part is claimed already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id", "supplier_id")
    def _compute_display_name(self):
        for claim in self:
            claim.display_name = f"{claim.supplier_id.name} · {claim.product_id.display_name}"

    @api.depends("state")
    def _compute_due_on(self):
        for claim in self:
            since = claim.state in ENTERED and claim[ENTERED[claim.state]]
            claim.due_on = since and fields.Date.add(since, days=DUE_DAYS[claim.state])

    @api.depends("state", "opened_on", "due_on")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for claim in self:
            claim.is_pending = claim.state in PENDING_STATES
            claim.is_overdue = claim.is_pending and bool(claim.due_on) and claim.due_on < today
            claim.age = (today - claim.opened_on).days if claim.is_pending else 0

    @api.model
    def _search_age(self, operator, value):
        """Search by days: `age > 30` is what was opened more than 30 days ago and still pends."""
        turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(operator)
        if not turned:
            return NotImplemented
        day = fields.Date.subtract(fields.Date.context_today(self), days=value)
        return Domain("state", "in", PENDING_STATES) & Domain("opened_on", turned, day)

    # === CONSTRAINT METHODS === #

    @api.constrains("amount_claimed", "amount_credited")
    def _check_amounts(self):
        for claim in self:
            if min(claim.amount_claimed, claim.amount_credited) < 0:
                raise UserError(self.env._("An amount cannot be negative."))

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.context.get("fsm_gate") is GATE:
            return super().write(vals)
        if foreign := vals.keys() - self._writable():
            labels = self.fields_get(foreign, ["string"])
            raise AccessError(
                self.env._(
                    "Nobody writes this by hand: %s.",
                    ", ".join(sorted(field["string"] for field in labels.values())),
                )
            )
        if closed := self.filtered(lambda claim: claim.state not in PENDING_STATES):
            raise UserError(
                self.env._("The claim “%s” is closed and stays as it is.", closed[0].display_name)
            )
        res = super().write(vals)
        if "due_on" in vals:
            self._remind()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A claim is kept: withdraw it."))

    # === ACTION METHODS === #

    def action_move(self):
        """Move to the state that the button names in its context."""
        self._move(self.env.context.get("fsm_target"))

    # === BUSINESS METHODS === #

    @api.model
    def _writable(self):
        """Return the fields that people fill in; a leaf that knows more adds its own."""
        return WRITABLE_FIELDS

    @api.model
    def _needed(self, target):
        """Return the fields without which no claim becomes `target`."""
        return NEEDED.get(target, ())

    def _move(self, target):
        """Move the claims to `target`: the one gate through which a state changes.

        :raise UserError: if the way does not lead there, or if something has to be filled in first
        """
        self.check_access("write")
        for claim in self:
            claim._check_move(target)
        values = {"state": target}
        if target in STAMPS:
            values[STAMPS[target]] = fields.Date.context_today(self)
        self.with_context(fsm_gate=GATE).write(values)
        self._remind()

    def _remind(self):
        """Give each claim one activity, on the day on which it is due; none once it is settled.

        It is the accountant's of its branch, else the manager's: one of them asks the supplier.
        """
        claims_sudo = self.sudo().with_context(mail_activity_quick_update=True)  # his, whoever acts
        claims_sudo.activity_unlink([ACTIVITY])
        for company, claims in claims_sudo.grouped("company_id").items():
            rules_sudo = self.env["stock.warehouse.orderpoint"].sudo()  # they know who is told
            managers, accountants = rules_sudo._people(company)
            if not (person := (accountants or managers)[:1]):
                continue
            pending = claims.filtered("is_pending")
            for day, due in pending.grouped("due_on").items():
                due.activity_schedule(
                    ACTIVITY,
                    date_deadline=day,
                    summary=self.env._("Ask the supplier what becomes of the claim"),
                    user_id=person.id,
                )

    def _check_move(self, target, filled=()):
        """Refuse a move that leads nowhere, or before which something has to be filled in.

        :param filled: what the caller is about to fill in
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        if target not in NEXT_STATES[self.state]:
            raise UserError(
                self.env._(
                    "The claim “%(claim)s” is “%(current)s”: it cannot become “%(target)s”.",
                    claim=self.display_name,
                    current=labels[self.state],
                    target=labels.get(target, target),
                )
            )
        missing = [name for name in self._needed(target) if not (name in filled or self[name])]
        if missing:
            fields_get = self.fields_get(missing, ["string"])
            raise UserError(
                self.env._(
                    "Fill in first: %s.", ", ".join(fields_get[name]["string"] for name in missing)
                )
            )

    @api.model
    def _open_for(self, replacements_sudo):
        """Open a claim for each part that was replaced, where a supplier can be asked.

        :param replacements_sudo: of `fsm.warranty`, the rows that go on from the failed parts
        :return: the claims, in sudo
        """
        self.flush_model(["state"])  # one that was just closed makes room for another
        today = fields.Date.context_today(self)
        claims_sudo = self.sudo().create(  # nobody creates claims by hand
            [
                {
                    "warranty_id": failed.id,
                    "rework_id": row.job_id.id,
                    "company_id": failed.company_id.id,  # which bought it, wherever it was replaced
                    "supplier_id": failed.supplier_id.id,
                    "product_id": failed.product_id.id,
                    "quantity": row.quantity,
                    "amount_claimed": row.quantity * failed.usage_id.cost,
                    "amount_credited": 0.0,
                    "state": "open",
                    "opened_on": today,
                    **dict.fromkeys(("sent_on", "answered_on", "credited_on"), False),
                }
                for row in replacements_sudo
                if (failed := row.replaces_id).supplier_id and failed.usage_id
            ]
        )
        claims_sudo._remind()
        return claims_sudo
