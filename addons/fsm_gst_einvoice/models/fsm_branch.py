from odoo import api, fields, models


class FsmBranch(models.Model):
    _inherit = "fsm.branch"

    l10n_in_edi_feature = fields.Boolean(
        related="company_id.l10n_in_edi_feature",
        readonly=False,
        string="e-Invoices",
        help="Invoices to registered customers are listed until the portal has registered them.",
    )
    einvoice_keys = fields.Text(
        related="organization_id.einvoice_keys",
        groups="fsm_jobs.group_fsm_owner",
        help="Of all branches: the public keys that the e-invoice portal publishes, as PEM.",
        readonly=False,
    )

    @api.model
    def _company_fields(self):
        """Override of `fsm_jobs` to keep the switch where `l10n_in_edi` looks for it."""
        return (*super()._company_fields(), "l10n_in_edi_feature")

    def write(self, vals):
        if "einvoice_keys" not in vals:
            return super().write(vals)
        self.check_access("write")
        # An owner holds no right on companies, but keeps the keys of his organisation.
        self.organization_id.sudo().einvoice_keys = vals["einvoice_keys"]
        return super().write({key: vals[key] for key in vals.keys() - {"einvoice_keys"}})
