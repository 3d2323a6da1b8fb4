from odoo import api, models


class FsmPartUsage(models.Model):
    """What arrives is laid out for who waits for it, whose customer was promised first."""

    _inherit = "fsm.part.usage"

    # === BUSINESS METHODS - STOCK === #

    @api.model
    def _serve_waiting(self, products, company):
        """Lay out what of `products` is free in a branch for its job cards that wait.

        Called in sudo when parts have arrived. Who needs more than there is does not hold up who
        needs less.
        """
        waiting = self.search(
            [
                ("product_id", "in", products.ids),
                ("company_id", "=", company.id),
                ("state", "=", "requested"),
            ]
        )
        first_promised = waiting.sorted(lambda usage: usage._turn())
        served = first_promised.with_company(company)._without_defaults()._reserve_from_shelves()
        served._tell_technicians()

    def _turn(self):
        """Return when it is the turn of this request: who has no promise waits behind the others."""
        promised_at = self.job_id.promised_at
        return (not promised_at, promised_at or self.create_date, self.id)

    def _tell_technicians(self):
        """Tell whoever repairs that his part is there."""
        for job, usages in self.grouped("job_id").items():
            technicians = job.lead_technician_id or job.technician_ids
            job.message_notify(
                partner_ids=technicians.user_id.partner_id.ids,
                subject=self.env._("Job card %s: its part has arrived", job.name),
                body=", ".join(usages.product_id.mapped("display_name")),
            )
