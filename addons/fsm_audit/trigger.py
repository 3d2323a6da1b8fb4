"""The text of the triggers: each table has one function, generated from what is declared.

A connection that comes back to Odoo's pool forgets its plans, so each expression and each SQL
statement of a body is planned again in every request: a body has one of each. Measured against an
`IF` for each column, see docs/adr/0002.
"""

import hashlib

from odoo.tools import SQL

from .const import CHANGED
from .declaration import Relation

SCHEMA = "fsm_audit"
NAME = "fsm_audit_capture"

# What Odoo reads from an empty column of a type; writing it into one is no change.
EMPTY = {"bool": "false", "int4": "0", "int8": "0", "float8": "0", "numeric": "0"}
TEXTS = {"varchar", "text"}


def function(table):
    """Return the name of the function of a table."""
    name = f"capture_{table}"
    if len(name) > 63:  # PostgreSQL's limit
        name = f"{name[:54]}_{hashlib.md5(name.encode()).hexdigest()[:8]}"
    return SQL.identifier(SCHEMA, name)


def body(capture):
    """Return what the function of a table does. Of no columns: nothing, and it stays that way."""
    if not capture.columns:
        return "BEGIN RETURN NULL; END"
    return _relation_body(capture) if isinstance(capture, Relation) else _table_body(capture)


def definitions(capture):
    """Return the triggers of a table: name → when, and what they run."""
    table, runs = SQL.identifier(capture.name), function(capture.name)
    if isinstance(capture, Relation):
        each = SQL("FOR EACH STATEMENT EXECUTE FUNCTION %s()", runs)
        return {
            f"{NAME}_insert": SQL(
                "AFTER INSERT ON %s REFERENCING NEW TABLE AS changed_rows %s", table, each
            ),
            f"{NAME}_delete": SQL(
                "AFTER DELETE ON %s REFERENCING OLD TABLE AS changed_rows %s", table, each
            ),
        }
    return {
        NAME: SQL(
            "AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()",
            table,
            runs,
        ),
        f"{NAME}_truncate": SQL(
            "AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION fsm_audit.truncated(%s)",
            table,
            capture.model,
        ),
    }


def _literal(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def _table_body(table):
    """Return the body for a table: one expression finds what changed, one `INSERT` writes it."""
    masked = [column for column in table.columns if column.how == "masked"]
    values = {
        "op": "left(TG_OP, 1)",
        "class": _literal(table.class_),
        "kind": _literal(table.kind),
        "model": _literal(table.model),
        "res_id": "COALESCE(NEW.id, OLD.id)",
        "company_id": _company(table),
        "actor": "NEW.write_uid" if table.has_uid else "NULL",
        "app": "CASE WHEN ctx IS NULL THEN current_setting('application_name') END",
        "ctx": "ctx",
        "changes": "changes",
    }
    return f"""
DECLARE
    changes jsonb := {_found(table.columns, _shown)};
    vals jsonb := {_found(masked, _true) if masked else "NULL"};
    salt text;
    ctx jsonb;
BEGIN
    IF changes = '{{}}' AND TG_OP = 'UPDATE' THEN
        RETURN NULL;
    END IF;
    ctx := NULLIF(current_setting('fsm.ctx', true), '')::jsonb;
{_insert_masked(table, values) if masked else _insert(values)}
    RETURN NULL;
END"""  # names of columns come from declarations, never from users


def _found(columns, pair):
    """Return the expression of `{column: [old, new]}` for those columns that changed."""
    return "\n        || ".join(
        f"CASE WHEN {_differs(column)} THEN jsonb_build_object('{column.name}',"
        f" jsonb_build_array({', '.join(pair(column))})) ELSE '{{}}' END"
        for column in columns
    )


def _differs(column):
    old, new = _true(column)
    if empty := EMPTY.get(column.type):
        return f"COALESCE({old}, {empty}) <> COALESCE({new}, {empty})"
    return f"{old} IS DISTINCT FROM {new}"


def _true(column):
    return f'OLD."{column.name}"', f'NEW."{column.name}"'


def _shown(column):
    """Return what the entry says of the old and of the new value."""
    if column.how == "masked":
        return (f"fsm_audit.mask({value}::text)" for value in _true(column))
    if column.how == "changed":
        return (f"CASE WHEN {value} IS NOT NULL THEN '{CHANGED}' END" for value in _true(column))
    if column.type in TEXTS:
        return (f"fsm_audit.clip({value})" for value in _true(column))
    return _true(column)


def _company(table):
    if not table.company:
        return "NULL"
    column = f'NEW."{table.company}", OLD."{table.company}"'
    return f"COALESCE({column}, fsm_audit.working_company(ctx))"


def _insert(values):
    return f"""    INSERT INTO fsm_audit.entry ({", ".join(values)})
    VALUES ({", ".join(values.values())});"""  # noqa: S608 - as above


def _insert_masked(table, values):
    """One statement for the entry and, if a masked value changed, for what it really was."""
    partner = f'COALESCE(NEW."{table.partner}", OLD."{table.partner}")' if table.partner else "NULL"
    commitment = "encode(sha256(convert_to(salt || vals::text, 'UTF8')), 'base64')"
    insert = _insert(values | {"commitment": commitment}).rstrip(";")
    row = f"id, {values['model']}, {values['res_id']}, {partner}, salt, vals"
    return f"""    IF vals = '{{}}' THEN
    {_insert(values)}
    ELSE
        salt := gen_random_uuid()::text;
        WITH entry AS (
        {insert} RETURNING id
        )
        INSERT INTO fsm_audit.pii (entry_id, model, res_id, partner_id, salt, vals)
        SELECT {row} FROM entry;
    END IF;"""  # noqa: S608 - as above


def _relation_body(relation):
    """Return the body for a relation table: one entry for each left record of a statement."""
    company = "fsm_audit.working_company(ctx)"
    if relation.owner:
        own = f'SELECT company_id FROM "{relation.owner}" WHERE id = "{relation.left}"'  # noqa: S608
        company = f"COALESCE(({own}), {company})"
    ids = f"""jsonb_agg("{relation.right}")"""
    pair = f"CASE TG_OP WHEN 'INSERT' THEN jsonb_build_array('[]'::jsonb, {ids})"
    values = {
        "op": "'U'",
        "class": _literal(relation.class_),
        "kind": _literal(relation.kind),
        "model": _literal(relation.model),
        "res_id": f'"{relation.left}"',
        "company_id": company,
        "app": "CASE WHEN ctx IS NULL THEN current_setting('application_name') END",
        "ctx": "ctx",
        "changes": f"jsonb_build_object('{relation.field}',"
        f" {pair} ELSE jsonb_build_array({ids}, '[]'::jsonb) END)",
    }
    return f"""
DECLARE
    ctx jsonb := NULLIF(current_setting('fsm.ctx', true), '')::jsonb;
BEGIN
    INSERT INTO fsm_audit.entry ({", ".join(values)})
    SELECT {", ".join(values.values())}
      FROM changed_rows GROUP BY "{relation.left}";
    RETURN NULL;
END"""  # noqa: S608 - as above
