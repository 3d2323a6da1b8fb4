"""The hardened tier as an attacker meets it: whoever holds the password of Odoo's database role.

scripts/test --part tier hardens a clone of the prepared database by scripts/harden and says in
$FSM_TIER_DB which. Each attack is a transaction of its own, which is rolled back. audit.md, G1.
"""

import configparser
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors

ROOT = Path(__file__).resolve().parents[1]
HARDEN = ROOT / "addons" / "fsm_audit" / "tools" / "harden.py"

# What each is refused with, if not for want of a right.
OTHER = (
    errors.InsufficientPrivilege,
    errors.InvalidParameterValue,
    errors.UndefinedObject,
    errors.InvalidColumnReference,  # ON CONFLICT without a unique index on the parent
)

# === WHAT IS TRIED === #

REWRITES = {
    "update": "UPDATE fsm_audit.{0} SET {1} = {1}",
    "update of nothing": "UPDATE fsm_audit.{0} SET {1} = {1} WHERE false",
    "delete": "DELETE FROM fsm_audit.{0}",
    "delete only": "DELETE FROM ONLY fsm_audit.{0}",
    "delete in a with": "WITH gone AS (DELETE FROM fsm_audit.{0} RETURNING 1) TABLE gone",
    "merge": "MERGE INTO fsm_audit.{0} AS t USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "truncate": "TRUNCATE fsm_audit.{0}",
    "truncate cascade": "TRUNCATE fsm_audit.{0} CASCADE",
    "disable": "ALTER TABLE fsm_audit.{0} DISABLE TRIGGER append_only",
    "disable all": "ALTER TABLE fsm_audit.{0} DISABLE TRIGGER ALL",
    "replica": "ALTER TABLE fsm_audit.{0} ENABLE REPLICA TRIGGER append_only",
    "drop trigger": "DROP TRIGGER append_only ON fsm_audit.{0}",
    "drop table": "DROP TABLE fsm_audit.{0} CASCADE",
    "owner": "ALTER TABLE fsm_audit.{0} OWNER TO CURRENT_USER",
    "rule": "CREATE RULE r AS ON INSERT TO fsm_audit.{0} DO INSTEAD NOTHING",
    "policy": "ALTER TABLE fsm_audit.{0} ENABLE ROW LEVEL SECURITY",
    "default": "ALTER TABLE fsm_audit.{0} ALTER {1} SET DEFAULT NULL",
    "rename": "ALTER TABLE fsm_audit.{0} RENAME TO other",
    "trigger": """CREATE TRIGGER z BEFORE INSERT ON fsm_audit.{0} FOR EACH ROW
                  EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()""",
}
TABLES = {
    "entry": "changes", "entry_ops": "changes", "entry_ops_default": "changes",
    "pii": "vals", "seal": "root", "subtree": "root", "epoch": "at", "purge": "entries",
}  # fmt: skip

FORGERIES = {
    "entry": "INSERT INTO fsm_audit.entry (op, class, model) VALUES ('U', 'ops', 'x')",
    "entry of a month": "INSERT INTO fsm_audit.entry_ops_default (op, class, model) VALUES ('U', 'ops', 'x')",
    "entry on conflict": """INSERT INTO fsm_audit.entry_ops_default (id, op, class, model)
        VALUES (1, 'U', 'ops', 'x') ON CONFLICT (id) DO UPDATE SET changes = '{}'""",
    "copy": "COPY fsm_audit.entry FROM STDIN",
    "value": "INSERT INTO fsm_audit.pii (entry_id, model, salt, vals) VALUES (1, 'x', 'x', '{}')",
    "purge": "INSERT INTO fsm_audit.purge VALUES ('ops', '2020-01-01', '2020-01-31', 1, 1, 1)",
    "id": "SELECT setval('fsm_audit.entry_id_seq', 1)",
    "next id": "SELECT nextval('fsm_audit.entry_id_seq')",
    # A trigger of one's own that runs what writes entries.
    "capture of a table of one's own": """
        CREATE TABLE mine (id int, company_id int, write_uid int, active bool, email text, name text,
                           phone text, vat text);
        CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW
        EXECUTE FUNCTION fsm_audit.capture_res_partner()""",
    "truncate of a table of one's own": """
        CREATE TABLE mine (id int);
        CREATE TRIGGER t AFTER TRUNCATE ON mine EXECUTE FUNCTION fsm_audit.truncated('res.partner')""",
    "second table of a model": """
        CREATE TABLE mine (id int, vat text);
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "mine", "model":
            "res.partner", "class_": "ops", "has_uid": false, "columns": [["vat", "text", "plain"]]}}')""",
    "second table under a name of actions": """
        CREATE TABLE ir_act_mine (id int, vat text);
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "ir_act_mine", "model":
            "res.partner", "class_": "ops", "has_uid": false, "columns": [["vat", "text", "plain"]]}}')""",
    "second relation of a field": """
        CREATE TABLE mine (uid int, gid int);
        SELECT fsm_audit.install('{"type": "Relation", "capture": {"name": "mine", "model":
            "res.users", "class_": "access", "left": "uid", "right": "gid", "field": "group_ids"}}')""",
    "relation that plays a field": """
        CREATE TABLE mine (uid int, gid int);
        SELECT fsm_audit.install('{"type": "Relation", "capture": {"name": "mine", "model":
            "res.partner", "class_": "ops", "left": "uid", "right": "gid", "field": "vat"}}')""",
}

SWITCHES = {
    "disable": "ALTER TABLE res_partner DISABLE TRIGGER fsm_audit_capture",
    "disable all": "ALTER TABLE res_partner DISABLE TRIGGER ALL",
    "disable user": "ALTER TABLE res_partner DISABLE TRIGGER USER",
    "enable replica": "ALTER TABLE res_partner ENABLE REPLICA TRIGGER fsm_audit_capture",
    "enable, not always": "ALTER TABLE res_partner ENABLE TRIGGER fsm_audit_capture",
    "in a list": "ALTER TABLE res_partner ADD COLUMN x int, DISABLE TRIGGER fsm_audit_capture",
    "drop": "DROP TRIGGER fsm_audit_capture ON res_partner",
    "drop of a relation": "DROP TRIGGER fsm_audit_capture_insert ON res_groups_users_rel",
    "rename": "ALTER TRIGGER fsm_audit_capture ON res_partner RENAME TO harmless",
    "rename alike": "ALTER TRIGGER fsm_audit_capture ON res_partner RENAME TO fsm_audit_capture_x",
    "replace": """
        CREATE FUNCTION public.noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE OR REPLACE TRIGGER fsm_audit_capture AFTER INSERT OR UPDATE OR DELETE ON res_partner
        FOR EACH ROW EXECUTE FUNCTION public.noop()""",
    "replace by another capture": """
        CREATE OR REPLACE TRIGGER fsm_audit_capture AFTER INSERT ON res_partner
        FOR EACH ROW EXECUTE FUNCTION fsm_audit.capture_res_users()""",
    "depend on an extension": """
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        ALTER TRIGGER fsm_audit_capture ON res_partner DEPENDS ON EXTENSION pg_trgm""",
    "drop function": "DROP FUNCTION fsm_audit.capture_res_partner() CASCADE",
    "replace function": """CREATE OR REPLACE FUNCTION fsm_audit.capture_res_partner() RETURNS trigger
                           LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'""",
    "alter function": "ALTER FUNCTION fsm_audit.capture_res_partner() SECURITY INVOKER",
    "set of function": "ALTER FUNCTION fsm_audit.capture_res_partner() RESET ALL",
    "note": "COMMENT ON FUNCTION fsm_audit.capture_res_partner() IS '{}'",
    "new function": "CREATE FUNCTION fsm_audit.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "refuse": """CREATE OR REPLACE FUNCTION fsm_audit.refuse() RETURNS trigger
                 LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'""",
    "child table": "CREATE TABLE ghost () INHERITS (res_partner)",
    "child later": "CREATE TABLE ghost (LIKE res_partner INCLUDING ALL); ALTER TABLE ghost INHERIT res_partner",
    "schema": "DROP SCHEMA fsm_audit CASCADE",
    "schema renamed": "ALTER SCHEMA fsm_audit RENAME TO other",
    "schema stamp": "COMMENT ON SCHEMA fsm_audit IS '{}'",
    "schema owner": "ALTER SCHEMA fsm_audit OWNER TO CURRENT_USER",
    "event trigger": "ALTER EVENT TRIGGER fsm_audit_ddl DISABLE",
    "no event trigger": "DROP EVENT TRIGGER fsm_audit_drop",
    "replication role": "SET session_replication_role = replica",
    "role": "SET ROLE fsm_audit_owner",
    "reader": "SET ROLE fsm_audit_reader",
    "session": "SET SESSION AUTHORIZATION fsm_audit_owner",
    "grant": "GRANT fsm_audit_owner TO CURRENT_USER",
    "reassign": "REASSIGN OWNED BY fsm_audit_owner TO CURRENT_USER",
    "release": "SELECT fsm_audit.release('res_partner', NULL)",
    "partition detached": "ALTER TABLE fsm_audit.entry DETACH PARTITION fsm_audit.entry_ops",
    "purge too early": "SELECT fsm_audit.purge('ops', current_date)",
    "purge of a misspelt class": "SELECT fsm_audit.purge('BOOKS', '2020-01-01')",
}

# Code of Odoo's role that the owner of the trail might run for it: it tries to take the trail.
EVIL = """
    CREATE TABLE caught (who name); GRANT INSERT ON caught TO PUBLIC;
    CREATE FUNCTION public.evil() RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.caught VALUES (current_user);
        -- What is looked up after this finds the function below.
        PERFORM pg_catalog.set_config('search_path', 'public, pg_catalog', false);
        INSERT INTO fsm_audit.entry (op, class, model) VALUES ('U', 'ops', 'forged');
        RETURN true;
    EXCEPTION WHEN insufficient_privilege THEN
        INSERT INTO public.caught VALUES (current_user);
        PERFORM pg_catalog.set_config('search_path', 'public, pg_catalog', false);
        RETURN true;
    END $$;
    CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.caught VALUES (current_user);
        RETURN pg_catalog.set_config($1, $2, $3);
    END $$;
"""
TRAPS = {
    "type with a cast": EVIL + """
        CREATE TYPE public.trap AS (v text);
        CREATE FUNCTION public.to_json(trap) RETURNS json LANGUAGE plpgsql AS $$
        BEGIN PERFORM public.evil(); RETURN '1'; END $$;
        CREATE CAST (trap AS json) WITH FUNCTION public.to_json(trap);
        DROP INDEX IF EXISTS res_partner_fsm_vat_idx;  -- of text alone
        ALTER TABLE res_partner ALTER COLUMN vat TYPE trap USING ROW(vat)::trap""",
    "type in a captured column's place": EVIL + """
        CREATE TYPE public.trap AS (v text);
        ALTER TABLE res_partner RENAME COLUMN vat TO old_vat;
        ALTER TABLE res_partner ADD COLUMN vat trap""",
    "words in a name": """
        CREATE TABLE res_trap (id int, x text);
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "res_trap", "model": "res.trap",
            "class_": "ops", "has_uid": false, "columns": [["x\\"; DROP", "text", "plain"]]}}')""",
    "words in a class": """
        CREATE TABLE res_trap (id int, x text);
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "res_trap", "model": "res.trap",
            "class_": "ops (id) VALUES (1); --", "has_uid": false, "columns": [["x", "text", "plain"]]}}')""",
    "words in a company": """
        CREATE TABLE res_trap (id int, x text);
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "res_trap", "model": "res.trap",
            "class_": "ops", "has_uid": false, "company": "id\\", public.evil(), \\"id",
            "columns": [["x", "text", "plain"]]}}')""",
    "table of another schema": """
        SELECT fsm_audit.install('{"type": "Table", "capture": {"name": "pg_authid", "model":
            "pg.authid", "class_": "ops", "has_uid": false, "columns": []}}')""",
}  # fmt: skip


def each(attacks):
    return [pytest.param(statement, id=name) for name, statement in attacks.items()]


# === THE DATABASE === #


@pytest.fixture(scope="session")
def where():
    conf = configparser.ConfigParser()
    conf.read(os.environ["ODOO_RC"])
    options = conf["options"]
    keys = {"host": "db_host", "port": "db_port", "user": "db_user", "password": "db_password"}
    return {key: options[name] for key, name in keys.items()}


@pytest.fixture
def cr(where):
    """Return a cursor of Odoo's role in the hardened database; nothing is committed."""
    name = os.environ["FSM_TIER_DB"]
    with closing(psycopg2.connect(dbname=name, **where)) as connection, connection.cursor() as cr:
        yield cr
        connection.rollback()


def value(cr, query, *params):
    cr.execute(query, params)
    return cr.fetchone()[0]


def last_id(cr):
    return value(cr, "SELECT COALESCE(max(id), 0) FROM fsm_audit.entry")


def entries(cr, since, what="changes"):
    cr.execute(
        f"SELECT {what} FROM fsm_audit.entry WHERE id > %s ORDER BY id",  # noqa: S608
        [since],
    )
    return [row[0] for row in cr.fetchall()]


# === NOTHING IS REWRITTEN OR FORGED === #


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", each(REWRITES))
def test_g1_no_statement_rewrites_the_trail(cr, statement, table):
    with pytest.raises(OTHER):
        cr.execute(statement.format(table, TABLES[table]))


@pytest.mark.parametrize("statement", each(FORGERIES))
def test_g1_no_entry_is_forged(cr, statement):
    with pytest.raises(OTHER):
        if statement.startswith("COPY"):
            cr.copy_expert(statement, open(os.devnull))  # noqa: SIM115
        else:
            cr.execute(statement)


@pytest.mark.parametrize("statement", each(SWITCHES))
def test_g1_audit_is_not_switched_off(cr, statement):
    with pytest.raises(OTHER):
        cr.execute(statement)


@pytest.mark.parametrize("statement", each(TRAPS))
def test_g1_owner_of_the_trail_does_not_run_code_of_others(cr, statement):
    with pytest.raises(OTHER):
        cr.execute(statement)


@pytest.mark.parametrize(
    "trap",
    [
        """ALTER TABLE res_users RENAME TO res_users_real;
           CREATE VIEW res_users AS SELECT *, evil() AS x FROM res_users_real WHERE evil()""",
        """ALTER TABLE res_users ENABLE ROW LEVEL SECURITY;
           CREATE POLICY p ON res_users USING (evil())""",
    ],
    ids=["view", "policy"],
)
def test_code_behind_a_table_finds_itself_without_rights(cr, trap):
    """It is run while a company is looked up: by the reader, who owns nothing and inserts nowhere."""
    before = last_id(cr)
    cr.execute(EVIL + trap)
    if "VIEW" in trap:
        cr.execute("GRANT SELECT ON res_users TO PUBLIC")
    cr.execute("""SELECT pg_catalog.set_config('fsm.ctx', '{"uid": 2}', true)""")
    cr.execute("UPDATE res_partner SET vat = 'T' WHERE id = (SELECT min(id) FROM res_partner)")
    cr.execute("SELECT DISTINCT who FROM caught")
    assert {row[0] for row in cr.fetchall()} == {"fsm_audit_reader"}
    assert "forged" not in entries(cr, before, "model")


# === WHAT STILL WORKS === #


def test_change_is_captured_and_its_writer_is_named(cr):
    before = last_id(cr)
    cr.execute("UPDATE res_partner SET vat = 'T' WHERE id = (SELECT min(id) FROM res_partner)")
    [entry] = entries(cr, before, "to_jsonb(entry)")
    assert entry["changes"]["vat"][1] == "T"
    assert entry["db_user"] == value(cr, "SELECT session_user")


def test_g1_rights_moved_or_emptied_by_sql_leave_a_mark(cr):
    before = last_id(cr)
    cr.execute("CREATE TEMP TABLE one AS SELECT uid, gid FROM res_groups_users_rel LIMIT 1")
    cr.execute("""UPDATE res_groups_users_rel AS held SET gid = (
                      SELECT id FROM res_groups WHERE id NOT IN (
                          SELECT gid FROM res_groups_users_rel WHERE uid = one.uid) LIMIT 1)
                    FROM one WHERE held.uid = one.uid AND held.gid = one.gid""")
    removed, added = (entry["group_ids"] for entry in entries(cr, before))
    assert removed[0] == [value(cr, "SELECT gid FROM one")] and len(added[1]) == 1
    cr.execute("TRUNCATE res_groups_users_rel")
    assert entries(cr, before, "op")[-1] == "T"


def test_columns_come_and_go_and_leave_a_mark(cr):
    before = last_id(cr)
    cr.execute("ALTER TABLE res_partner ADD COLUMN fsm_trial int")
    cr.execute("ALTER TABLE res_partner DROP COLUMN vat")
    cr.execute("UPDATE res_partner SET email = 'a@b' WHERE id = (SELECT min(id) FROM res_partner)")
    cr.execute("ALTER TABLE res_partner ADD COLUMN vat varchar")
    cr.execute("UPDATE res_partner SET vat = 'T' WHERE id = (SELECT min(id) FROM res_partner)")
    ops = entries(cr, before, "op")
    assert set(ops) == {"DDL", "U"} and ops.count("U") == 2
    assert entries(cr, before)[-1] == {"vat": [None, "T"]}  # captured again by itself


def test_dropped_table_leaves_a_mark(cr):
    before = last_id(cr)
    cr.execute("DROP TABLE ir_act_server_group_rel CASCADE")
    assert "DROP public.ir_act_server_group_rel" in str(entries(cr, before))
    cr.execute("SELECT fsm_audit.remove('ir_act_server_group_rel')")


def test_column_rewritten_by_ddl_leaves_a_mark(cr):
    before = last_id(cr)
    cr.execute("ALTER TABLE res_partner ALTER COLUMN vat TYPE text USING 'X'")
    assert "every row rewritten" in str(entries(cr, before))


def test_capture_only_grows(cr):
    """Odoo's role says what is captured, so it cannot say that less is."""
    note = value(cr, "SELECT note FROM fsm_audit.installed() WHERE place = 'res_partner'")
    for less in (
        {"columns": []},
        {"columns": [[name, kind, "changed"] for name, kind, _how in note["capture"]["columns"]]},
        {"company": None, "partner": None, "class_": "access", "kind": "login"},
    ):
        asked = {**note, "capture": {**note["capture"], **less}}
        cr.execute("SELECT fsm_audit.install(%s)", [json.dumps(asked)])
        query = "SELECT note FROM fsm_audit.installed() WHERE place = 'res_partner'"
        assert value(cr, query) == note


def test_new_table_is_captured(cr):
    cr.execute("CREATE TABLE res_trial (id int, company_id int, x text)")
    note = {"type": "Table", "capture": {
        "name": "res_trial", "model": "res.trial", "class_": "ops", "kind": None, "has_uid": False,
        "company": "company_id", "partner": None, "columns": [["x", "text", "masked"]]}}  # fmt: skip
    cr.execute("SELECT fsm_audit.install(%s)", [json.dumps(note)])
    before = last_id(cr)
    cr.execute("INSERT INTO res_trial VALUES (7, 1, 'Suresh Kumar')")
    assert entries(cr, before) == [{"x": [None, "Su•••••mar"]}]


def test_events_are_logged_and_persons_forgotten(cr):
    before = last_id(cr)
    cr.execute("UPDATE res_partner SET phone = '1234567890' WHERE id = 1")
    cr.execute("""SELECT fsm_audit.log_event('export', 'access', 'res.partner', '{NULL}', '{NULL}',
                                             'trial', NULL, '{"uid": 2}')""")
    assert entries(cr, before, "op")[-1] == "EV"
    values = "SELECT count(*) FROM fsm_audit.pii WHERE entry_id > %s"
    partner_id = value(cr, "SELECT max(partner_id) FROM fsm_audit.pii WHERE entry_id > %s", before)
    cr.execute("SELECT fsm_audit.erase(%s, 'asked for it', NULL)", [partner_id])
    assert value(cr, values, before) == 0


def test_whoever_seals_may_write_seals(cr):
    for table in ("seal", "subtree", "epoch"):
        assert value(cr, f"SELECT has_table_privilege('fsm_audit.{table}', 'INSERT')")


def test_tools_of_odoo_do_not_harden(where):
    """What hardens wants a superuser: Odoo's role can only ask which tier holds."""
    place = ["--host", where["host"], "--port", where["port"], "--user", where["user"]]
    command = [sys.executable, HARDEN, *place, "--db", os.environ["FSM_TIER_DB"]]
    environment = {**os.environ, "PGPASSWORD": where["password"]}
    for arguments, code in ([], 1), (["--release", "res_partner"], 1), (["--check"], 0):
        assert subprocess.call([*command, *arguments], env=environment) == code


def test_partitions_are_made_ahead(cr):
    cr.execute("SELECT fsm_audit.add_partitions(4)")
    query = "SELECT count(*) FROM fsm_audit.partitions('books')"
    assert value(cr, query) >= 5
    cr.execute("SELECT max(place::text) FROM fsm_audit.partitions('books')")
    with pytest.raises(errors.InsufficientPrivilege):
        cr.execute(f"DELETE FROM {cr.fetchone()[0]}")  # noqa: S608


# === BACK FROM A BACKUP === #


@pytest.fixture
def restored(where):
    """Return the name of a database that Odoo's role made of a dump of the trail, by `psql -q`."""
    name = f"{os.environ['FSM_TIER_DB']}_restored"
    with closing(psycopg2.connect(dbname="postgres", **where)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(f"DROP DATABASE IF EXISTS {name}")
            cr.execute(f"CREATE DATABASE {name}")
            dump = program(where, "pg_dump", "-n", "fsm_audit", os.environ["FSM_TIER_DB"])
            program(where, "psql", "-q", "-d", name, text=dump.stdout)
            yield name
            cr.execute(f"DROP DATABASE {name}")


def program(where, name, *arguments, text=None):
    """Run a program of PostgreSQL as Odoo's role; whatever fails inside, psql ends with 0."""
    place = ["-h", where["host"], "-p", where["port"], "-U", where["user"]]
    result = subprocess.run(
        [Path(os.environ.get("PG_DUMP", "pg_dump")).with_name(name), *place, *arguments],
        env={**os.environ, "PGPASSWORD": where["password"]},
        input=text, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert not result.returncode, result.stderr
    return result


def test_restored_copy_lost_its_tier_and_says_so(where, restored):
    place = ["--host", where["host"], "--port", where["port"], "--user", where["user"]]
    result = subprocess.run(
        [sys.executable, HARDEN, *place, "--db", restored, "--check"],
        env={**os.environ, "PGPASSWORD": where["password"]}, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 1
    assert "Tier 1" in result.stdout and "lost it" in result.stdout
