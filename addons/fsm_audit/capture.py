"""Keeps the triggers in step with what the fields declare.

What a function was generated from stands in its comment, so the catalogue of PostgreSQL is the only
state there is: it is compared with the declarations when a registry is loaded, in one query, and
what differs is replaced.
"""

import hashlib
import json
from typing import NamedTuple

from odoo.tools import SQL, sql

from . import trigger
from .declaration import Column, Relation, Table, declared

LOCK = 0x46534D41  # "FSMA": one registry at a time replaces functions


class Installed(NamedTuple):
    """What PostgreSQL captures of one table."""

    capture: Table | Relation
    checksum: str
    triggers: set[str]
    exists: bool  # the table


def sync(env, model_names=None):
    """Make the triggers do what the fields declare.

    With `model_names`, while modules are being loaded, nothing is taken away: what an addon
    declares that is not loaded yet stays as it is. At its end the whole registry is compared.
    """
    wanted = declared(env.registry, model_names)
    if not _differences(wanted, _installed(env.cr), partial=bool(model_names)):
        return
    env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    installed = _installed(env.cr)  # another process may have been quicker
    for name, capture in _differences(wanted, installed, partial=bool(model_names)).items():
        _replace(env.cr, capture, installed.get(name))
    for name, known in installed.items():
        if not known.exists:
            _drop(env.cr, name)


def forget(cr, table, columns):
    """Stop capturing columns that are about to be dropped: a trigger that names a column which is
    gone fails every write of its table."""
    known = _installed(cr).get(table)
    if known and {column.name for column in known.capture.columns} & set(columns):
        _create_function(cr, _without(known.capture, columns))


def disarm(cr):
    """Remove all triggers. The trail stays."""
    for name in _installed(cr):
        _drop(cr, name)


def _installed(cr):
    """Return what PostgreSQL captures now.

    :rtype: dict[str, Installed]
    """
    cr.execute(
        """
        SELECT note, to_regclass(quote_ident(note->'capture'->>'name')) IS NOT NULL,
               ARRAY(
                   SELECT tgname FROM pg_trigger
                    WHERE tgrelid = to_regclass(quote_ident(note->'capture'->>'name'))
                      AND tgname LIKE 'fsm\\_audit\\_capture%' AND tgenabled = 'A'
               )
          FROM (
              SELECT obj_description(oid, 'pg_proc')::jsonb AS note FROM pg_proc
               WHERE pronamespace = 'fsm_audit'::regnamespace AND proname LIKE 'capture\\_%'
          ) AS functions
        """
    )
    return {
        note["capture"]["name"]: Installed(_from_note(note), note["checksum"], set(names), exists)
        for note, exists, names in cr.fetchall()
    }


def _differences(wanted, installed, partial):
    """Return what has to be replaced, by table; with `partial`, what has to be added."""
    differences = {}
    for name, capture in wanted.items():
        known = installed.get(name)
        if known and partial:
            capture = _widened(capture, known.capture)
        if not known or known.checksum != _checksum(capture) or _missing(capture, known):
            differences[name] = capture
    if not partial:
        for name, known in installed.items():
            if name not in wanted and known.exists and known.capture.columns:
                differences[name] = _without(known.capture)
    return differences


def _missing(capture, known):
    return set(trigger.definitions(capture)) - known.triggers


def _widened(capture, known):
    """Return `capture` with the columns that are captured already."""
    if isinstance(capture, Relation) or isinstance(known, Relation):
        return capture
    columns = {column.name: column for column in (*known.columns, *capture.columns)}
    return capture._replace(columns=tuple(sorted(columns.values())))


def _without(capture, columns=None):
    """Return `capture` without these columns; by default without any."""
    if isinstance(capture, Relation):
        return capture._replace(field=None)
    if columns is None:
        return capture._replace(columns=())
    owner = {name: None for name in ("company", "partner") if getattr(capture, name) in columns}
    left = tuple(column for column in capture.columns if column.name not in columns)
    return capture._replace(columns=left, **owner)


def _replace(cr, capture, known):
    """Replace the function of a table, add the triggers it lacks, and note it in the trail."""
    if isinstance(capture, Table):  # code that is ahead of its database, before `-u`
        gone = {column.name for column in capture.columns} - set(
            sql.table_columns(cr, capture.name)
        )
        capture = _without(capture, gone) if gone else capture
    _create_function(cr, capture)
    table = SQL.identifier(capture.name)
    for name in _missing(capture, known) if known else trigger.definitions(capture):
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", SQL.identifier(name), table))
        create = trigger.definitions(capture)[name]
        cr.execute(SQL("CREATE TRIGGER %s %s", SQL.identifier(name), create))
        cr.execute(SQL("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", table, SQL.identifier(name)))
    before = sorted(column.name for column in known.capture.columns) if known else []
    after = sorted(column.name for column in capture.columns)
    if before != after:
        _note(cr, capture, {"audit": [before, after]})


def _note(cr, capture, changes):
    cr.execute(
        "SELECT fsm_audit.log_event('config', %s, %s, '{NULL}', '{NULL}', NULL, %s, '{\"uid\": 1}')",
        [capture.class_, capture.model, json.dumps(changes)],
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
    note = {
        "type": type(capture).__name__,
        "capture": capture._asdict(),
        "checksum": _checksum(capture),
    }
    cr.execute(SQL("COMMENT ON FUNCTION %s() IS %s", function, json.dumps(note)))


def _drop(cr, name):
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", trigger.function(name)))


def _checksum(capture):
    return hashlib.sha256(trigger.body(capture).encode()).hexdigest()[:16]


def _from_note(note):
    capture = note["capture"]
    if note["type"] == "Relation":
        return Relation(**capture)
    columns = tuple(Column(*column) for column in capture.pop("columns"))
    return Table(**capture, columns=columns)
