#!/usr/bin/env python3
"""Gives the audit trail an owner of its own, so that Odoo's database role can only add to it.

    harden.py --host … --user SUPERUSER --db NAME [--check | --release TABLE[.COLUMN]]

For a superuser of the PostgreSQL cluster, whose password comes in PGPASSWORD. It may be run as often
as you like; it has to be after each upgrade of fsm_audit and after each restore. What it does:
sql/harden.sql. Needs psycopg2 and the files beside it, no Odoo. See docs/production.md.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

import psycopg2

spec = importlib.util.spec_from_file_location("schema", Path(__file__).parents[1] / "schema.py")
schema = importlib.util.module_from_spec(spec)
spec.loader.exec_module(schema)

LOCK_TIMEOUT = "60s"  # the server may be running: writers wait for this, not this for them


class Refused(Exception):
    """A sentence for whoever runs this."""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", default="5432")
    parser.add_argument("--user", required=True, help="a superuser of the cluster")
    parser.add_argument("--db", required=True)
    parser.add_argument("--role", help="Odoo's role; by default who owns the database")
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--check",
        action="store_true",
        help="only say which tier holds; exit code 1 if not this one",
    )
    action.add_argument(
        "--release",
        metavar="TABLE[.COLUMN]",
        help="stop auditing a column, or a whole table, that is not declared any more",
    )
    return parser.parse_args()


def harden(cr, role):
    """Harden the trail of this database against `role`."""
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not cr.fetchone()[0]:
        raise Refused("Only a superuser of the cluster can do this.")
    if not schema.read_state(cr):
        raise Refused("There is no audit trail in this database: install fsm_audit first.")
    cr.execute("SELECT set_config('fsm.odoo_role', %s, true)", [role or _owner(cr)])
    cr.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    # With `trust` in pg_hba.conf Odoo is whoever it says it is.
    cr.execute("SELECT count(*) > 0 FROM pg_hba_file_rules WHERE auth_method = 'trust'")
    schema.run_scripts(cr, hardened=True, trust=cr.fetchone()[0])
    cr.execute(schema.script(schema.HARDEN))


def _owner(cr):
    cr.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    return cr.fetchone()[0]


def release(cr, what):
    table, _, column = what.partition(".")
    cr.execute("SELECT FROM fsm_audit.notes() WHERE place = %s", [table])
    if not cr.rowcount:
        raise Refused(f"{table} is not audited.")
    cr.execute("SELECT fsm_audit.release(%s, %s)", [table, [column] if column else None])


def tier(cr):
    """Return whether the trail is hardened, by these very scripts, and a sentence on it."""
    state = schema.read_state(cr)
    if not state:
        return False, "There is no audit trail in this database."
    if not state["is_hardened"]:
        lost = (
            ", and it was hardened before: the restored copy lost it" if state["hardened"] else ""
        )
        return False, f"Tier 1: Odoo's role owns the trail{lost}. Run scripts/harden."
    if state["stamp"] != schema.stamp():
        return False, "Tier 2, of another version of fsm_audit. Run scripts/harden."
    if state.get("trust"):
        return True, "Tier 1+: the trail has an owner of its own, but PostgreSQL trusts everybody."
    return True, "Tier 2: the trail has an owner of its own."


def run(arguments):
    connection = psycopg2.connect(
        host=arguments.host, port=arguments.port, user=arguments.user, dbname=arguments.db,
        connect_timeout=10, application_name="fsm-harden",
    )  # fmt: skip
    with connection, connection.cursor() as cr:
        if arguments.release:
            release(cr, arguments.release)
        elif not arguments.check:
            harden(cr, arguments.role)
        return tier(cr)


def main():
    try:
        is_hardened, sentence = run(parse_arguments())
    except Refused as error:
        sys.exit(f"error: {error}")
    except psycopg2.Error as error:
        sys.exit(f"error: {str(error).strip().splitlines()[0]}")
    sys.stdout.write(f"{sentence}\n")
    sys.exit(not is_hardened)


if __name__ == "__main__":
    main()
