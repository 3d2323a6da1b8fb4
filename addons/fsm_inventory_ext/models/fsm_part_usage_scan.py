from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.fsm_jobs.verbs import verb

MAX_WAITING = 80  # requests on one screen of the store


class FsmPartUsage(models.Model):
    """What the store hands out when a part is scanned, and which piece the technician builds in."""

    _inherit = "fsm.part.usage"

    # === ACTION METHODS === #

    def action_use(self):
        """Override: of a part with numbers, ask which piece it is."""
        if len(self) == 1 and self.product_id.tracking != "none":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Use Part"),
                "res_model": "fsm.part.use",
                "view_mode": "form",
                "target": "new",
                "context": {"default_usage_id": self.id},
            }
        return super().action_use()

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def waiting_for(self, product_id: int = 0, branch_id: int = 0):
        """List the requests that the store has not served, who was promised first first.

        :param int product_id: of one part only
        :return: ``[{id, product_id, part, job_id, job, quantity, technician, promised_at, free}]``
        """
        if not self.env.su and not self.env["fsm.job"]._has_role({"accountant"}):
            raise AccessError(self.env._("Your role does not issue parts."))
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        domain = [("state", "=", "requested"), ("company_id", "=", branch.company_id.id)]
        domain += [("product_id", "=", product_id)] if product_id else []
        usages = self._promised_first(domain)
        stock = branch._stock(usages.product_id)
        return [usage._waiting(stock) for usage in usages]

    @api.model
    def _promised_first(self, domain):
        """Return the `MAX_WAITING` requests of `domain` whose customers were promised first."""
        # Odoo orders by no field of another model: the job cards first, then what they wait for.
        jobs = self.env["fsm.job"].search(
            [("part_usage_ids", "any", domain)], order="promised_at, id", limit=MAX_WAITING
        )
        usages = self.search([*domain, ("job_id", "in", jobs.ids)])
        return usages.sorted(
            lambda usage: (not usage.job_id.promised_at, usage.job_id.promised_at or 0, usage.id)
        )[:MAX_WAITING]

    def _waiting(self, stock):
        promised_at = self.job_id.promised_at
        return {
            "id": self.id,
            "product_id": self.product_id.id,
            "part": self.product_id.display_name,
            "job_id": self.job_id.id,
            "job": self.job_id.name,
            "quantity": self.quantity,
            "technician": self.job_id.lead_technician_id.name or "",
            "promised_at": promised_at.strftime("%Y-%m-%d %H:%M:%S") if promised_at else False,
            "free": stock.get(self.product_id, (0.0, 0.0))[1],
        }

    # === BUSINESS METHODS === #

    def _lots_at_hand(self):
        """Return the pieces of the part that lie where it is taken from."""
        usage_sudo = self.sudo()  # the numbers of the branch's pieces are no secret in it
        places_sudo = usage_sudo._sources()
        rows = usage_sudo.env["stock.quant"]._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", places_sudo.ids),
                ("lot_id", "!=", False),
            ],
            ["lot_id"],
            having=[("quantity:sum", ">", 0)],
        )
        return self.env["stock.lot"].browse([lot.id for (lot,) in rows])
