"""The scripts that make the schema `fsm_audit`, and who runs them.

In a plain database Odoo's own role owns the schema and runs them with each install and upgrade. In a
hardened one (`sql/harden.sql`, docs/adr/0014) it may not: there `scripts/harden` does, and what
stands in the comment of the schema tells whether it has. No import of Odoo: that script has none.
"""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"
FILES = ("schema", "capture", "retention", "seal")  # in this order
HARDEN = "harden"
OWNER = "fsm_audit_owner"


def script(name):
    return (FOLDER / f"{name}.sql").read_text()


def stamp():
    """Return what tells these scripts from those of another version."""
    texts = "".join(map(script, (*FILES, HARDEN)))
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def read_state(cr):
    """Return how the schema stands in this database.

    :return: `{"stamp", "hardened", "is_hardened"}`: of which version it is, whether it ever was
        hardened, whether it is; nothing if there is no schema
    """
    cr.execute(
        """
        SELECT obj_description(oid, 'pg_namespace'), pg_get_userbyid(nspowner) = %s
          FROM pg_namespace WHERE nspname = 'fsm_audit'
        """,
        [OWNER],
    )
    row = cr.fetchone()
    if not row:
        return {}
    note = row[0] if row[0] and row[0].startswith("{") else "{}"
    return {"stamp": None, "hardened": False, **json.loads(note), "is_hardened": row[1]}


def bring_up(cr):
    """Make the schema, or bring it to this version: nothing to do for us if it is hardened."""
    state = read_state(cr)
    if not state.get("is_hardened"):
        run_scripts(cr, hardened=state.get("hardened", False))


def run_scripts(cr, **facts):
    """Run all scripts but the one that hardens, and say so in the comment of the schema.

    :param facts: more to note there: `hardened`, and `trust` if PostgreSQL asks for no password
    """
    for name in FILES:
        cr.execute(script(name))
    note = json.dumps({"stamp": stamp(), **facts})
    cr.execute("COMMENT ON SCHEMA fsm_audit IS %s", [note])
