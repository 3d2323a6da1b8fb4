"""A number and a return know their organisation: two that write down one GSTIN do not meet (ADR 0047).

Of a return whose companies are of several organisations, the first one declares; while it is a draft
the others leave it.
"""

from odoo.tools import SQL, sql

ROOT = SQL("split_part(company.parent_path, '/', 1)::int")


def migrate(cr, version):
    for table in ("fsm_gst_number", "fsm_gst_return"):
        if sql.column_exists(cr, table, "organization_id"):
            return
        sql.create_column(cr, table, "organization_id", "int4")
    # What was issued stays as it is: this is a new fact about it. The addon locks it again when it
    # has loaded, before anybody else sees the table (`issued.lock`).
    cr.execute("ALTER TABLE fsm_gst_number DISABLE TRIGGER USER")
    cr.execute(
        SQL(
            "UPDATE fsm_gst_number n SET organization_id = %s"
            "  FROM res_company company WHERE company.id = n.company_id",
            ROOT,
        )
    )
    _give_returns_theirs(cr)


def _give_returns_theirs(cr):
    cr.execute(
        SQL(
            """
            UPDATE fsm_gst_return r SET organization_id = coalesce(
                   (SELECT %(root)s
                      FROM fsm_gst_return_res_company_rel declared
                      JOIN res_company company ON company.id = declared.res_company_id
                     WHERE declared.fsm_gst_return_id = r.id ORDER BY company.id LIMIT 1),
                   (SELECT %(root)s
                      FROM res_users maker JOIN res_company company ON company.id = maker.company_id
                     WHERE maker.id = coalesce(r.create_uid, 1)))
            """,
            root=ROOT,
        )
    )
    cr.execute(
        SQL(
            """
            DELETE FROM fsm_gst_return_res_company_rel declared
                  USING fsm_gst_return r, res_company company
                  WHERE r.id = declared.fsm_gst_return_id AND r.state = 'draft'
                    AND company.id = declared.res_company_id AND %s <> r.organization_id
            """,
            ROOT,
        )
    )
