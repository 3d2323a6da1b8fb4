from odoo import api, fields, models


class PaymentProvider(models.Model):
    """One account at Razorpay for an organisation; a branch may have one of its own."""

    _inherit = "payment.provider"
    _audit_class = "books"
    _audit_kind = "config"

    # Who changes these, changes where the money goes.
    company_id = fields.Many2one(audit=True)
    state = fields.Selection(audit=True)
    is_published = fields.Boolean(audit=True)
    razorpay_key_id = fields.Char(audit=True)

    # === COMPUTE METHODS === #

    @api.depends("code", "state", "company_id")
    def _compute_journal_id(self):
        """Override of `account_payment`, which would take the first till of a branch: UPI."""
        own = self.filtered(lambda each: each.code == "razorpay" and each.company_id.fsm_branch_ids)
        super(PaymentProvider, self - own)._compute_journal_id()
        for provider in own:
            provider.journal_id = provider.company_id.fsm_branch_ids._tills().get("online")

    # === BUSINESS METHODS === #

    @api.model
    def _get_compatible_providers(self, company_id, *args, **kwargs):
        """Override of `payment`: a branch's own account goes before its organisation's."""
        providers = super()._get_compatible_providers(company_id, *args, **kwargs)
        razorpay = providers.filtered(lambda provider: provider.code == "razorpay")
        own = razorpay.filtered(lambda provider: provider.company_id.id == company_id)
        return providers - razorpay + own if own else providers
