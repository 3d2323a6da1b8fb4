from odoo import api, models


class FsmPartUsage(models.Model):
    """What is there again is laid out for who waits for it, whose customer was promised first.

    It has arrived, or somebody for whom it was laid out does without it.
    """

    _inherit = "fsm.part.usage"

    # === BUSINESS METHODS - STOCK === #

    @api.model
    def _serve_waiting(self, products, company):
        """Lay out what of `products` is free in a branch for its job cards that wait.

        Called in sudo when parts are there again. Who needs more than there is does not hold up
        who needs less.
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

    def _offer_released(self):
        """Lay out what these parts have given up for the next who waits in their branch. In sudo."""
        released = self.filtered(lambda usage: usage.state == "returned")
        for company, parts in released.grouped("company_id").items():
            self._serve_waiting(parts.product_id, company)

    def _turn(self):
        """Return when it is the turn of this request: who has no promise waits behind the others."""
        promised_at = self.job_id.promised_at
        return (not promised_at, promised_at or self.create_date, self.id)

    def _tell_technicians(self):
        """Tell whoever repairs that his part is there; where nobody does, the managers."""
        for job, usages in self.grouped("job_id").items():
            people = (job.lead_technician_id or job.technician_ids).user_id
            if not people:
                people, _others = self.env["stock.warehouse.orderpoint"]._people(job.company_id)
            job.message_notify(
                partner_ids=people.partner_id.ids,
                subject=self.env._("Job card %s: its part is there", job.name),
                body=", ".join(usages.product_id.mapped("display_name")),
            )
