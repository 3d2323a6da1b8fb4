from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Override of `base`: who repairs and bills has no use for a shop of apps.

        The front desk is where a receptionist lands; a manager finds it after his workshop.
        """
        hidden = super()._load_menus_blacklist()
        user = self.env.user
        useless = []
        if user.fsm_role and not user.has_group("base.group_system"):
            useless.append("base.menu_management")
        if user.fsm_role != "receptionist":
            useless.append("fsm_jobs.fsm_desk_menu")
        for name in useless:  # a menu that somebody deleted is not there to be hidden
            if menu := self.env.ref(name, raise_if_not_found=False):
                hidden.append(menu.id)
        return hidden
