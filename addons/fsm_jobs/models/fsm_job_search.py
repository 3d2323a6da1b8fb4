from odoo import api, models
from odoo.fields import Domain

# Customers and devices a text may stand for. More is no search but a letter typed too early.
MOST_FOUND = 5000


class FsmJob(models.Model):
    """How a job card is found, and how old it looks at a glance."""

    _inherit = "fsm.job"

    @api.model
    def _search_display_name(self, operator, value):
        """Find by number, phone, name, serial number or IMEI.

        Customers and devices are looked up first: with their ids each part of the search has its
        index, joined by `OR` none would be used (docs/adr/0021).
        """
        if operator not in ("ilike", "like", "=ilike", "=like", "=") or not value:
            return super()._search_display_name(operator, value)
        domain = Domain("name", operator, value)
        for name in ("partner_id", "device_id"):
            model = self.env[self._fields[name].comodel_name].with_context(active_test=False)
            if model.has_access("read"):
                found = model.search([("display_name", operator, value)], limit=MOST_FOUND)
                domain |= Domain(name, "in", found.ids)
        return domain

    @api.model
    def _age(self, span):
        """Return a span as it is said at a glance: `3 d`, `5 h`, `20 min`."""
        if span.days > 0:
            return self.env._("%s d", span.days)
        minutes = max(0, int(span.total_seconds())) // 60
        if minutes >= 60:
            return self.env._("%s h", minutes // 60)
        return self.env._("%s min", minutes)
