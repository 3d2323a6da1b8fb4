from odoo import api, fields, models

# What Rule 46(s) has declared, in its words; like all declarations it stays in English.
NOT_E_INVOICED = (
    "I/We hereby declare that though our aggregate turnover in any preceding financial year from "
    "2017-18 onwards is more than the aggregate turnover notified under sub-rule (4) of rule 48, we "
    "are not required to prepare an invoice in terms of the provisions of the said sub-rule."
)


class ResCompany(models.Model):
    """How large the organisation is: it decides about e-invoices, their last day, a declaration."""

    _inherit = "res.company"

    gst_turnover = fields.Float(
        string="Highest Turnover (₹ crore)",
        digits=(16, 2),
        audit=True,
        help="Of the organisation, all GSTINs together, in its best financial year since 2017-18. "
        "CGST Rule 48(4).",
    )

    # === BUSINESS METHODS === #

    def _get_company_root_delegated_field_names(self):
        """Override of `base`: each branch has the turnover of its organisation."""
        return [*super()._get_company_root_delegated_field_names(), "gst_turnover"]


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    gst_turnover = fields.Float(
        related="organization_id.gst_turnover",
        groups="fsm_jobs.group_fsm_owner",
        readonly=False,
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        turnovers = [vals.get("gst_turnover") for vals in vals_list]
        branches = super().create(
            [{key: vals[key] for key in vals if key != "gst_turnover"} for vals in vals_list]
        )
        for branch, turnover in zip(branches, turnovers, strict=True):
            if turnover:
                branch.gst_turnover = turnover
        return branches

    def write(self, vals):
        if "gst_turnover" not in vals:
            return super().write(vals)
        self.check_access("write")
        self._check_field_access(self._fields["gst_turnover"], "write")
        # An owner holds no right on companies, but knows the turnover of his organisation.
        self.organization_id.sudo().gst_turnover = vals["gst_turnover"]
        return super().write({key: vals[key] for key in vals if key != "gst_turnover"})
