"""Keeps the triggers in step with what the fields declare.

What they are made of, and what differs, PostgreSQL itself knows: `sql/capture.sql`. It is asked when
a registry is loaded, in one query, and what differs is installed.
"""

import json

from .declaration import declared

LOCK = 0x46534D41  # "FSMA": one registry at a time replaces functions


def sync(env, model_names=None):
    """Make the triggers do what the fields declare.

    With `model_names`, while modules are being loaded, nothing is taken away: what an addon
    declares that is not loaded yet stays as it is. At its end the whole registry is compared.
    """
    notes = _notes(env, model_names)
    partial = model_names is not None
    if _differing(env.cr, notes, partial):
        env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Again: another process may have been quicker.
        for name, note in _differing(env.cr, notes, partial):
            if note:
                env.cr.execute("SELECT fsm_audit.install(%s)", [json.dumps(note)])
            else:
                env.cr.execute("SELECT fsm_audit.remove(%s)", [name])


def differing(env):
    """Return the names of the tables that are not captured as their fields declare."""
    return [name for name, _note in _differing(env.cr, _notes(env), False)]


def forget(cr, table, columns):
    """Stop capturing columns that are about to be dropped.

    A trigger that names a column which is gone fails every write of its table. The ORM calls this;
    a migration script that drops an audited column by SQL has to. In a hardened database this does
    nothing: there PostgreSQL itself mends the trigger when a column goes.
    """
    cr.execute(
        "SELECT note FROM fsm_audit.installed() WHERE place = %s AND NOT is_hardened", [table]
    )
    for (note,) in cr.fetchall():
        captured = note["capture"].get("columns", [])
        kept = [column for column in captured if column[0] not in columns]
        if kept != captured:
            note["capture"]["columns"] = kept
            cr.execute("SELECT fsm_audit.install(%s)", [json.dumps(note)])


def disarm(cr):
    """Remove all triggers. The trail stays, and in a hardened database so do the triggers."""
    cr.execute("SELECT place FROM fsm_audit.installed() WHERE NOT is_hardened")
    for (place,) in cr.fetchall():
        cr.execute("SELECT fsm_audit.remove(%s)", [place])


def _notes(env, model_names=None):
    """Return what the fields declare as PostgreSQL notes it: see `sql/capture.sql`."""
    return json.dumps(
        [
            {"type": type(capture).__name__, "capture": capture._asdict()}
            for capture in declared(env.registry, model_names).values()
        ]
    )


def _differing(cr, notes, partial):
    """Return by table what has to be installed, `None` for a table that is gone."""
    cr.execute("SELECT place, note FROM fsm_audit.differing(%s, %s)", [notes, partial])
    return cr.fetchall()
