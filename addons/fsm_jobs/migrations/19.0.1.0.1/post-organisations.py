"""Device categories and faults that a manager added before they had an organisation get theirs.

Without one they would be everybody's, and nobody's to change. What is shipped stays everybody's; so
does what several organisations use already, for each of them still has to read it.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

# table: the organisations that use one of its rows, categories before their faults.
USERS = {
    "fsm_device_category": SQL(
        "SELECT model.company_id FROM fsm_device_model model WHERE model.category_id = kind.id"
    ),
    "fsm_device_fault": SQL(
        """
        SELECT split_part(company.parent_path, '/', 1)::int
          FROM fsm_device_fault_fsm_job_rel used
          JOIN fsm_job job ON job.id = used.fsm_job_id
          JOIN res_company company ON company.id = job.company_id
         WHERE used.fsm_device_fault_id = kind.id
         UNION
        SELECT category.company_id FROM fsm_device_category category
         WHERE category.id = kind.category_id AND category.company_id IS NOT NULL
        """
    ),
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for table, users in USERS.items():
        Kind = env[table.replace("_", ".")]
        for kind_id, using, made in env.execute_query(_homeless(Kind, users)):
            owners = set(using) or set(made)
            if len(owners) == 1:
                Kind.browse(kind_id).company_id = owners.pop()
        env.flush_all()  # the next query reads it


def _homeless(Kind, users):
    """Return the query for what nobody shipped: its id, who uses it, whose user made it.

    A maker counts if his organisation has a branch: others repair nothing, and would keep it hidden.
    """
    return SQL(
        """
        SELECT kind.id,
               ARRAY(%(users)s),
               ARRAY(SELECT split_part(company.parent_path, '/', 1)::int
                       FROM res_users maker JOIN res_company company ON company.id = maker.company_id
                      WHERE maker.id = kind.create_uid AND maker.id != %(system)s
                        AND EXISTS (SELECT 1 FROM fsm_branch branch
                                     WHERE branch.organization_id
                                           = split_part(company.parent_path, '/', 1)::int))
          FROM %(table)s kind
         WHERE kind.company_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM ir_model_data shipped
                             JOIN ir_module_module module ON module.name = shipped.module
                            WHERE shipped.model = %(model)s AND shipped.res_id = kind.id)
        """,
        users=users,
        system=SUPERUSER_ID,
        table=SQL.identifier(Kind._table),
        model=Kind._name,
    )
