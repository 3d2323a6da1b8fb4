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


class FsmPartUsage(models.Model):
    """What became of the part that made room for the new one."""

    _inherit = "fsm.part.usage"

    old_part = fields.Selection(OLD_PARTS, readonly=True, copy=False, audit=True)
    old_part_note = fields.Char(string="About the Old Part", readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_old_part(self):
        """Ask what became of the old part."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Old Part"),
            "res_model": "fsm.part.old",
            "view_mode": "form",
            "target": "new",
            "context": {"default_usage_id": self.id},
        }

    # === BUSINESS METHODS - VERBS === #

    @verb
    def record_old_part(self, old_part: str, note: str = ""):
        """Write down what became of the part that was taken out of the device, once.

        :param str old_part: one of `OLD_PARTS`; with `stock` it lies with the old parts of the
            branch, where nobody takes it for a new one
        :param str note: e.g. its serial number
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
                usage_sudo._keep_old_part()
            usage_sudo.write({"old_part": old_part, "old_part_note": note.strip() or False})
        return [{"id": usage.id, "old_part": usage.old_part} for usage in self]

    def _keep_old_part(self):
        """Put the old part where the branch keeps what may still be good for something."""
        branch = self.job_id.branch_id
        # It is another piece than the new one: its number, where it has one, is in the note.
        if self.product_id.is_storable and self.product_id.tracking == "none":
            plan = [(branch.usage_location_id, self.env["stock.lot"], self.quantity)]
            self._create_move(plan, branch.old_parts_location_id)._complete()
