from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmTerms(models.Model):
    """What a customer agrees to when he leaves his device: a text, fixed once it has a number.

    A branch may have terms of its own; else those of its organisation hold.
    """

    _name = "fsm.terms"
    _description = "Terms"
    _order = "company_id, version desc"
    _rec_name = "version"

    company_id = fields.Many2one(
        string="Holds For",
        comodel_name="res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    version = fields.Integer(readonly=True, copy=False, aggregator=None)
    body = fields.Text(string="Text", required=True)
    active = fields.Boolean(default=True)

    _version_uniq = models.Constraint(
        "UNIQUE(company_id, version)", "There already are terms of this version."
    )

    # === COMPUTE METHODS === #

    @api.depends("version")
    def _compute_display_name(self):
        for terms in self:
            terms.display_name = self.env._("Terms, version %s", terms.version)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """The next version of each company's terms."""
        everything = self.with_context(active_test=False)
        default_id = self.env.company.id
        last = dict(
            everything._read_group(
                [("company_id", "in", [v.get("company_id") or default_id for v in vals_list])],
                ["company_id"],
                ["version:max"],
            )
        )
        versions = {company.id: version for company, version in last.items()}
        for number, vals in enumerate(vals_list):
            company_id = vals.get("company_id") or default_id
            versions[company_id] = versions.get(company_id, 0) + 1
            vals_list[number] = {**vals, "version": versions[company_id]}
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - {"active"}:
            raise UserError(
                self.env._("Customers have signed these terms: write a new version of them.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Customers have signed these terms: archive them instead."))

    # === BUSINESS METHODS === #

    @api.model
    def _current(self, branch):
        """Return the terms that hold in a branch: its own, else those of its organisation."""
        for company in (branch.company_id, branch.organization_id):
            if terms := self.search([("company_id", "=", company.id)], limit=1):
                return terms
        return self.browse()

    @api.model
    def _ensure(self, organizations):
        """Give organisations without terms a first version, to be read and replaced."""
        known = self.with_context(active_test=False).search(
            [("company_id", "in", organizations.ids)]
        )
        return self.create(
            [
                {"company_id": organization.id, "body": self._first_text()}
                for organization in organizations - known.company_id
            ]
        )

    @api.model
    def _first_text(self):
        return "\n".join(
            (
                self.env._(
                    "1. The device is handed back against this receipt, a code or a signature."
                ),
                self.env._(
                    "2. Nothing is charged above the limit noted here without your approval."
                ),
                self.env._("3. Please keep a copy of your data: a repair may make it unreadable."),
                self.env._(
                    "4. We open the device with your passcode only to test it; every look is recorded."
                ),
                self.env._(
                    "5. Parts that were replaced are shown, and given back if you ask for them."
                ),
                self.env._(
                    "6. Please fetch the device within 30 days of our message that it is ready."
                ),
            )
        )
