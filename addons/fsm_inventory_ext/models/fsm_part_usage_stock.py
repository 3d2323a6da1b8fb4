from odoo import fields, models

from .fsm_part_usage import AFTER_RETURN


class FsmPartUsage(models.Model):
    """How a part moves between the shelf and the device.

    Called in sudo, in the branch's company, by the verbs: they have checked role, job and state.
    """

    _inherit = "fsm.part.usage"

    # === BUSINESS METHODS - STOCK === #

    def _plan(self, lot=None):
        """Return from where the part comes; `False` if there is not enough of it."""
        for source in self._sources():
            plan = self.env["stock.move"]._plan_taking(self.product_id, self.quantity, source, lot)
            found = sum(quantity for _location, _lot, quantity in plan)
            if self.product_id.uom_id.compare(found, self.quantity) >= 0:
                return plan
        return False

    def _sources(self):
        """Return where the part is looked for: in the bag of who builds it in, then on the shelves.

        That is the caller if he is on the job card; whoever else acts, acts for its technicians.
        """
        crew = self.job_id.lead_technician_id | self.job_id.technician_ids
        builders = crew.filtered(lambda technician: technician.user_id == self.env.user) or crew
        bags = builders.bag_location_id.filtered(lambda bag: bag.company_id == self.company_id)
        return bags + self.job_id.branch_id.stock_location_id

    def _bag(self):
        """Return the bag of the caller in this branch, if he has one."""
        return self.env["fsm.technician"]._bag_of(self.env.user, self.company_id)

    def _create_move(self, plan, destination, **values):
        return self.env["stock.move"]._create_planned(
            self.product_id, plan, destination, **self._move_values(), **values
        )

    def _move_values(self):
        return {
            "company_id": self.company_id.id,
            "origin": self.job_id.name,
            "part_usage_id": self.id,
        }

    def _reserve(self):
        """Keep the part for this job card, and tell whether there was enough of it."""
        plan = self._plan()
        if plan:
            self._create_move(plan, self.job_id.branch_id.usage_location_id)
            self.state = "reserved"
        return bool(plan)

    def _reserve_from_shelves(self):
        """Keep parts of one branch for their job cards, in this order, all in one go.

        Who needs more than there is left does not hold up who needs less.

        :return: those for which there was enough
        """
        branch, moves = self.job_id.branch_id, self.env["stock.move"]
        served, values = self.browse(), []
        for product, usages in self.grouped("product_id").items():
            wanted = sum(usages.mapped("quantity"))
            shelf = moves._plan_taking(product, wanted, branch.stock_location_id)
            for usage in usages:
                plan, shelf = usage._take_share(shelf)
                if plan:
                    served += usage
                    values.append(
                        moves._planned_values(
                            product, plan, branch.usage_location_id, **usage._move_values()
                        )
                    )
        moves.create(values)
        served.state = "reserved"
        return served

    def _take_share(self, shelf):
        """Return what this part takes of what lies there, and what it leaves for others.

        :param shelf: as `stock.move._plan_taking` returns it
        :return: ``(plan, rest)``; an empty plan if there is not enough
        """
        uom, missing = self.product_id.uom_id, self.quantity
        plan, rest = [], []
        for location, lot, quantity in shelf:
            taken = min(quantity, missing)
            if uom.compare(taken, 0) > 0:
                plan.append((location, lot, taken))
                missing = uom.round(missing - taken)
            if uom.compare(quantity, taken) > 0:
                rest.append((location, lot, uom.round(quantity - taken)))
        return ([], shelf) if uom.compare(missing, 0) > 0 else (plan, rest)

    def _release(self):
        """Give up what is reserved, and return where it lies, as `_plan` does."""
        moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        plan = [
            (line.location_id, line.lot_id, line.quantity_product_uom)
            for line in moves.move_line_ids
        ]
        moves._action_cancel()
        return plan

    def _use(self, lot_id=0):
        """Move parts of one branch out of the stock, and freeze their prices.

        :return: those of which there was not enough
        """
        lots = {usage: usage.product_id._find_lot(lot_id, usage.company_id) for usage in self}
        taking = {usage: usage._move_to_use(lot) for usage, lot in lots.items()}
        moves = self.env["stock.move"].union(*taking.values())
        if moves:
            moves._complete()
        served = self.filtered(lambda usage: taking[usage])
        for usage in served:
            usage.write(usage._frozen_values(lots[usage], taking[usage]))
        return self - served

    def _move_to_use(self, lot):
        """Return the move that takes this part, reserved; nothing if there is not enough of it."""
        move = self.move_ids.filtered(lambda move: move.state == "assigned")
        if move and not lot:
            return move
        self._release()
        plan = self._plan(lot)
        usage_location = self.job_id.branch_id.usage_location_id
        return self._create_move(plan, usage_location) if plan else self.env["stock.move"]

    def _frozen_values(self, lot, move):
        """Return what is written down, once and for all, when `move` has taken a part."""
        product = self.product_id
        return {
            "state": "used",
            "lot_id": lot.id,
            "price_unit": self.job_id._part_price(product),
            "cost": move._cost_of_one(),
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
                origin_returned_move_id=self._took(origin)[:1].id,
            )._complete()
            self._give_back_old_part()
        else:
            self._release()
        self.write({"state": AFTER_RETURN[self.state], "return_reason": reason})

    def _took(self, origin):
        """Return those of the moves that have built the part in, and not the one of the old part."""
        usage_location = self.job_id.branch_id.usage_location_id
        return origin.filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_id == usage_location
                and not move.location_id.is_old_parts
            )
        )

    def _place_to_return(self, origin):
        """Return the bag the part was taken from, else the shelves."""
        taken = self._took(origin).move_line_ids.location_id
        shelves = self.job_id.branch_id.stock_location_id
        return taken if taken and taken == self._bag() else shelves

    def _split(self, quantity):
        """Let `quantity` of this part go its own way: return a row for it, in the same state.

        What is reserved stays so where it lies, be it in the bag of another than the caller.
        """
        reserved = self.state == "reserved"
        shelf = self._release() if reserved else []
        self.quantity = self.product_id.uom_id.round(self.quantity - quantity)
        [values] = self.copy_data()
        part = self._insert([{**values, "quantity": quantity, "state": self.state}])
        for usage in self + part if reserved else ():
            plan, shelf = usage._take_share(shelf)
            if not plan:
                plan, shelf = usage._plan(), []
            if not plan:
                raise usage._shortage()
            usage._create_move(plan, usage.job_id.branch_id.usage_location_id)
        return part
