"""What the scripts ask of PostgreSQL; needs psycopg2 and no PostgreSQL client programs."""

import argparse
import os
import shutil
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", default="5432")
    parser.add_argument("--user", required=True)
    parser.add_argument("--data-dir", type=Path, help="Odoo's data_dir, whose filestore goes along")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check", help="may this role make databases?")
    role = actions.add_parser("role", help="make Odoo's role; its password comes on standard input")
    role.add_argument("name")
    for action, names in {
        "exists": ["name"],
        "drop": ["name"],
        "clone": ["source", "target"],
        "rename": ["source", "target"],
        "note": ["name"],
        "set-note": ["name", "text"],
        "list": ["prefix"],
        "missing": ["name", "modules"],
    }.items():
        subparser = actions.add_parser(action)
        for name in names:
            subparser.add_argument(name)
    return parser.parse_args()


class Databases:
    """The databases of one server, each with its folder in Odoo's filestore."""

    def __init__(self, host, port, user, data_dir=None):
        self.where = {
            "host": host,
            "port": port,
            "user": user,
            "password": os.environ.get("PGPASSWORD", ""),
            "connect_timeout": 10,
        }
        self.filestore = data_dir / "filestore" if data_dir else None
        self.connection = self.connect("postgres")

    def connect(self, name):
        connection = psycopg2.connect(dbname=name, **self.where)
        connection.autocommit = True
        return connection

    def run(self, statement, *names, values=()):
        statement = sql.SQL(statement).format(*map(sql.Identifier, names))
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def check(self):
        rows = self.run("SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolcreatedb")
        sys.exit(not rows)

    def role(self, name):
        password = sys.stdin.readline().strip()
        known = self.run("SELECT 1 FROM pg_roles WHERE rolname = %s", values=(name,))
        verb = "ALTER" if known else "CREATE"
        self.run(
            verb + " ROLE {} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD %s",
            name,
            values=(password,),
        )
        # Nobody but Odoo and the superuser connects here.
        self.run("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        self.run("GRANT CONNECT ON DATABASE postgres TO {}", name)

    def exists(self, name):
        rows = self.run("SELECT 1 FROM pg_database WHERE datname = %s", values=(name,))
        sys.exit(not rows)

    def drop(self, name):
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        if self.filestore:
            shutil.rmtree(self.filestore / name, ignore_errors=True)

    def clone(self, source, target):
        self.drop(target)
        # Copying the files is ten times as fast as copying through the log (PostgreSQL 15).
        strategy = " STRATEGY file_copy" if self.connection.server_version >= 150000 else ""
        self.run("CREATE DATABASE {} TEMPLATE {}" + strategy, target, source)
        if self.filestore and (self.filestore / source).is_dir():
            shutil.copytree(self.filestore / source, self.filestore / target, copy_function=os.link)

    def rename(self, source, target):
        self.run("ALTER DATABASE {} RENAME TO {}", source, target)
        if self.filestore and (self.filestore / source).is_dir():
            shutil.rmtree(self.filestore / target, ignore_errors=True)
            (self.filestore / source).rename(self.filestore / target)

    def note(self, name):
        rows = self.run(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            values=(name,),
        )
        print(rows and rows[0][0] or "")

    def set_note(self, name, text):
        self.run("COMMENT ON DATABASE {} IS %s", name, values=(text,))

    def list(self, prefix):
        for (name,) in self.run(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", values=(prefix,)
        ):
            print(name)

    def missing(self, name, modules):
        """Print those of the comma-separated modules that are not installed in a database."""
        wanted = modules.split(",")
        with self.connect(name).cursor() as cursor:
            cursor.execute("SELECT to_regclass('ir_module_module')")
            installed = set()
            if cursor.fetchone()[0]:
                cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
                installed = {row[0] for row in cursor.fetchall()}
        print(*[module for module in wanted if module not in installed])


def main():
    arguments = vars(parse_arguments())
    action = arguments.pop("action").replace("-", "_")
    where = {key: arguments.pop(key) for key in ("host", "port", "user", "data_dir")}
    try:
        getattr(Databases(**where), action)(**arguments)
    except psycopg2.Error as error:
        sys.exit(f"PostgreSQL: {str(error).strip()}")


if __name__ == "__main__":
    main()
