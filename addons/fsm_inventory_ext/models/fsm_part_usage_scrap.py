from odoo import models

from odoo.addons.fsm_jobs.lifecycle import NEXT_STATES
from odoo.addons.fsm_jobs.verbs import verb

from .fsm_part_usage import SETTLED_STATES


class FsmPartUsage(models.Model):
    """A part that broke on its way into the device: nobody pays for it but us."""

    _inherit = "fsm.part.usage"

    # === ACTION METHODS === #

    def action_scrap(self):
        """Ask a manager why the part is written off."""
        return self._return_dialog(self.env._("Scrap Part"), is_scrap=True)

    # === BUSINESS METHODS - VERBS === #

    @verb
    def scrap_part(self, reason: str, quantity: float = 0.0, *, client_ref: str = ""):
        """Write off a part that was laid out or built in, and is good for nothing any more.

        :param str reason: 10 characters or more; a manager gives it
        :param float quantity: less than all leaves the rest as it was; by default all
        :return: ``{id, state, quantity}``; where some is left, of what is left
        """
        self.job_id._check_may_handle_parts("manager")
        return self.env["fsm.client.ref"]._once_together(
            self,
            "scrap_part",
            client_ref,
            {"reason": reason, "quantity": quantity},
            lambda: self._scrap_parts(reason, quantity),
        )

    # === BUSINESS METHODS - STOCK === #

    def _scrap_parts(self, reason, quantity):
        """Write the parts off, and return the answers of the verb."""
        self.env["stock.quant"]._check_reason(reason)
        job_states = set(NEXT_STATES) - SETTLED_STATES
        for usage_sudo in self._checked_for({"reserved", "used"}, job_states, "manager"):
            rest = usage_sudo._rest(quantity)
            part = usage_sudo._split(usage_sudo.quantity - rest) if rest else usage_sudo
            part._scrap(reason.strip())
        return self._answers()

    def _scrap(self, reason):
        """Move the part to the loss; called in sudo, in the branch's company."""
        product, branch = self.product_id, self.job_id.branch_id
        values = {"state": "scrapped", "return_reason": reason}
        if self.state == "used":
            plan = [(branch.usage_location_id, self.lot_id, self.quantity)]
            self._create_move(plan, product.property_stock_inventory)._complete()
        else:
            # What was laid out is what broke, in whosever bag it lies.
            plan, _rest = self._take_share(self._release())
            plan = plan or self._plan()
            if not plan:
                raise self._shortage()
            loss = product.property_stock_inventory
            moves = self._create_move(plan, loss, inventory_name=reason)
            values["cost"] = moves._complete()._cost_of_one()
        self.write(values)
