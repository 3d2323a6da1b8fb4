from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.fsm_jobs.lifecycle import FINAL_STATES, NEXT_STATES
from odoo.addons.fsm_jobs.verbs import verb

# What becomes of the part that came out of the device.
OLD_PARTS = [
    ("customer", "Kept by the Customer"),
    ("waived", "Waived by the Customer"),
    ("stock", "Put with the Old Parts"),
    ("scrapped", "Scrapped"),
    ("supplier", "Sent to the Supplier"),
]
# What becomes later of one that was put with the old parts.
CLEARED_PARTS = [
    ("scrapped", "Scrapped"),
    ("supplier", "Sent to the Supplier"),
    ("shelf", "Taken into Our Stock"),
]


class FsmPartUsage(models.Model):
    """What became of the part that made room for the new one."""

    _inherit = "fsm.part.usage"

    # Copied where a part is split: the old ones go with the new ones.
    old_part = fields.Selection([*OLD_PARTS, CLEARED_PARTS[-1]], readonly=True, audit=True)
    old_part_note = fields.Char(string="About the Old Part", readonly=True, audit=True)
    old_lot_id = fields.Many2one(
        string="Number of the Old Part",
        comodel_name="stock.lot",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Under which it lies with the old parts of the branch.",
    )

    # === ACTION METHODS === #

    def action_old_part(self):
        """Ask what became of the old part; of one that was kept, what becomes of it now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Old Part"),
            "res_model": "fsm.part.old",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_usage_id": self.id,
                "default_is_kept": self.old_part == "stock",
            },
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def record_old_part(self, old_part: str, note: str = "", *, lot: str = ""):
        """Write down what became of the part that was taken out of the device, once.

        :param str old_part: one of `OLD_PARTS`; with `stock` it lies with the old parts of the
            branch, where nobody takes it for a new one
        :param str note: whatever should be known about it
        :param str lot: its serial or lot number, where such parts have one and it is kept; without
            it a number is made of that of the job card
        :return: ``{id, old_part}``
        """
        if old_part not in dict(OLD_PARTS):
            raise UserError(
                self.env._("“old_part” must be one of: %s.", ", ".join(key for key, _ in OLD_PARTS))
            )
        open_states = set(NEXT_STATES) - FINAL_STATES
        # The counter hands it back, the bench took it out.
        role = "technician" if self.env.user.fsm_role == "technician" else "receptionist"
        for usage_sudo in self._checked_for({"used"}, open_states, role):
            if usage_sudo.old_part:
                raise UserError(self.env._("What became of the old part is written down already."))
            if old_part == "stock":
                usage_sudo._keep_old_part(lot.strip())
            usage_sudo.write({"old_part": old_part, "old_part_note": note.strip() or False})
        return self._old_answers()

    @verb
    def clear_old_part(self, fate: str, reason: str):
        """Take what was kept out of the old parts, however far its job card is; a manager does.

        :param str fate: one of `CLEARED_PARTS`; with `shelf` it is ours from now on, and is worth
            what the part has cost the branch until now
        :param str reason: 10 characters or more
        :return: ``{id, old_part}``
        """
        if fate not in dict(CLEARED_PARTS):
            fates = ", ".join(key for key, _label in CLEARED_PARTS)
            raise UserError(self.env._("“fate” must be one of: %s.", fates))
        self.env["stock.quant"]._check_reason(reason)
        states = {"used", "scrapped"}  # the new one may have broken since
        for usage_sudo in self._checked_for(states, set(NEXT_STATES), "manager"):
            if usage_sudo.old_part != "stock":
                raise UserError(self.env._("The old part does not lie with the old parts."))
            usage_sudo._clear_old_part(fate)
            note = " · ".join(filter(None, [usage_sudo.old_part_note, reason.strip()]))
            usage_sudo.write({"old_part": fate, "old_part_note": note})
        return self._old_answers()

    def _old_answers(self):
        return [{"id": usage.id, "old_part": usage.old_part} for usage in self]

    # === BUSINESS METHODS - STOCK === #

    def _keep_old_part(self, number):
        """Put the old part where the branch keeps what may still be good for something."""
        branch = self.job_id.branch_id
        if self.product_id.is_storable:
            self.old_lot_id = self._old_lot(number)
            plan = [(branch.usage_location_id, self.old_lot_id, self.quantity)]
            self._create_move(plan, branch.old_parts_location_id)._complete()

    def _old_lot(self, number):
        """Return the number of the old part: it is another piece than the new one."""
        product = self.product_id
        if product.tracking == "none":
            return self.env["stock.lot"]
        name = number or f"{self.job_id.name}/{self.id}"
        lot = product._lots([name], self.company_id, create=True)
        here = ("internal", "transit")
        quants = lot.quant_ids.filtered(lambda q: q.quantity > 0 and q.location_id.usage in here)
        if product.tracking == "serial" and (lot == self.lot_id or quants):
            raise UserError(
                self.env._(
                    "%(number)s is the number of another %(part)s that is ours.",
                    number=name,
                    part=product.display_name,
                )
            )
        return lot

    def _give_back_old_part(self):
        """Put the old part back into the device, out of which the new one was taken.

        What has left the old parts since has left with a move of its own.
        """
        if self.old_part != "stock":
            return
        self._move_old_part(self.job_id.branch_id.usage_location_id)
        self.write({"old_part": False, "old_part_note": False, "old_lot_id": False})

    def _clear_old_part(self, fate):
        """Move the old part to where it goes now; called in sudo, in the branch's company."""
        places = {
            "scrapped": self.product_id.property_stock_inventory,
            "supplier": self.env.ref("stock.stock_location_suppliers"),
            "shelf": self.job_id.branch_id.stock_location_id,
        }
        self._move_old_part(places[fate])

    def _move_old_part(self, destination):
        """Move what of the old part still lies with the old parts of the branch."""
        place, moves = self.job_id.branch_id.old_parts_location_id, self.env["stock.move"]
        if self.product_id.is_storable:
            lot = self.old_lot_id or None
            plan = moves._plan_taking(self.product_id, self.quantity, place, lot)
            if plan:
                self._create_move(plan, destination)._complete()
