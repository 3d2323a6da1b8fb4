from odoo import api, models
from odoo.tools import SQL

from ..lifecycle import STATES

STATE_KEYS = [key for key, _label in STATES]


def place(state):
    """Return how far along its life a job card in a state is, as SQL."""
    return SQL("array_position(%s::varchar[], %s)", STATE_KEYS, state)


class FsmStateMixin(models.AbstractModel):
    """What has the `state` of a job card is sorted by it as life goes, not by the alphabet."""

    _name = "fsm.state.mixin"
    _description = "Sorted by Status"

    # === BUSINESS METHODS === #

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Override for lists."""
        if field_name == "state":
            state = self._field_to_sql(alias, field_name, query)
            return SQL("%s %s %s", place(state), direction, nulls)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Override for groups: of a board, a pivot, a chart."""
        if "state" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        state = groupby_terms["state"]
        groupby_terms["state"] = place(state)  # `super` may add to the terms of others
        result = super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["state"] = state
        return result
