from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Override of `base`: who repairs and bills has no use for a shop of apps.

        The front desk is where a receptionist lands; a manager finds it after his workshop.
        """
        hidden = super()._load_menus_blacklist()
        user = self.env.user
        if user.fsm_role and not user.has_group("base.group_system"):
            hidden.append(self.env.ref("base.menu_management").id)
        if user.fsm_role != "receptionist":
            hidden.append(self.env.ref("fsm_jobs.fsm_desk_menu").id)
        return hidden
