import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..lifecycle import FINAL_STATES
from ..verbs import check_id, verb

# Fewer digits would find half of the customers; letters are never a phone number.
PHONE_FRAGMENT = re.compile(r"[+\d\s().\-/]*")
LINK = re.compile(r"\s*tel:", re.IGNORECASE)  # what a telephone number is in a web page
MIN_DIGITS = 4

# What an accountant may change of a customer.
TAX_FIELDS = {
    "vat",
    "state_id",
    "country_id",
    "l10n_in_gst_treatment",
    "l10n_in_pan_entity_id",
    "property_payment_term_id",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    fsm_job_ids = fields.One2many(
        string="Job Cards", comodel_name="fsm.job", inverse_name="partner_id"
    )
    fsm_device_ids = fields.One2many(
        string="Devices", comodel_name="fsm.device", inverse_name="partner_id"
    )
    fsm_company_ids = fields.One2many(
        string="Card Of", comodel_name="res.company", inverse_name="partner_id"
    )
    fsm_organization_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        compute="_compute_fsm_organization_id",
        store=True,
        index="btree_not_null",
        help="Of a colleague or the card of a branch: nobody else's people learn of it.",
    )
    fsm_job_count = fields.Integer(string="Number of Job Cards", compute="_compute_fsm_job_count")
    fsm_only_sells = fields.Boolean(
        string="Only a Supplier",
        compute="_compute_fsm_only_sells",
        search="_search_fsm_only_sells",
        help="He is nobody's customer: the counter does not look for him.",
    )

    # === COMPUTE METHODS === #

    @api.depends("user_ids.company_id", "user_ids.group_ids", "fsm_company_ids.parent_id")
    def _compute_fsm_organization_id(self):
        """Say whose people these are; a customer, and whoever runs the system, is nobody's."""
        for partner in self.with_context(active_test=False):
            staff = partner.user_ids.filtered(
                lambda user: not user.share and not user.has_group("base.group_system")
            )
            companies = partner.fsm_company_ids | staff.company_id
            partner.fsm_organization_id = companies.root_id[:1]

    def _compute_fsm_job_count(self):
        counts = dict(
            self.env["fsm.job"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.fsm_job_count = counts.get(partner, 0)

    def _compute_fsm_only_sells(self):
        suppliers = self.filtered_domain(self._fsm_suppliers())
        for partner in self:
            partner.fsm_only_sells = partner in suppliers

    @api.model
    def _search_fsm_only_sells(self, operator, value):
        return self._fsm_suppliers() if operator == "in" else NotImplemented

    @api.model
    def _search_display_name(self, operator, value):
        """Let every customer field find by phone number, once four digits are typed."""
        domain = super()._search_display_name(operator, value)
        if operator in ("ilike", "like") and domain is not NotImplemented:
            digits = self._fsm_phone_digits(value)
            if digits and not self._fsm_reads_no_numbers():
                domain = Domain(domain) | Domain("phone_mobile_search", "ilike", digits)
        return domain

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """A customer that staff of a branch creates belongs to that branch, by whatever door."""
        if not self.env.su and self.env.user.fsm_role:
            # Nobody hangs an address on who is not his to change: it may become that one's own.
            given = [vals["parent_id"] for vals in vals_list if vals.get("parent_id")]
            ids = {check_id(self.env, id_, "parent_id") for id_ in given}
            self.browse(ids).check_access("write")
        if branch := self._fsm_branch_of_staff():
            vals_list = [self._fsm_customer_values(vals, branch) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        self._fsm_check_write(vals)
        return super().write(vals)

    # === ACTION METHODS === #

    def action_view_fsm_jobs(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("fsm_jobs.fsm_job_action")
        return action | {
            "domain": [("partner_id", "in", self.ids)],
            "context": {"default_partner_id": self[:1].id},
        }

    # === BUSINESS METHODS === #

    def _check_company_domain(self, companies):
        """Override of `base`: the contact of a colleague has an organisation where it has no company."""
        domain = Domain(super()._check_company_domain(companies))
        if isinstance(companies, str) or not companies:
            return domain
        ids = [companies] if isinstance(companies, int) else getattr(companies, "ids", companies)
        roots_sudo = self.env["res.company"].sudo().browse(ids).root_id  # whose it is, no more
        return domain & Domain("fsm_organization_id", "in", [False, *roots_sudo.ids])

    @api.model
    def _fsm_suppliers(self):
        """Return the domain of who only sells to us. Base: nobody; a leaf that buys knows."""
        return Domain.FALSE

    def _erasure_blockers(self):
        """Override of `fsm_audit`: a device that is here is brought to its end first."""
        open_jobs = self.fsm_job_ids.filtered(lambda job: job.state not in FINAL_STATES)
        return super()._erasure_blockers() + [
            self.env._("Job card %s is still open.", job.name) for job in open_jobs
        ]

    def _erase_personal_data(self, reason):
        """Override of `fsm_audit`: what the chatter tells of this card goes, too."""
        quietly = self.with_context(
            tracking_disable=True
        )  # or the chatter would tell the old values
        entries = super(ResPartner, quietly)._erase_personal_data(reason)
        self.message_ids.unlink()
        return entries

    @api.model
    def _fsm_phone_digits(self, text):
        """Return the digits of a phone number or a fragment of it; nothing for any other text.

        >>> self._fsm_phone_digits("98450 12"), self._fsm_phone_digits("tel:098450")
        ('9845012', '98450')
        """
        text = LINK.sub("", text, count=1) if isinstance(text, str) else ""
        if not PHONE_FRAGMENT.fullmatch(text):
            return ""
        digits = re.sub(r"\D", "", text)
        # "+91 98450 12345" and "0 98450 12345" are the same line as "98450 12345", however little
        # of it is typed. A fragment from the middle is found without its zero, too.
        if len(digits.lstrip("0")) >= MIN_DIGITS:
            digits = digits.lstrip("0")
        if len(digits) > 10:
            digits = digits[-10:]
        return digits if len(digits) >= MIN_DIGITS else ""

    @api.model
    def _fsm_check_known(self, partner_ids):
        """Refuse contacts that the caller, if he is staff, cannot see.

        :raise AccessError: the same sentence whether one does not exist or belongs to others
        """
        if self.env.su or not partner_ids or not self.env.user.fsm_role:
            return
        ids = {check_id(self.env, partner_id, "partner_ids") for partner_id in partner_ids}
        if self.with_context(active_test=False).search_count([("id", "in", ids)]) != len(ids):
            raise AccessError(self.env._("You can only write to people you can see."))

    @api.model
    def _fsm_branch_of_staff(self):
        """Return the branch whose customers the caller creates; nothing for anybody else."""
        if self.env.su or not self.env.user.fsm_role:
            return self.env["fsm.branch"]
        return self.env["fsm.branch"]._current()

    @api.model
    def _fsm_customer_values(self, vals, branch):
        vals = {**vals, "company_id": vals.get("company_id") or branch.company_id.id}
        if vals["company_id"] not in self.env.user.company_ids.ids:
            raise AccessError(self.env._("You can only add customers to your own branch."))
        if not vals.get("country_id") and not vals.get("parent_id"):
            vals["country_id"] = branch.company_id.country_id.id
        if not vals.get("lang") and not vals.get("parent_id"):
            vals["lang"] = self.env.user.lang  # programs say no language, and none is American
        return vals

    def _fsm_check_write(self, vals):
        """Refuse what the counter and the books may not change of a contact."""
        user = self.env.user
        if self.env.su or not user.fsm_role:
            return
        self.check_access("write")  # before core says of whom a contact is the account
        if vals.get("parent_id"):
            self.browse(check_id(self.env, vals["parent_id"], "parent_id")).check_access("read")
        if self <= user.partner_id:
            return
        if user.fsm_role != "owner" and self.sudo().fsm_company_ids:  # a card is no secret
            raise AccessError(self.env._("Only an owner changes the card of a branch."))
        if "company_id" in vals and self.filtered(lambda p: p.company_id.id != vals["company_id"]):
            raise AccessError(self.env._("A customer stays with the branch that knows him."))
        # An accountant keeps the tax data of customers, and nothing else of them.
        if user.fsm_role != "accountant":
            return
        if other := vals.keys() - TAX_FIELDS:
            raise AccessError(
                self.env._(
                    "An accountant changes the tax data of a customer only, not: %s.",
                    ", ".join(self._fields[name].string for name in other if name in self._fields),
                )
            )

    @api.model
    def _fsm_format_phone(self, phone):
        """Return a phone number as it is kept: `+91 98450 12345`.

        :raise UserError: it is no phone number
        """
        india = self.env.ref("base.in")
        formatted = self.env["mail.thread.phone"]._phone_format(
            number=phone, country=india, force_format="INTERNATIONAL", raise_exception=False
        )
        if not formatted:
            raise UserError(self.env._("“%s” is not a phone number.", phone))
        return formatted

    @api.model
    def _fsm_find_by_phone(self, phone, company):
        """Return the customers of a branch with exactly this phone number, archived ones too."""
        digits = self._fsm_phone_digits(phone)
        return self.with_context(active_test=False).search(
            [
                ("company_id", "=", company.id),
                ("parent_id", "=", False),  # a site is no customer
                ("phone_mobile_search", "ilike", digits),
            ],
            order="active DESC, id",
        )

    def signup_get_auth_param(self):
        """Override of `auth_signup`: it tells the login of any contact, or a key to become it.

        Staff sends its own links, and none that signs in as somebody else (docs/adr/0020).
        """
        if not self._fsm_by_outsider():
            return super().signup_get_auth_param()
        self.check_access("read")
        return {partner.id: {} for partner in self}

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def fsm_search_by_mobile(self, mobile: str, limit: int = 10):
        """Find customers by any fragment of a phone number, four digits or more.

        :return: ``[{id, name, phone, email, open_jobs, balance_due, last_job_date}]``
        """
        if self._fsm_reads_no_numbers():
            raise AccessError(self.env._("Your role does not search by phone number."))
        digits = self._fsm_phone_digits(mobile)
        if not digits:
            raise UserError(self.env._("Type at least %s digits of the phone number.", MIN_DIGITS))
        if not 0 < limit <= 100:
            raise UserError(self.env._("“limit” must be between 1 and 100."))
        partners = self.search(
            [
                ("parent_id", "=", False),
                ("fsm_only_sells", "=", False),
                ("phone_mobile_search", "ilike", digits),
            ],
            limit=limit,
        )
        figures = partners._fsm_job_figures()
        return [
            {
                "id": partner.id,
                "name": partner.name,
                "phone": partner.phone or False,
                "email": partner.email or False,
                **figures[partner.id],
            }
            for partner in partners
        ]

    def _fsm_job_figures(self):
        """Return ``{partner id: {open_jobs, balance_due, last_job_date}}`` in a query or two."""
        Job = self.env["fsm.job"]
        figures = {
            partner.id: {"open_jobs": 0, "balance_due": 0.0, "last_job_date": False}
            for partner in self
        }
        for partner, count in Job._read_group(
            [("partner_id", "in", self.ids), ("is_open", "=", True)], ["partner_id"], ["__count"]
        ):
            figures[partner.id]["open_jobs"] = count
        for partner, last in Job._read_group(
            [("partner_id", "in", self.ids)], ["partner_id"], ["create_date:max"]
        ):
            figures[partner.id]["last_job_date"] = fields.Date.to_string(last)
        return figures
