from odoo import api, models
from odoo.exceptions import UserError

# An object no caller can send: what carries it in the context comes from our own code.
GATE = object()


class FsmGstOnceMixin(models.AbstractModel):
    """A row that is written once, by what it tells of, and stays as it is."""

    _name = "fsm.gst.once.mixin"
    _description = "Written Once"
    _changes_behind_gate = False  # whether the verbs of a model add what became of a row

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("fsm_billing_gate") is not GATE:
            raise UserError(self._said_of_a_hand())
        return super().create(vals_list)

    def write(self, vals):
        if self._changes_behind_gate and self.env.context.get("fsm_billing_gate") is GATE:
            return super().write(vals)
        raise UserError(self._said_of_a_change())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self._said_of_a_change())

    # === GETTERS === #

    def _said_of_a_hand(self):
        """Return the sentence for who creates such a row."""
        return self.env._("This is written down when it happens, not by hand.")

    def _said_of_a_change(self):
        """Return the sentence for who changes or deletes such a row."""
        return self.env._("What was written down stays as it is.")
