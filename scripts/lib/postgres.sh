# shellcheck shell=bash
# PostgreSQL: one that is there (DATABASE_HOST), or clusters of the project's own below .local:
# `pg` for scripts/serve, `pg-test` for scripts/test. Each is reached through its socket only, by
# password only; its superuser is a role of its own, and Odoo's role can make databases, no more.

SUPERUSER=fsm_superuser

find_postgres() { # [MAJOR]: print the folder of the server's programs, of that version if it is given
    local folder major
    for folder in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin \
        "$(dirname "$(readlink -f "$(command -v initdb || true)")")" "$PG_ROOT"/programs/usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] || continue
        major=$(postgres_major "$folder")
        if [ "$major" -ge 14 ] && [ "$major" = "${1:-$major}" ]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

postgres_major() {
    LD_LIBRARY_PATH=$(programs_libraries) "$1/postgres" --version 2>/dev/null | awk '{ print int($3) }' | grep . || echo 0
}

as_pg() { # PostgreSQL refuses to run as root
    local libraries=()
    [[ $PG_BIN != "$PROGRAMS"/* ]] || libraries=(env "LD_LIBRARY_PATH=$(programs_libraries)")
    if is_root; then
        (cd / && runuser -u "$PG_OS_USER" -- "${libraries[@]}" "$@")
    else
        "${libraries[@]}" "$@"
    fi
}

# Sets PG_OS_USER, who runs the server, and PG_ROOT, a folder that this user can reach.
choose_postgres_place() {
    PG_OS_USER=$(id -un)
    PG_ROOT=$LOCAL
    is_root || return 0
    command -v runuser >/dev/null || die "PostgreSQL does not run as root: run this as an ordinary user, or set DATABASE_HOST"
    PG_OS_USER=postgres
    id postgres >/dev/null 2>&1 || PG_OS_USER=nobody
    if ! runuser -u "$PG_OS_USER" -- test -x "$LOCAL" 2>/dev/null; then
        # No other user may enter this folder (it is below /root, say).
        PG_ROOT=/var/lib/fsm-$(cksum <<<"$LOCAL" | cut -d' ' -f1)
        [ -d "$PG_ROOT" ] || say "no other user may enter $LOCAL: PostgreSQL's files go to $PG_ROOT"
        mkdir -p "$PG_ROOT"
        PROGRAMS=$PG_ROOT/programs
    fi
}

random_password() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }

password_of() { # ROLE: its password, made at first sight; only the owner of .local reads it
    local file=$LOCAL/password-$1
    [ -s "$file" ] || (umask 077 && random_password >"$file")
    cat "$file"
}

make_cluster() { # FOLDER
    local folder=$1 secret=$1.password
    rm -rf "$folder" "$folder.made" && mkdir -p "$folder" && chmod 700 "$folder" || return 1
    install -m 600 /dev/null "$secret" && password_of $SUPERUSER >"$secret" || return 1
    ! is_root || chown "$PG_OS_USER" "$folder" "$secret" || return 1
    as_pg "$PG_BIN/initdb" -D "$folder" -U $SUPERUSER --pwfile="$secret" -A scram-sha-256 \
        -E UTF8 --locale=C.UTF-8 --no-sync || return 1
    rm -f "$secret"
    echo "include 'fsm.conf'" | as_pg tee -a "$folder/postgresql.conf"
}

# write_cluster_conf FOLDER: what production uses (config/postgresql.conf), then what differs here.
write_cluster_conf() {
    {
        cat "$ROOT/config/postgresql.conf"
        echo "listen_addresses = ''                  # through the socket only"
        echo "unix_socket_directories = '$PG_HOST'"
        echo "shared_buffers = 256MB                 # a shared machine"
        echo "synchronous_commit = off               # a crash may cost the last moment, never consistency"
        echo "wal_level = minimal"
        echo "max_wal_senders = 0"
        if [ "$(basename "$1")" = pg-test ]; then
            echo "fsync = off                            # thrown away after a crash"
            echo "full_page_writes = off"
        fi
    } | as_pg tee "$1/fsm.conf" >/dev/null
}

cluster_runs() { as_pg "$PG_BIN/pg_ctl" -D "$1" status >/dev/null 2>&1; }

start_cluster() { # FOLDER
    local fd
    (
        # The server outlives this script: it must not go on holding our locks.
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            [ "$fd" -le 2 ] || eval "exec $fd>&-" 2>/dev/null
        done
        as_pg "$PG_BIN/pg_ctl" -s -D "$1" -l "$1/server.log" -w -t 60 start
    ) || {
        as_pg tail -n 20 "$1/server.log"
        return 1
    }
}

make_roles() {
    PGPASSWORD=$(password_of $SUPERUSER) "$VENV/bin/python" "$ROOT/scripts/lib/database.py" \
        --host "$PG_HOST" --user $SUPERUSER role odoo <<<"$(password_of odoo)"
}

# install_postgres NAME: have cluster NAME running. Sets PG_HOST, PG_PORT, PG_USER, PG_PASSWORD.
install_postgres() {
    local folder
    PG_PORT=${DATABASE_PORT:-5432}
    if [ -n "${DATABASE_HOST:-}" ]; then
        PG_HOST=$DATABASE_HOST PG_USER=${DATABASE_USER:-odoo} PG_PASSWORD=${DATABASE_PASSWORD:-}
        database check ||
            die "no PostgreSQL that lets $PG_USER make databases answers at DATABASE_HOST=$PG_HOST, port $PG_PORT: start it, or set DATABASE_HOST, DATABASE_PORT, DATABASE_USER and DATABASE_PASSWORD"
        return
    fi
    choose_postgres_place
    folder=$PG_ROOT/$1
    choose_postgres "$folder"
    PG_HOST=$folder.run PG_PORT=5432 PG_USER=odoo
    # The path of a socket may be 107 characters long.
    [ ${#PG_HOST} -lt 90 ] || PG_HOST=/tmp/fsm-$1-$(cksum <<<"$LOCAL" | cut -d' ' -f1)
    PG_PASSWORD=$(password_of odoo)
    if [ ! -f "$folder.made" ] || [ ! -f "$folder/PG_VERSION" ]; then
        [ ! -f "$folder/postmaster.pid" ] || stop_cluster "$folder" # of a half-finished run
        step "PostgreSQL cluster" make_cluster "$folder" ||
            give_up "PostgreSQL could not be set up below $PG_ROOT: see the reason above, then run this again"
    fi
    make_socket_folder
    if ! cluster_runs "$folder"; then
        write_cluster_conf "$folder"
        if ! step "start PostgreSQL" start_cluster "$folder"; then
            [ "$1" = pg-test ] && [ -f "$folder.made" ] ||
                give_up "PostgreSQL did not start: see the reason above; if its files are damaged, delete $folder"
            step "make the test cluster anew" remake_cluster "$folder" || give_up "PostgreSQL did not start: delete $folder and run this again"
        fi
    fi
    if [ ! -f "$folder.made" ]; then
        step "Odoo's database role" make_roles || give_up "Odoo's role could not be made: delete $folder and run this again"
        touch "$folder.made"
    fi
}

choose_postgres() { # FOLDER: sets PG_BIN; files of a cluster belong to one version
    local want
    want=$(cat "$1/PG_VERSION" 2>/dev/null || true)
    PG_BIN=$(find_postgres "$want") && return
    [ -z "$want" ] || [ ! -f "$1.made" ] ||
        die "the databases in $1 are of PostgreSQL $want, which is gone: install postgresql-$want, or delete $1 and start anew"
    say "PostgreSQL"
    step "unpack" unpack_packages postgresql ||
        give_up "no PostgreSQL server here and no Debian mirror to take one from: install the package postgresql, or set DATABASE_HOST"
    PG_BIN=$(find_postgres) || die "PostgreSQL was unpacked, but does not start: install the package postgresql, or set DATABASE_HOST"
}

make_socket_folder() {
    mkdir -p "$PG_HOST"
    chmod 700 "$PG_HOST"
    ! is_root || chown "$PG_OS_USER" "$PG_HOST"
}

remake_cluster() {
    make_cluster "$1" && write_cluster_conf "$1" && start_cluster "$1"
}

stop_cluster() { as_pg "$PG_BIN/pg_ctl" -s -D "$1" -m fast -w stop; }

# database ARGUMENTS...: see scripts/lib/database.py; with Odoo's role.
database() {
    PGPASSWORD=$PG_PASSWORD "$VENV/bin/python" "$ROOT/scripts/lib/database.py" \
        --host "$PG_HOST" --port "$PG_PORT" --user "$PG_USER" "$@"
}

# knows_superuser: whether the scripts can act as the superuser of the cluster.
knows_superuser() { [ -z "${DATABASE_HOST:-}" ] || [ -n "${DATABASE_SUPERUSER:-}" ]; }

# harden DB ARGUMENTS...: give the audit trail an owner of its own, as the superuser of the cluster;
# with --check only say who owns it. See addons/fsm_audit/tools/harden.py.
harden() {
    local user=$SUPERUSER password=${DATABASE_SUPERUSER_PASSWORD:-}
    if [ -n "${DATABASE_HOST:-}" ]; then
        user=${DATABASE_SUPERUSER:-$PG_USER}
        [ -n "${DATABASE_SUPERUSER:-}" ] || password=$PG_PASSWORD # enough for --check
    else
        password=$(password_of "$SUPERUSER")
    fi
    PGPASSWORD=$password "$VENV/bin/python" "$ADDONS/fsm_audit/tools/harden.py" \
        --host "$PG_HOST" --port "$PG_PORT" --user "$user" --role "$PG_USER" --db "$@"
}
