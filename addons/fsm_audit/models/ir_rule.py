from odoo import fields, models
from odoo.fields import Domain


class IrRule(models.Model):
    """Rules are configuration, and audited; and a dialog is its user's.

    What somebody types there is nobody else's before he presses the button. Odoo says so of
    `TransientModel`, but Odoo 19 has no rule that holds it: whoever may open such a dialog would
    read all that lie in its table, those of other organisations, too.
    """

    _inherit = "ir.rule"
    _audit_class = "access"
    _audit_kind = "config"

    active = fields.Boolean(audit=True)
    model_id = fields.Many2one(audit=True)
    domain_force = fields.Text(audit=True)
    groups = fields.Many2many(audit=True)
    perm_read = fields.Boolean(audit=True)
    perm_write = fields.Boolean(audit=True)
    perm_create = fields.Boolean(audit=True)
    perm_unlink = fields.Boolean(audit=True)

    # === BUSINESS METHODS === #

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su or not self.env.registry[model_name]._transient:
            return domain
        return Domain(domain) & Domain("create_uid", "=", self.env.uid)
