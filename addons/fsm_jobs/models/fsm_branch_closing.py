from odoo import models
from odoo.exceptions import UserError


class FsmBranch(models.Model):
    """A branch closes: what it did stays readable, and nothing new begins there.

    Its company stays active: whoever worked there still reads its job cards and invoices, and the
    last credit note can be written.
    """

    _inherit = "fsm.branch"

    # === CRUD METHODS === #

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_nothing_open()
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _check_nothing_open(self):
        self.check_access("write")
        # Whoever may close it counts all of it, also what is not switched on.
        counts = (
            self.env["fsm.job"]
            .sudo()
            ._read_group(
                [("branch_id", "in", self.ids), ("is_open", "=", True)], ["branch_id"], ["__count"]
            )
        )
        if counts:
            branch, count = counts[0]
            raise UserError(
                self.env._(
                    "Branch %(branch)s still has %(count)s open job cards: deliver or cancel them "
                    "before you close it.",
                    branch=branch.name,
                    count=count,
                )
            )

    def _check_open(self):
        """Refuse what begins in a branch that is closed."""
        for branch in self:
            if not branch.active:
                raise UserError(
                    self.env._("Branch %s is closed: nothing new begins there.", branch.name)
                )
