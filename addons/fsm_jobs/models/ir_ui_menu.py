from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Override of `base`: who repairs and bills has no use for a shop of apps."""
        hidden = super()._load_menus_blacklist()
        user = self.env.user
        if user.fsm_role and not user.has_group("base.group_system"):
            hidden.append(self.env.ref("base.menu_management").id)
        return hidden
