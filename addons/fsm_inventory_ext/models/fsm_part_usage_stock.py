from odoo import fields, models

from .fsm_part_usage import AFTER_RETURN


class FsmPartUsage(models.Model):
    """How a part moves between the shelf and the device.

    Called in sudo, in the branch's company, by the verbs: they have checked role, job and state.
    """

    _inherit = "fsm.part.usage"

    # === BUSINESS METHODS - STOCK === #

    def _plan(self, lot=None):
        """Return from where the part comes; `False` if there is not enough of it.

        The technician takes what he has in his bag, else what lies on the shelves.
        """
        for source in self._bag() + self.job_id.branch_id.stock_location_id:
            plan = self.env["stock.move"]._plan_taking(self.product_id, self.quantity, source, lot)
            found = sum(quantity for _location, _lot, quantity in plan)
            if self.product_id.uom_id.compare(found, self.quantity) >= 0:
                return plan
        return False

    def _bag(self):
        """Return the bag of the caller in this branch, if he has one."""
        return self.env["fsm.technician"]._bag_of(self.env.user, self.company_id)

    def _create_move(self, plan, destination, **values):
        return self.env["stock.move"]._create_planned(
            self.product_id,
            plan,
            destination,
            company_id=self.company_id.id,
            origin=self.job_id.name,
            part_usage_id=self.id,
            **values,
        )

    def _reserve(self):
        """Keep the part for this job card, and tell whether there was enough of it."""
        plan = self._plan()
        if plan:
            self._create_move(plan, self.job_id.branch_id.usage_location_id)
            self.state = "reserved"
        return bool(plan)

    def _release(self):
        """Give up what is reserved."""
        self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))._action_cancel()

    def _use(self, lot_id=0):
        """Move the part out of the stock, freeze its price, and tell whether there was enough."""
        lot = self.product_id._find_lot(lot_id, self.company_id)
        move = self.move_ids.filtered(lambda move: move.state == "assigned")
        if lot or not move:
            self._release()
            plan = self._plan(lot)
            if not plan:
                return False
            move = self._create_move(plan, self.job_id.branch_id.usage_location_id)
        move._complete()
        self.write(self._frozen_values(lot))
        return True

    def _frozen_values(self, lot):
        """Return what is written down, once and for all, when a part is used."""
        product = self.product_id
        return {
            "state": "used",
            "lot_id": lot.id,
            "price_unit": self.job_id._part_price(product),
            "cost": product._unit_cost(self.company_id),
            "used_by_id": self.env.uid,
            "used_at": fields.Datetime.now(),
        }

    def _return(self, reason, origin):
        """Bring the part back to where it is to be had again.

        :param origin: the stock moves that took it, for the one that brings it back
        """
        if self.state == "used":
            branch = self.job_id.branch_id
            self._create_move(
                [(branch.usage_location_id, self.lot_id, self.quantity)],
                self._place_to_return(origin),
                origin_returned_move_id=origin.filtered(lambda move: move.state == "done")[:1].id,
            )._complete()
        else:
            self._release()
        self.write({"state": AFTER_RETURN[self.state], "return_reason": reason})

    def _place_to_return(self, origin):
        """Return the bag the part was taken from, else the shelves."""
        taken = origin.filtered(lambda move: move.state == "done").move_line_ids.location_id
        shelves = self.job_id.branch_id.stock_location_id
        return taken if taken and taken == self._bag() else shelves

    def _split(self, quantity):
        """Let `quantity` of this part go its own way: return a row for it, in the same state."""
        reserved = self.state == "reserved"
        if reserved:
            self._release()
        self.quantity = self.product_id.uom_id.round(self.quantity - quantity)
        [values] = self.copy_data()
        part = self._insert([{**values, "quantity": quantity, "state": self.state}])
        if reserved:
            self._reserve()
            part._reserve()
        return part
