"""A branch asks about old parts in one of three ways; until now it did, or it did not.

Who had not switched it on is asked at the counter from now on, as a new branch is.
"""

from odoo.tools import sql


def migrate(cr, version):
    # A database from before the question was asked at all has no such column: Odoo makes it.
    if sql.table_columns(cr, "fsm_branch").get("ask_old_parts", {}).get("udt_name") != "bool":
        return
    cr.execute(
        """
        ALTER TABLE fsm_branch
         ALTER COLUMN ask_old_parts TYPE varchar
         USING CASE WHEN ask_old_parts THEN 'must' ELSE 'counter' END
        """
    )
