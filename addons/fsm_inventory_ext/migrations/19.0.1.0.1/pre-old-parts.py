"""A branch asks about old parts in one of three ways; until now it did, or it did not.

Who had not switched it on is asked at the counter from now on, as a new branch is.
"""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE fsm_branch
         ALTER COLUMN ask_old_parts TYPE varchar
         USING CASE WHEN ask_old_parts THEN 'must' ELSE 'counter' END
        """
    )
