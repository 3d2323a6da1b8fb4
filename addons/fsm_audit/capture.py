"""Keeps the triggers in step with what the fields declare.

What a function was generated from stands in its comment, so the catalogue of PostgreSQL is the only
state there is: it is compared with the declarations when a registry is loaded, in one query, and
what differs is replaced.
"""

import hashlib
import json
from typing import NamedTuple

from odoo import SUPERUSER_ID
from odoo.tools import SQL

from . import trigger
from .declaration import Column, Relation, Table, declared

LOCK = 0x46534D41  # "FSMA": one registry at a time replaces functions


class Installed(NamedTuple):
    """What PostgreSQL captures of one table."""

    capture: Table | Relation
    digest: str  # of the function's body as it is now, not as it was generated
    triggers: set[str]


def sync(env, model_names=None):
    """Make the triggers do what the fields declare.

    With `model_names`, while modules are being loaded, nothing is taken away: what an addon
    declares that is not loaded yet stays as it is. At its end the whole registry is compared.
    """
    wanted = declared(env.registry, model_names)
    partial = model_names is not None
    if _differences(env.cr, wanted, partial):
        env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Again: another process may have been quicker.
        for name, (known, capture) in _differences(env.cr, wanted, partial).items():
            if capture:
                _replace(env.cr, known, capture)
            else:
                _drop(env.cr, name)


def forget(cr, table, columns):
    """Stop capturing columns that are about to be dropped.

    A trigger that names a column which is gone fails every write of its table. The ORM calls this;
    a migration script that drops an audited column by SQL has to.
    """
    known = _installed(cr).get(table)
    if known and {column.name for column in known.capture.columns} & set(columns):
        _replace(cr, known, _without(known.capture, columns))


def disarm(cr):
    """Remove all triggers. The trail stays."""
    for name in _installed(cr):
        _drop(cr, name)
    cr.execute("DROP FUNCTION fsm_audit.truncated() CASCADE")


# === WHAT IS THERE === #


def _installed(cr):
    """Return what PostgreSQL captures now.

    :rtype: dict[str, Installed]
    """
    cr.execute(
        """
        SELECT note, digest,
               ARRAY(
                   SELECT tgname FROM pg_trigger
                    WHERE tgrelid = to_regclass(quote_ident(note->'capture'->>'name'))
                      AND tgname LIKE 'fsm\\_audit\\_capture%' AND tgenabled = 'A'
               )
          FROM (
              SELECT obj_description(oid, 'pg_proc')::jsonb AS note, md5(prosrc) AS digest
                FROM pg_proc
               WHERE pronamespace = 'fsm_audit'::regnamespace AND proname LIKE 'capture\\_%'
          ) AS functions
        """
    )
    return {
        note["capture"]["name"]: Installed(_from_note(note), digest, set(triggers))
        for note, digest, triggers in cr.fetchall()
    }


def _columns(cr, tables):
    """Return the columns of those of the tables that exist."""
    cr.execute(
        """
        SELECT relname, array_agg(attname::text)
          FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
         WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
           AND relname = ANY(%s) AND attnum > 0 AND NOT attisdropped
         GROUP BY relname
        """,
        [list(tables)],
    )
    return {name: set(columns) for name, columns in cr.fetchall()}


# === WHAT DIFFERS === #


def _differences(cr, wanted, partial):
    """Return by table what is there and what has to be there, where it is not the same.

    :rtype: dict[str, tuple[Installed | None, Table | Relation | None]]
    """
    installed = _installed(cr)
    columns = _columns(cr, {*wanted, *installed})
    differences = {}
    for name in wanted if partial else {**wanted, **installed}:
        known, capture = installed.get(name), wanted.get(name)
        if name not in columns:  # the table is gone, or not there yet
            if known:
                differences[name] = (known, None)
            continue
        if not capture:
            capture = _without(known.capture)
        elif known and partial:
            capture = _widened(capture, known.capture)
        capture = _within(capture, columns[name])
        if not known or known.digest != _digest(capture) or _lacking(capture, known):
            differences[name] = (known, capture)
    return differences


def _widened(capture, known):
    """Return `capture` with the columns that are captured already."""
    if isinstance(capture, Relation) or isinstance(known, Relation):
        return capture
    columns = {column.name: column for column in (*known.columns, *capture.columns)}
    return capture._replace(columns=tuple(sorted(columns.values())))


def _within(capture, existing):
    """Return `capture` without columns its table has not."""
    if isinstance(capture, Relation):
        return capture
    named = {column.name for column in capture.columns} | {capture.company, capture.partner}
    return _without(capture, named - existing - {None})


def _without(capture, columns=None):
    """Return `capture` without these columns; by default without any."""
    if isinstance(capture, Relation):
        return capture._replace(field=None)
    if columns is None:
        return capture._replace(columns=())
    return capture._replace(
        columns=tuple(column for column in capture.columns if column.name not in columns),
        company=None if capture.company in columns else capture.company,
        partner=None if capture.partner in columns else capture.partner,
    )


def _lacking(capture, known):
    """Return the names of the triggers that are missing or switched off."""
    return set(trigger.definitions(capture)) - (known.triggers if known else set())


def _digest(capture):
    return hashlib.md5(trigger.body(capture).encode()).hexdigest()


# === WHAT IS DONE === #


def _replace(cr, known, capture):
    """Replace the function of a table, add the triggers it lacks, and note it in the trail."""
    _create_function(cr, capture)
    table = SQL.identifier(capture.name)
    definitions = trigger.definitions(capture)
    for name in _lacking(capture, known):
        label = SQL.identifier(name)
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", label, table))
        cr.execute(SQL("CREATE TRIGGER %s %s", label, definitions[name]))
        cr.execute(SQL("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", table, label))
    before = sorted(column.name for column in known.capture.columns) if known else []
    after = sorted(column.name for column in capture.columns)
    if before != after:
        cr.execute(
            "SELECT fsm_audit.log_event('config', %s, %s, %s, %s, NULL, %s, %s)",
            [
                capture.class_,
                capture.model,
                [None],
                [None],
                json.dumps({"audit": [before, after]}),
                json.dumps({"uid": SUPERUSER_ID, "src": "install"}),
            ],
        )


def _create_function(cr, capture):
    function = trigger.function(capture.name)
    cr.execute(
        SQL(
            "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %s",
            function,
            trigger.body(capture),
        )
    )
    note = {"type": type(capture).__name__, "capture": capture._asdict()}
    cr.execute(SQL("COMMENT ON FUNCTION %s() IS %s", function, json.dumps(note)))


def _drop(cr, name):
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", trigger.function(name)))


def _from_note(note):
    capture = note["capture"]
    if note["type"] == "Relation":
        return Relation(**capture)
    columns = tuple(Column(*column) for column in capture.pop("columns"))
    return Table(**capture, columns=columns)
