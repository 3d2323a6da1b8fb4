#!/usr/bin/env bash
# Run once by the postgres image, on an empty volume: the role that Odoo connects as. It can make
# databases and no more, so that Odoo, or who takes it over, cannot switch off what guards the data.
set -euo pipefail

psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/odoo_database_password)" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE odoo LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'password';
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO odoo;
SQL
