from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.fsm_jobs.verbs import verb

from .. import issued
from ..gst import dates, gstin, periods, returns

# An object no caller can send: what carries it in the context comes from a verb of the return.
GATE = object()

STATES = [("draft", "Draft"), ("locked", "Locked"), ("filed", "Filed")]

# What names a return, and what its verbs alone write, as a new return has it.
IDENTITY = {"organization_id", "gstin", "period"}
KEPT = {
    "state": "draft",
    "arn": False,
    "filed_on": False,
    "gstr1_data": False,
    "gstr3b_data": False,
    "sha256": False,
    "checked_at": False,
    "ties": False,
    "summary": False,
    "company_ids": False,
}

# What nobody writes or reads as himself: a new return has neither.
LOCKED = {"gstr1_data", "gstr3b_data"}


class FsmGstReturn(models.Model):
    """GSTR-1 and GSTR-3B of one registration for one month.

    It is built from posted documents each time it is asked for, until it is locked: from then on it
    answers with what was locked, and the documents of its month stay as they are.
    """

    _name = "fsm.gst.return"
    _description = "GST Return"
    _order = "first_day desc, gstin"
    _rec_name = "gstin"

    # What is declared
    gstin = fields.Char(
        string="GSTIN", required=True, audit=True, default=lambda self: self.env.company.vat
    )
    period = fields.Char(
        required=True,
        audit=True,
        default=lambda self: self._month_to_declare(),
        help="Month as MMYYYY: 042026 is April 2026.",
    )
    first_day = fields.Date(compute="_compute_first_day", store=True)
    due_on = fields.Date(string="GSTR-1 Due", compute="_compute_due_on")
    organization_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        help="A GSTIN is of one taxpayer; what another organisation writes down stays its own.",
    )
    company_ids = fields.Many2many(
        string="Branches",
        comodel_name="res.company",
        readonly=True,
        help="All companies of the organisation that are registered under this GSTIN.",
    )
    branch_names = fields.Char(
        string="Declared For",
        compute="_compute_branch_names",
        compute_sudo=True,
        help="Whoever sees a return works in all of its branches, also in those not chosen now.",
    )

    # How far it is
    state = fields.Selection(STATES, default="draft", required=True, readonly=True, audit=True)
    arn = fields.Char(string="ARN", readonly=True, audit=True, help="The portal's acknowledgement.")
    filed_on = fields.Date(readonly=True, audit=True)

    # What was locked; only the verbs give it away, and log that they do
    gstr1_data = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    gstr3b_data = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    sha256 = fields.Char(
        string="SHA-256", readonly=True, audit=True, help="Of both returns as locked."
    )

    # What the last check found
    finding_ids = fields.One2many(
        string="Findings", comodel_name="fsm.gst.finding", inverse_name="return_id", readonly=True
    )
    checked_at = fields.Datetime(string="Checked On", readonly=True)

    _period_uniq = models.Constraint(
        "UNIQUE(organization_id, gstin, period)",
        "There already is a return for this GSTIN and month.",
    )

    # === COMPUTE METHODS === #

    @api.depends("period")
    def _compute_first_day(self):
        for gst_return in self:
            known = periods.is_valid(gst_return.period)
            gst_return.first_day = known and periods.first_day(gst_return.period)

    @api.depends("first_day")
    def _compute_due_on(self):
        for gst_return in self:
            gst_return.due_on = gst_return.first_day and periods.due_date(
                gst_return.period, "gstr1"
            )

    @api.depends("company_ids")
    def _compute_branch_names(self):
        for gst_return in self:
            gst_return.branch_names = ", ".join(gst_return.company_ids.mapped("name"))

    @api.depends("gstin", "first_day")
    def _compute_display_name(self):
        for gst_return in self:
            day = gst_return.first_day
            month = f"{periods.MONTHS[day.month - 1]} {day.year}" if day else ""
            gst_return.display_name = " · ".join(filter(None, (gst_return.gstin, month)))

    @api.model
    def _month_to_declare(self):
        """Return the period of the last month that is over, in India."""
        today = dates.document_date(fields.Datetime.now())
        return periods.period_of(today.replace(day=1) - timedelta(days=1))

    # === CRUD METHODS === #

    def init(self):
        super().init()
        issued.lock(self.env.cr)  # what was locked stays as it is in PostgreSQL, too

    @api.model_create_multi
    def create(self, vals_list):
        """The caller works in all companies of a GSTIN, whichever of them he has chosen now."""
        checked = [self._checked_values(vals) for vals in vals_list]
        everywhere = self.with_context(allowed_company_ids=self.env.user.company_ids.ids)
        return super(FsmGstReturn, everywhere).create(checked).with_env(self.env)

    def write(self, vals):
        if self._not_by_hand() & vals.keys() and self.env.context.get("fsm_gst_gate") is not GATE:
            raise UserError(
                self.env._(
                    "GSTIN and month of a return stay as they are; lock, reopen and file it with "
                    "its buttons."
                )
            )
        return super().write(vals)

    @api.model
    def _not_by_hand(self):
        """Return what nobody writes: a return's name, what its verbs write, what follows from both.

        Odoo stores what a caller says of a computed field.
        """
        follows = {name for name, field in self._fields.items() if field.compute and field.store}
        return IDENTITY | KEPT.keys() | follows

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(gst_return.state != "draft" for gst_return in self):
            raise UserError(self.env._("A return that was locked or filed is kept."))

    @api.model
    def _checked_values(self, vals):
        """Return the values of a new return, with the companies of its GSTIN.

        :raise UserError: unless GSTIN and period can exist
        :raise AccessError: unless all these companies are the caller's
        """
        if unknown := (self._not_by_hand() - IDENTITY) & vals.keys():
            raise UserError(self.env._("“%s” is not set by hand.", sorted(unknown)[0]))
        number, period = str(vals.get("gstin") or ""), str(vals.get("period") or "")
        if not gstin.is_valid(number):
            raise ValidationError(self.env._("“%s” is not a GSTIN: a character is wrong.", number))
        if not periods.is_valid(period):
            raise ValidationError(
                self.env._("“%s” is not a month of GST: write it as MMYYYY, like 042026.", period)
            )
        number = gstin.normalise(number)
        organization = self._organization_of(number)
        companies = self._companies_of(number, organization)
        self._check_works_in_all(companies, number)
        identity = {
            "organization_id": organization.id,
            "gstin": number,
            "period": period,
            "company_ids": companies.ids,
        }
        kept = {name: value for name, value in KEPT.items() if name not in LOCKED}
        return {**vals, **kept, **identity}

    @api.model
    def _check_works_in_all(self, companies, number):
        """Refuse who does not work in every branch of a GSTIN: its return is of all of them."""
        mine = self.env.user.company_ids
        if companies and (self.env.su or companies <= mine):
            return
        if not companies & mine:
            raise AccessError(self.env._("No branch of yours is under GSTIN %s.", number))
        raise AccessError(
            self.env._(
                "A return is of all branches under GSTIN %(gstin)s, and you do not work in %(others)s: "
                "let the owner make it, or add you to them under “People”.",
                gstin=number,
                others=", ".join((companies - mine).sudo().mapped("name")),  # of the organisation
            )
        )

    @api.model
    def _organization_of(self, number):
        """Return whose return of a GSTIN is made: of the caller's organisations the one he has open.

        :raise UserError: if several of his have it, and another one is open
        """
        own = self.env.user.company_ids.root_id
        if self.env.su:
            own = self.env["res.company"].search([("parent_id", "=", False)])
        opened, holders = self.env.company.root_id, self._companies_of(number, own).root_id
        if opened in holders or not holders:
            return opened
        if len(holders) > 1:
            raise UserError(
                self.env._(
                    "Several organisations have GSTIN %s: open the one that declares.", number
                )
            )
        return holders

    @api.model
    def _companies_of(self, number, organizations):
        """Return the companies of organisations under a GSTIN, now or when they issued."""
        companies_sudo = self.env["res.company"].sudo()  # to see that none of them is missing
        numbers_sudo = self.env["fsm.gst.number"].sudo()  # the caller's branches are checked
        issuing = numbers_sudo._read_group(
            [("organization_id", "in", organizations.ids), ("registration", "=", number)],
            ["company_id"],
        )
        domain = Domain("vat", "=", number)
        domain |= Domain("id", "in", [company.id for (company,) in issuing])
        domain &= Domain("id", "child_of", organizations.ids)
        found_sudo = companies_sudo.search(domain)
        return found_sudo.filtered(lambda company: company._declares()).sudo(False)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def check(self):
        """Look for what forbids to file, or should be known before.

        :return: ``{ok, findings: [{severity, rule, text, model, id}]}``; `ok` without an error
        """
        self._check_may_file()
        return [gst_return._check_month() for gst_return in self]

    @verb
    def gstr1(self):
        """Return GSTR-1 in the portal's JSON shape."""
        self._check_may_file()
        self._log_export("GSTR-1")
        return [gst_return._gstr1() for gst_return in self]

    @verb
    def gstr3b(self):
        """Return GSTR-3B in the portal's JSON shape."""
        self._check_may_file()
        self._log_export("GSTR-3B")
        return [gst_return._both_returns()[1] for gst_return in self]

    # === ACTION METHODS === #

    def action_check(self):
        self.check()

    # === BUSINESS METHODS === #

    def _check_may_file(self):
        if not self.env.su and not self.env.user.has_group("fsm_jobs.group_fsm_accountant"):
            raise AccessError(self.env._("Your role does not prepare returns."))
        self.check_access("read")
        for gst_return in self.filtered(lambda gst_return: gst_return.state == "draft"):
            gst_return._take_in_companies()

    def _take_in_companies(self):
        """Declare also who came under this GSTIN since the return was made."""
        companies = self._companies_of(self.gstin, self.organization_id)
        self._check_works_in_all(companies, self.gstin)
        if new := companies - self.company_ids:
            self._keep({"company_ids": [Command.link(company.id) for company in new]})

    def _log_export(self, what):
        self.env["fsm.audit.log"]._log_export(self, what=what)

    def _check_state(self, state):
        if self.state != state:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The return %(name)s is “%(state)s”; this needs “%(wanted)s”.",
                    name=self.display_name,
                    state=states[self.state],
                    wanted=states[state],
                )
            )

    def _keep(self, vals):
        self.check_access("write")
        self_sudo = self.sudo()  # what is locked is written by nobody himself
        self_sudo.with_context(fsm_gst_gate=GATE).write(vals)

    def _state_figures(self):
        return {"id": self.id, "state": self.state, "arn": self.arn or False}

    def _gstr1(self):
        """Return GSTR-1, as locked or as the books are now: what was bought is not read for it."""
        self.ensure_one()
        if self.state != "draft":
            return self._locked_data()[0]
        return self._build_gstr1(self._rows_of_sales())

    def _both_returns(self):
        """Return GSTR-1 and GSTR-3B, as locked or as the books are now."""
        self.ensure_one()
        if self.state != "draft":
            return self._locked_data()
        return self._build(self._rows())

    def _build_gstr1(self, rows):
        try:
            return returns.gstr1(
                self._supplier(),
                rows["documents"],
                advances=rows["advances"],
                issued=rows["issued"],
                amendments=rows["amendments"],
            )
        except returns.NoSuchReturn:
            raise UserError(
                self.env._("A composition branch files CMP-08 and GSTR-4, not this return.")
            )

    def _build(self, rows):
        gstr1 = self._build_gstr1(rows)
        gstr3b = returns.gstr3b(
            self._supplier(),
            rows["documents"],
            advances=rows["advances"],
            purchases=rows["purchases"],
            reversals=rows["reversals"],
            amendments=rows["amendments"],
        )
        return gstr1, gstr3b
