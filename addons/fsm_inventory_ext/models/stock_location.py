from odoo import fields, models

# Where things are somewhere we can look: shelves, vans, and the way between two branches.
COUNTED_USAGES = {"internal", "transit"}


class StockLocation(models.Model):
    _inherit = "stock.location"

    # What came out of a customer's device is worth nothing to us: its place is none that Odoo
    # values (`stock_account`: internal and transit), or the next new part would cost the average.
    is_old_parts = fields.Boolean(string="For Old Parts", readonly=True, copy=False)

    def _never_below_zero(self):
        """Tell whether nothing may leave this location that is not in it: a branch's shelves."""
        self.ensure_one()
        location_sudo = self.sudo()  # the rule holds whoever moves the part
        counted = location_sudo.usage in COUNTED_USAGES or location_sudo.is_old_parts
        return counted and (
            bool(location_sudo.company_id.parent_id)
            or location_sudo == self.env["fsm.transfer.line"]._between()
        )
