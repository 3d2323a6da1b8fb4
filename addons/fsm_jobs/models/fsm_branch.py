import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

CODE_PATTERN = re.compile(r"[A-Z][A-Z0-9]{0,2}")
NUMBER_DIGITS = 5  # SPR-00042
TIMEZONE = "Asia/Kolkata"
# Monday to Saturday, as most service centres in India open.
OPENING_DAYS, OPENING_HOUR, CLOSING_HOUR = range(6), 10.0, 19.0

# What a branch shares with its company: said once, on the company.
COMPANY_FIELDS = ("vat", "state_id", "street", "city", "zip", "phone", "email")


class FsmBranch(models.Model):
    """A service centre: where devices come in, and where they are handed back.

    It stands one to one to a child company of the organisation, so that Odoo's own rules keep the
    branches apart (docs/adr/0001). Creating a branch creates that company and all that goes with it.
    """

    _name = "fsm.branch"
    _description = "Branch"
    _order = "name, id"
    _audit_kind = "config"

    # The sign over the door
    name = fields.Char(required=True, audit=True)
    code = fields.Char(
        required=True,
        help="One to three letters or digits, first a letter. Starts every number of the branch.",
        audit=True,
    )
    active = fields.Boolean(default=True, audit=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    organization_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Address and registration
    vat = fields.Char(string="GSTIN", related="company_id.vat", readonly=False)
    state_id = fields.Many2one(related="company_id.state_id", readonly=False)
    street = fields.Char(related="company_id.street", readonly=False)
    city = fields.Char(related="company_id.city", readonly=False)
    zip = fields.Char(related="company_id.zip", readonly=False)
    phone = fields.Char(related="company_id.phone", readonly=False)
    email = fields.Char(related="company_id.email", readonly=False)

    # Work
    calendar_id = fields.Many2one(
        string="Opening Hours", comodel_name="resource.calendar", check_company=True, audit=True
    )
    sequence_id = fields.Many2one(
        string="Job Card Series", comodel_name="ir.sequence", readonly=True, ondelete="restrict"
    )
    waive_qc = fields.Boolean(
        string="Repairer May Pass Quality Check",
        help="For a branch with one technician: no second person is asked for.",
        audit=True,
    )
    allow_delivery_by_reason = fields.Boolean(
        string="Manager May Deliver Without Code or Signature",
        help="He gives a reason, which is kept.",
        audit=True,
    )

    _company_uniq = models.Constraint("UNIQUE(company_id)", "This company already is a branch.")
    _code_uniq = models.Constraint(
        "UNIQUE(organization_id, code)", "Another branch of the organisation has this code."
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "code")
    def _compute_display_name(self):
        for branch in self:
            branch.display_name = branch.name

    # === CONSTRAINT METHODS === #

    @api.constrains("code")
    def _check_code(self):
        for branch in self:
            if not CODE_PATTERN.fullmatch(branch.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code “%s” of a branch must be one to three of A–Z and 0–9, "
                        "first a letter.",
                        branch.code or "",
                    )
                )

    @api.constrains("code", "organization_id")
    def _check_code_leaves_documents_apart(self):
        """Credit notes are numbered R + code, vouchers V + code: neither may be another code."""
        for branch in self:
            others = self.with_context(active_test=False).search(
                [("organization_id", "=", branch.organization_id.id), ("id", "!=", branch.id)]
            )
            for other in others:
                pair = {branch.code, other.code}
                if any({prefix + code for code in pair} & pair for prefix in "RV"):
                    raise ValidationError(
                        self.env._(
                            "The codes %(code)s and %(other)s would give two documents the same "
                            "number: credit notes start with R and vouchers with V.",
                            code=branch.code,
                            other=other.code,
                        )
                    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        branches = super().create([self._complete_values(vals) for vals in vals_list])
        branches._let_owners_in()
        # Charts, journals and warehouses belong to the suite, not to the rights of an owner.
        for branch_sudo in branches.sudo():
            branch_sudo.with_company(branch_sudo.company_id)._provision()
        return branches

    def write(self, vals):
        if fixed := {"company_id", "organization_id", "sequence_id"} & vals.keys():
            raise UserError(
                self.env._("A branch keeps its company and its series (%s).", ", ".join(fixed))
            )
        if self and "code" in vals and any(branch.code != vals["code"] for branch in self):
            raise UserError(
                self.env._("A branch keeps its code: numbers that start with it are in print.")
            )
        self.check_access("write")
        if company_values := {name: vals[name] for name in self._company_fields() if name in vals}:
            # An owner holds no right on companies, but keeps the card of his branches.
            self.company_id.sudo().write(company_values)
            vals = {name: value for name, value in vals.items() if name not in company_values}
        if "name" in vals:
            for branch in self:
                # An owner holds no right on companies, but names his branches.
                branch.company_id.sudo().name = self._company_name(
                    vals["name"], branch.organization_id, branch.company_id
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A branch is closed, not deleted: archive it."))

    # === BUSINESS METHODS - CREATION === #

    @api.model
    def _fsm_collect(self, vals, named):
        """Override: what a new branch is made with is its own, before anybody is let in.

        Which company and series it has no caller says: `_complete_values`.
        """
        made = {"company_id", "sequence_id"}
        hours_sudo = self.env["resource.calendar"].sudo()  # whose they are, no more
        if vals.get("company_id") and isinstance(hours := vals.get("calendar_id"), int):
            of_branch = hours_sudo.browse(hours).exists().company_id.id == vals["company_id"]
            made |= {"calendar_id"} if of_branch else set()
        super()._fsm_collect(
            {name: value for name, value in vals.items() if name not in made}, named
        )

    def _complete_values(self, vals):
        """Return the values of a new branch, its company and series made from them."""
        self.check_access("create")
        vals = {**vals, "code": str(vals.get("code") or "").strip().upper()}
        if vals.pop("company_id", None) or vals.pop("sequence_id", None):
            raise UserError(self.env._("A branch makes its own company and series."))
        organization = self._organization(vals.get("organization_id"))
        company_values = {name: vals.pop(name) for name in self._company_fields() if name in vals}
        if not company_values.get("state_id"):
            raise UserError(
                self.env._("Branch %s needs its state: it decides about GST.", vals.get("name"))
            )
        # An owner holds no right on companies; founding a branch is his only way to one.
        companies_sudo = self.env["res.company"].sudo()
        company_sudo = companies_sudo.create(
            {
                **company_values,
                **self._no_lookup(companies_sudo),
                "name": self._company_name(vals.get("name"), organization),
                "parent_id": organization.id,
                "country_id": organization.country_id.id,
            }
        )
        calendar_sudo = company_sudo.resource_calendar_id
        calendar_sudo.write(self._opening_hours(vals.get("name")))
        return {
            **vals,
            "organization_id": organization.id,
            "company_id": company_sudo.id,
            "calendar_id": vals.get("calendar_id") or calendar_sudo.id,
            "sequence_id": self._create_series(company_sudo, vals["code"]).id,
        }

    @api.model
    def _company_fields(self):
        """Return what a branch shares with its company: leaves may add to it."""
        return COMPANY_FIELDS

    @api.model
    def _no_lookup(self, companies):
        """Founding a branch asks nobody outside: its data is given (`partner_autocomplete`)."""
        known = "iap_enrich_auto_done" in companies._fields
        return {"iap_enrich_auto_done": True} if known else {}

    @api.model
    def _company_name(self, name, organization, company=None):
        """Return a name for the branch's company that no other company in the database has.

        Company names are unique in Odoo, but two organisations may both be at “SP Road”; neither
        learns of the other.
        """
        names = [name, f"{name} ({organization.name})"]
        companies_sudo = self.env["res.company"].sudo()  # to look beyond this organisation
        others = companies_sudo.with_context(active_test=False).search(
            [("name", "in", names), ("id", "!=", company.id if company else False)]
        )
        return next((free for free in names if free not in others.mapped("name")), names[-1])

    def _organization(self, organization_id):
        """Return the root company in which a branch may be founded by the caller."""
        roots = self.env.user.company_ids.root_id
        organization = (
            self.env["res.company"].browse(organization_id)
            if organization_id
            else self.env.company.root_id
        )
        if not self.env.su and organization not in roots:
            raise AccessError(self.env._("You do not belong to this organisation."))
        if organization.sudo().country_id.code != "IN":  # where it stands is no secret
            raise UserError(
                self.env._(
                    "%s is no organisation in India: a system administrator founds one first.",
                    organization.sudo().name,
                )
            )
        return organization.sudo()  # its country and currency are public within it

    @api.model
    def _opening_hours(self, name):
        return {
            "name": self.env._("Opening hours %s", name),
            "tz": TIMEZONE,
            "attendance_ids": [Command.clear()]
            + [
                Command.create(
                    {
                        "name": self.env._("Open"),
                        "dayofweek": str(day),
                        "hour_from": OPENING_HOUR,
                        "hour_to": CLOSING_HOUR,
                        "day_period": "full_day",
                    }
                )
                for day in OPENING_DAYS
            ],
        }

    @api.model
    def _create_series(self, company, code):
        # A number may be lost with a rolled-back intake: job cards need not be gapless.
        return (
            self.env["ir.sequence"]
            .sudo()  # a series is part of the branch that is being founded
            .create(
                {
                    "name": self.env._("Job cards %s", code),
                    "code": "fsm.job",
                    "implementation": "standard",
                    "prefix": f"{code}-",
                    "padding": NUMBER_DIGITS,
                    "company_id": company.id,
                }
            )
        )

    def _provision(self):
        """Make what the suite needs for these branches. Leaves extend it; it may be called again.

        Runs as superuser in the branch's own company.
        """
        self.env["fsm.terms"]._ensure(self.organization_id)

    # === BUSINESS METHODS === #

    def _supply_to(self, branch, lines, origin):
        """Make the document with which this branch supplies goods to `branch`. Here: none is known.

        Called on one branch, in sudo. An addon that knows invoices extends this method.

        :param list lines: ``[{product_id, quantity, price_unit}]``, as `fsm.job._billable_lines`
        :param str origin: what they are supplied for, is printed
        :return: the number of the document, empty without one
        :rtype: str
        """
        self.ensure_one()
        return ""

    def _credit_supply(self, number, missing, reason):
        """Draft what credits goods that `_supply_to` has supplied and that never arrived. Here: none.

        Called on the branch that sent them, in sudo.

        :param str number: of the document
        :param dict missing: ``{product: quantity}`` in their units
        :param str reason: is printed
        """
        self.ensure_one()

    def _sell_parts(self, lines, origin):
        """Hand over what this branch has sold without a job card. Here: no stock is known.

        Called on one branch, in sudo, as the invoice is issued. An addon that knows stock extends
        this method.

        :param list lines: ``[(product, quantity, numbers)]``, each product once, in its own unit, with
            the serial or lot numbers that stand on the document
        :param str origin: the number of the invoice
        :raise UserError: there is too little of one, or the numbers do not fit
        """
        self.ensure_one()

    def _number_sales(self, sales, number):
        """Let what `_sell_parts` handed over be known by the invoice that it stands on now.

        Called on one branch, in sudo. Here: no stock is known.

        :param list sales: the numbers under which it left
        :param str number: of the invoice
        """
        self.ensure_one()

    def _parts_sold(self, sale):
        """Return ``{product: quantity}`` of what `_sell_parts` handed over and has not come back.

        :param str sale: the number of the invoice
        """
        self.ensure_one()
        return {}

    def _take_back_parts(self, lines, sale, origin, damaged=False):
        """Bring back what was sold without a job card. Here: no stock is known. As `_sell_parts`.

        :param str sale: the number of the invoice
        :param str origin: the number of the credit note
        :param bool damaged: they are written off and not laid on the shelves
        :raise UserError: more would come back than was sold
        """
        self.ensure_one()

    def _numbers_at_hand(self, products):
        """Return ``{product: [numbers]}`` of the pieces that could be sold. Here: none are known.

        Called on one branch, in sudo.
        """
        self.ensure_one()
        return {}

    def _undo_taking_back(self, sale, origin):
        """Hand over again what `_take_back_parts` brought back with a note that does not count."""
        self.ensure_one()

    def _lost_parts(self, begin, end):
        """Return what left the stock of this branch for nothing: scrapped, lost, written off.

        Called on one branch, in sudo. Here: no stock is known.

        :param datetime begin: in UTC; `end` is the first moment after it
        :return: ``[{product, quantity, reason, job}]``, in the product's own unit; `job` is the
            `fsm.job` it was for, may be empty
        """
        self.ensure_one()
        return []

    def _next_job_numbers(self, count):
        """Draw `count` job card numbers at once: a query a batch, not one a job card.

        :rtype: list[str]
        """
        self.ensure_one()
        self._check_open()
        sequence_sudo = self.sequence_id.sudo()  # the series is drawn from, not read
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            (f"ir_sequence_{sequence_sudo.id:03d}", count),
        )
        return [sequence_sudo.get_next_char(number) for (number,) in self.env.cr.fetchall()]

    def _after_working_hours(self, start, hours):
        """Return the moment when `hours` of opening time have passed since `start`.

        :param datetime start: naive UTC, as stored
        :param float hours: opening hours; 1.5 is ninety minutes
        :return: naive UTC; a day for nine hours where the branch has no opening hours
        :rtype: datetime
        """
        self.ensure_one()
        calendar_sudo = self.calendar_id.sudo()  # everybody in the branch knows when it is open
        end = calendar_sudo.plan_hours(hours, start) if calendar_sudo else False
        return end or start + timedelta(days=hours / 9)

    @api.model
    def _current(self):
        """Return the branch the caller works in now, be it closed, or nothing."""
        company_sudo = self.env.company.sudo()  # his own; read once in a transaction
        branch_sudo = company_sudo.with_context(active_test=False).fsm_branch_ids
        return branch_sudo.with_env(self.env)

    @api.model
    def _of_caller(self, branch_id=None):
        """Return the branch the caller names, or his current one.

        :raise UserError: there is none, or it is not his: both get the same sentence, so that
            nobody learns of another's branch
        """
        everything = self.with_context(active_test=False)  # the figures of a closed one stay
        branch = everything.search([("id", "=", branch_id)]) if branch_id else self._current()
        if not branch and not branch_id:
            branch = self.search([], limit=2)  # an owner at the root, with one branch
        if len(branch) != 1:
            raise UserError(
                self.env._("Say which branch: “branch_id” must be the id of one of yours.")
            )
        return branch.with_env(self.env)
