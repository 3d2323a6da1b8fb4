import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import clean_context

from ..lifecycle import (
    CLOCK_OWNERS,
    FINAL_STATES,
    NEXT_STATES,
    OUTCOMES,
    STAMPS,
    STATES,
    clock_of,
)

# An object no caller can send: what carries it in the context is code of ours that has checked.
GATE = object()

# Written by the verbs only, whatever a caller sends.
PROTECTED_FIELDS = {
    "name",
    "company_id",
    "branch_id",
    "client_ref",
    "access_token",
    "outcome",
    "hold_reason",
    "received_at",
    "ready_at",
    "delivered_at",
    "state_since",
    "repaired_by_id",
    "delivery_method",
    "delivered_to",
    "delivery_signature",
    "delivery_reason",
    "disposal_asked_by_id",
    "has_passcode",
    "custody_id",
    "reminded_days",
    "claim_by",
    "storage_waived_by_id",
    "storage_waived_reason",
    "disposal_reason",
    "disposal_method",
    "terms_id",
    "intake_signature",
    "intake_signed_by",
    "suggested_technician_id",
}

# What a life starts without, whatever defaults a caller has set up for himself.
UNSET = PROTECTED_FIELDS - {"name", "company_id", "branch_id", "client_ref", "access_token"}


class FsmJob(models.Model):
    """A job card: one device, one complaint, from the counter to the delivery.

    Its states and the moves between them are in `lifecycle.py`; one gate in `write` holds them.
    """

    _name = "fsm.job"
    _description = "Job Card"
    _inherit = ["mail.thread", "mail.activity.mixin", "portal.mixin", "fsm.state.mixin"]
    _order = "priority desc, promised_at, id desc"
    _check_company_auto = True
    _mail_post_access = "read"
    _rec_names_search = ["name", "partner_id.name", "device_id.serial", "device_id.imei"]

    # The card
    name = fields.Char(string="Job Card No.", readonly=True, copy=False, index="trigram")
    branch_id = fields.Many2one(
        comodel_name="fsm.branch", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(  # three indexes below begin with it
        comodel_name="res.company", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("carry_in", "Carry-in"), ("on_site", "On-site"), ("pickup", "Pick-up")],
        default="carry_in",
        required=True,
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0")
    state = fields.Selection(
        STATES,
        string="Status",
        default="request",
        required=True,
        copy=False,
        index=True,
        group_expand=True,
        audit=True,
    )
    state_since = fields.Datetime(
        readonly=True, copy=False, default=fields.Datetime.now, required=True
    )
    state_age = fields.Char(string="For", compute="_compute_state_age")
    counter_may_write = fields.Boolean(compute="_compute_counter_may_write")
    clock = fields.Selection(CLOCK_OWNERS, string="Waiting For", compute="_compute_clock")
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    outcome = fields.Selection(OUTCOMES, readonly=True, copy=False, audit=True)
    client_ref = fields.Char(readonly=True, copy=False)

    # The customer and the device
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("fsm_only_sells", "=", False)],
        audit=True,
    )
    partner_phone = fields.Char(
        string="Phone",
        related="partner_id.phone",
        related_sudo=False,
        groups="fsm_jobs.group_fsm_receptionist,fsm_jobs.group_fsm_accountant",
    )
    device_id = fields.Many2one(
        comodel_name="fsm.device",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id)]",
        audit=True,
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        domain="[('parent_id', '=', partner_id)]",
    )
    site_phone = fields.Char(
        compute="_compute_site_phone",
        help="Of who opens there: the crew calls him, not the customer.",
    )
    complaint = fields.Text(required=True, help="In the customer's own words.", audit="masked")
    accessory_ids = fields.One2many(
        string="Accessories", comodel_name="fsm.job.accessory", inverse_name="job_id"
    )
    check_ids = fields.One2many(
        string="Condition", comodel_name="fsm.job.check", inverse_name="job_id"
    )
    has_passcode = fields.Boolean(string="Passcode Kept", readonly=True, copy=False)
    spend_limit = fields.Monetary(
        help="Up to this amount, tax included, nobody has to ask.", audit=True
    )

    # The work
    technician_ids = fields.Many2many(
        string="Technicians",
        comodel_name="fsm.technician",
        check_company=True,
        copy=False,
        audit=True,
    )
    lead_technician_id = fields.Many2one(
        comodel_name="fsm.technician", check_company=True, index=True, copy=False, audit=True
    )
    diagnosis = fields.Text(audit="masked")
    repaired_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    promised_at = fields.Datetime(string="Promise", index=True, copy=False, audit=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    original_job_id = fields.Many2one(
        string="Rework Of",
        comodel_name="fsm.job",
        index="btree_not_null",  # of any branch of the organisation: see `_check_original_job`
        audit=True,
    )

    # The end
    received_at = fields.Datetime(string="Received", readonly=True, copy=False)
    ready_at = fields.Datetime(string="Ready Since", readonly=True, copy=False)
    delivered_at = fields.Datetime(string="Delivered", readonly=True, copy=False)
    delivery_method = fields.Selection(
        [("otp", "Delivery OTP"), ("signature", "Signature"), ("reason", "Manager's Reason")],
        string="Delivered Against",
        readonly=True,
        copy=False,
        audit=True,
    )
    delivered_to = fields.Char(readonly=True, copy=False, audit="masked")
    delivery_signature = fields.Binary(readonly=True, copy=False, attachment=True)
    delivery_reason = fields.Char(readonly=True, copy=False)
    disposal_asked_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    history_ids = fields.One2many(
        string="Status History", comodel_name="fsm.job.history", inverse_name="job_id"
    )

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "Another job card already has this number."
    )
    _token_uniq = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")
    _order_idx = models.Index("(company_id, priority DESC, promised_at, id DESC)")
    _state_idx = models.Index("(company_id, state)")

    # === COMPUTE METHODS === #

    @api.depends("site_id.phone", "site_id.fsm_is_site")
    def _compute_site_phone(self):
        for job in self:
            # All who see the job card read a site's number, and nobody that of another contact.
            job.site_phone = job.site_id.fsm_is_site and job.site_id.phone

    @api.depends("state", "hold_reason")
    def _compute_clock(self):
        for job in self:
            job.clock = clock_of(job.state, job.hold_reason)

    @api.depends("state_since")
    def _compute_state_age(self):
        now = fields.Datetime.now()
        for job in self:
            job.state_age = self._age(now - (job.state_since or now))

    @api.depends("state")
    def _compute_is_open(self):
        for job in self:
            job.is_open = job.state not in FINAL_STATES

    @api.model
    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Those it may be in, not those it may not: that is what an index finds.
        return Domain("state", "in", [state for state in NEXT_STATES if state not in FINAL_STATES])

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_counter_may_write(self):
        at_counter = self._has_role({"receptionist"})
        for job in self:
            job.counter_may_write = at_counter and job.is_open

    @api.depends("promised_at", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for job in self:
            job.is_late = bool(
                job.promised_at and job.promised_at < now and job.state in self._due_states()
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", self._due_states()) & Domain(
            "promised_at", "<", fields.Datetime.now()
        )

    @api.model
    def _due_states(self):
        """Return the states in which a promise can be broken: what is ready has been kept."""
        done = FINAL_STATES | {"ready", "unclaimed"}
        return [state for state in NEXT_STATES if state not in done]

    # === CONSTRAINT METHODS === #

    @api.constrains("device_id", "partner_id")
    def _check_device_owner(self):
        for job in self:
            if job.device_id.partner_id != job.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(device)s does not belong to %(customer)s.",
                        device=job.device_id.display_name,
                        customer=job.partner_id.display_name,
                    )
                )

    @api.constrains("spend_limit")
    def _check_spend_limit(self):
        if any(not 0 <= job.spend_limit < 1e9 for job in self):
            raise ValidationError(self.env._("A spend limit cannot be negative."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Open job cards as requests, numbered in their branch's series.

        The same `client_ref` again returns the first job card.
        """
        if not self.env.su and not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter opens job cards."))
        for vals in vals_list:
            self._check_create(vals)
        refs = self.env["fsm.client.ref"]
        if any(vals.get("client_ref") for vals in vals_list):
            ids = [
                refs._once(
                    self.env["fsm.branch"]._of_caller(vals.get("branch_id")).company_id,
                    self._name,
                    vals.get("client_ref"),
                    {key: value for key, value in vals.items() if key != "client_ref"},
                    lambda vals=vals: self._open([vals]).id,
                )
                for vals in vals_list
            ]
            return self.browse(ids)
        return self._open(vals_list)

    def _open(self, vals_list, state="request"):
        """Create the job cards; `state` is where their life starts."""
        # The status history says who opened it and when; nobody follows but who wants to.
        quiet = self.with_context(
            {
                **clean_context(self.env.context),
                "mail_create_nolog": True,
                "mail_create_nosubscribe": True,
            }
        )
        jobs = super(FsmJob, quiet).create(self._opening_values(vals_list, state))
        jobs = jobs.with_env(self.env)
        if any(vals.get("technician_ids") for vals in vals_list):
            jobs._choose_lead()
        jobs._write_history(source=False)
        return jobs

    def write(self, vals):
        if "state" in vals and self.env.context.get("fsm_gate") is not GATE:
            if rest := {name: value for name, value in vals.items() if name != "state"}:
                self.write(rest)
            self._move(vals["state"])
            return True
        self._check_write(vals)
        result = super().write(vals)
        if "technician_ids" in vals and "lead_technician_id" not in vals:
            self._choose_lead()
        return result

    def _choose_lead(self):
        """One of the technicians leads: the first, where nobody was named."""
        for job in self.filtered(lambda job: job.lead_technician_id not in job.technician_ids):
            job.lead_technician_id = job.technician_ids[:1]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A job card has a number and is kept: cancel it."))

    def _opening_values(self, vals_list, state):
        """Return the values of new job cards: branch, company, number, token, start."""
        now = fields.Datetime.now()
        branches = {
            branch_id: self.env["fsm.branch"]._of_caller(branch_id)
            for branch_id in {vals.get("branch_id") for vals in vals_list}
        }
        counts, prepared = {}, []
        for vals in vals_list:
            branch = branches[vals.get("branch_id")]
            if vals.get("company_id") and vals["company_id"] != branch.company_id.id:
                raise AccessError(self.env._("A job card belongs to the company of its branch."))
            kept = {key: value for key, value in vals.items() if key not in PROTECTED_FIELDS}
            prepared.append(
                {
                    # Said, so that no default of a caller says it.
                    "technician_ids": [],
                    "lead_technician_id": False,
                    "diagnosis": False,
                    "priority": "0",
                    **dict.fromkeys(UNSET, False),
                    **kept,
                    "branch_id": branch.id,
                    "company_id": branch.company_id.id,
                    "client_ref": vals.get("client_ref"),
                    "state": state,
                    "state_since": now,
                    "access_token": secrets.token_urlsafe(24),
                    **({STAMPS[state]: now} if state in STAMPS else {}),
                }
            )
            counts[branch] = counts.get(branch, 0) + 1
        numbers = {branch.id: branch._next_job_numbers(count) for branch, count in counts.items()}
        for vals in reversed(prepared):
            vals["name"] = numbers[vals["branch_id"]].pop()
        return prepared

    # === ACTION METHODS === #

    def action_move(self):
        """Move to the state that the button names in its context."""
        self._move(self.env.context.get("fsm_target"))

    def action_open_wizard(self):
        """Open the dialog that the button names in its context."""
        model = self.env.context.get("fsm_wizard")
        if model not in self.env or "job_id" not in self.env[model]._fields:
            raise UserError(self.env._("There is no such dialog."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env[model]._description,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_job_id": self.id},
        }
