from odoo import models

# Where things are somewhere we can look: shelves, vans, and the way between two branches.
COUNTED_USAGES = {"internal", "transit"}


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _never_below_zero(self):
        """Tell whether nothing may leave this location that is not in it: a branch's shelves."""
        self.ensure_one()
        location_sudo = self.sudo()  # the rule holds whoever moves the part
        return location_sudo.usage in COUNTED_USAGES and (
            bool(location_sudo.company_id.parent_id)
            or location_sudo == self.env["fsm.transfer.line"]._between()
        )
