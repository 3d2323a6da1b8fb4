"""Fills a branch with as many job cards as a chain has after years: to look at screens and plans.

Rows are copied by PostgreSQL from one customer, one device and one job card that are there, with
other names, numbers, phones, statuses and dates; a hundred thousand take less than a minute.
"""

from odoo.tools import SQL

JOBS_PER_CUSTOMER = 4

# What differs from the row that is copied: column → expression of `n`, from 0, and of `id`.
CUSTOMER = {
    "name": SQL("'Customer ' || n"),
    "complete_name": SQL("'Customer ' || n"),
    "phone": SQL(
        "'+91 8' || lpad((n / 100000 %% 10000)::text, 4, '0') || ' ' || lpad((n %% 100000)::text, 5, '0')"
    ),
    "phone_sanitized": SQL("'+918' || lpad(n::text, 9, '0')"),
    "email": SQL("NULL"),
    "email_normalized": SQL("NULL"),
    "ref": SQL("NULL"),
    "commercial_partner_id": SQL("copy.id"),
}
DEVICE = {"serial": SQL("'SEED' || lpad(n::text, 8, '0')"), "imei": SQL("NULL")}
PART = {"default_code": SQL("'SEED' || lpad(n::text, 6, '0')"), "barcode": SQL("NULL")}
JOB = {
    "name": SQL("template.name || '-' || lpad(n::text, 6, '0')"),
    "state": SQL(
        "CASE WHEN n %% 20 > 1 THEN 'delivered'"
        " ELSE (ARRAY['received', 'diagnosis', 'estimate', 'parts', 'repair', 'qc', 'ready',"
        " 'unclaimed'])[1 + n / 20 %% 8] END"
    ),
    "state_since": SQL("now() AT TIME ZONE 'UTC' - n * interval '20 minutes'"),
    "received_at": SQL("now() AT TIME ZONE 'UTC' - n * interval '21 minutes'"),
    "promised_at": SQL("now() AT TIME ZONE 'UTC' - (n - 200) * interval '19 minutes'"),
    "delivered_at": SQL("NULL"),
    "access_token": SQL("md5('seed' || copy.id)"),
    "client_ref": SQL("NULL"),
    "has_passcode": SQL("FALSE"),
}


def seed(env, jobs, template):
    """Copy `template` into so many more job cards of its branch, and analyse the tables.

    :param int jobs: how many
    :param template: a job card; its customer and device are copied, too
    """
    customers = max(1, jobs // JOBS_PER_CUSTOMER)
    env.flush_all()
    first_customer = _copy(env, template.partner_id, customers, CUSTOMER)
    owner = {"partner_id": SQL("%s + n", first_customer)}
    first_device = _copy(env, template.device_id, customers, DEVICE | owner)
    links = {
        "partner_id": SQL("%s + n %% %s", first_customer, customers),
        "device_id": SQL("%s + n %% %s", first_device, customers),
    }
    first_job = _copy(env, template, jobs, JOB | links)
    _tidy(env.cr, ("res_partner", "fsm_device", "fsm_job"))
    env.invalidate_all()
    return first_job


def seed_parts(env, parts, rule):
    """Copy the part of a reorder rule, the rule and its stock into so many more of a branch.

    :param int parts: how many; every tenth is below its minimum
    :param rule: a `stock.warehouse.orderpoint` whose part lies on the shelf
    """
    env.flush_all()
    quant = env["stock.quant"].search(
        [("product_id", "=", rule.product_id.id), ("location_id", "=", rule.location_id.id)],
        limit=1,
    )
    first_template = _copy(env, rule.product_id.product_tmpl_id, parts, PART)
    template = {"product_tmpl_id": SQL("%s + n", first_template)}
    first_part = _copy(env, rule.product_id, parts, PART | template)
    part = {"product_id": SQL("%s + n", first_part)}
    _copy(env, rule, parts, part | {"alerted_at": SQL("NULL")})
    count = SQL(
        "CASE WHEN n %% 10 = 0 THEN 0 ELSE template.quantity + %s END", rule.product_min_qty
    )
    _copy(env, quant, parts, part | {"quantity": count, "reserved_quantity": SQL("0")})
    _tidy(env.cr, ("product_product", "stock_warehouse_orderpoint", "stock_quant"))
    env.invalidate_all()


def _copy(env, record, count, changes):
    """Insert `count` copies of a record; return the id of the first, the others follow it."""
    table = SQL.identifier(record._table)
    env.cr.execute(SQL("SELECT max(id) + 1 FROM %s", table))
    first = env.cr.fetchone()[0]
    columns = [name for name, field in record._fields.items() if field.store and field.column_type]
    changes = {"id": SQL("copy.id"), **changes}
    values = [changes.get(name) or SQL("template.%s", SQL.identifier(name)) for name in columns]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s AS template,"
            " (SELECT n, %s + n AS id FROM generate_series(0, %s - 1) AS n) AS copy"
            " WHERE template.id = %s",
            table,
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(values),
            table,
            first,
            count,
            record.id,
        )
    )
    sequence = f"{record._table}_id_seq"
    env.cr.execute("SELECT setval(%s, %s)", [sequence, first + count])
    return first


def _tidy(cr, tables):
    """Bring statistics and trigram indexes up to date, as autovacuum does a minute later."""
    for table in tables:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    cr.execute(
        """
        SELECT gin_clean_pending_list(indexrelid)
          FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
          JOIN pg_am ON pg_am.oid = relam AND amname = 'gin'
         WHERE indrelid::regclass::text = ANY(%s)
        """,
        [list(tables)],
    )
