"""Old parts lie where Odoo values nothing, and a reorder rule knows how short it was told to run.

Somebody is reminded of each claim that pends: who opened it before there were reminders, too.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, sql


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    _free_old_parts_of_value(env)
    told = env["stock.warehouse.orderpoint"].search([("alerted_at", "!=", False)])
    levels = {row.id: row.level for row in env["fsm.low.stock"].search([])}
    for rule in told:
        rule.alerted_level = levels.get(rule.id, "low")
    pending = [("state", "in", ("open", "sent", "accepted"))]
    env["fsm.supplier.claim"].search(pending)._remind()


def _free_old_parts_of_value(env):
    places = env["fsm.branch"].with_context(active_test=False).search([]).old_parts_location_id
    if not places:
        return
    # Odoo converts no place in which something lies; nothing that lies there moves by this.
    env.execute_query(
        SQL(
            "UPDATE stock_location SET usage = 'customer', is_old_parts = true WHERE id IN %s "
            "RETURNING id",
            tuple(places.ids),
        )
    )
    env.invalidate_all()
    places.location_id = False  # beside the warehouse, where no count of new parts looks
    if sql.column_exists(env.cr, "stock_move", "is_in"):  # Odoo's valuation is there
        for column, place in (("is_in", "location_dest_id"), ("is_out", "location_id")):
            env.execute_query(
                SQL(
                    "UPDATE stock_move SET %s = false, value = 0 WHERE %s IN %s AND %s RETURNING id",
                    SQL.identifier(column),
                    SQL.identifier(place),
                    tuple(places.ids),
                    SQL.identifier(column),
                )
            )
        env.invalidate_all()
