# shellcheck shell=bash
# What every script shares: where things are, how to speak, how to time a step.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LOCAL=$ROOT/.local   # everything that the scripts bring or make; git ignores it
ADDONS=$ROOT/addons
LOG=$LOCAL/setup.log # what the steps print
export SERIES=19.0 # of Odoo
export PYTHONUNBUFFERED=1 LC_ALL=C.UTF-8

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }
seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# step NAME COMMAND...: run a command, its output in the log, and say how long it took.
step() {
    local name=$1 start=$EPOCHREALTIME failed=0 ended
    shift
    [ ! -t 1 ] || printf '    %-40s     ...\r' "$name"
    printf '\n--- %s\n' "$name" >>"$LOG"
    "$@" >>"$LOG" 2>&1 || failed=$?
    ended="$(seconds_since "$start") s"
    [ "$failed" = 0 ] || ended=failed
    printf '    %-40s%9s\n' "$name" "$ended"
    return "$failed"
}

# give_up SENTENCE: the end of the log, then the sentence that says what to do.
give_up() {
    tail -n 15 "$LOG" | sed 's/^/    | /' >&2
    die "$* (the whole log: $LOG)"
}

# prepare_local MEGABYTES: make the folder, or say why it cannot be.
prepare_local() {
    local free owner
    mkdir -p "$LOCAL" 2>/dev/null ||
        die "$ROOT cannot be written to: make the clone as the user who runs the scripts"
    owner=$(stat -c %u "$LOCAL")
    [ "$owner" = "$(id -u)" ] ||
        die "$LOCAL belongs to user $(stat -c %U "$LOCAL"): run this as that user, or delete the folder first"
    free=$(df -Pm "$LOCAL" | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -ge "$1" ] ||
        die "only ${free:-0} MB are free at $LOCAL and $1 MB are needed: make room, then run this again"
    mkdir -p "$LOCAL/bin"
    [ "$(stat -c %s "$LOG" 2>/dev/null || echo 0)" -lt 5000000 ] || rm -f "$LOG"
    touch "$LOG"
    chmod 700 "$LOCAL/bin"
    PATH=$PATH:$LOCAL/bin # last: what the machine has comes first
}

# locked NAME COMMAND...: one at a time, when several scripts run at once.
locked() {
    local lock=$LOCAL/$1.lock fd
    shift
    exec {fd}>"$lock"
    flock -n "$fd" || { say "waiting for another script ($(basename "$lock" .lock))"; flock "$fd"; }
    "$@"
    exec {fd}>&-
}

# port_taken PORT: somebody listens there on this machine.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; }

our_addons() { # the folders of addons/ that hold a manifest
    local manifest
    for manifest in "$ADDONS"/*/__manifest__.py; do
        [ -f "$manifest" ] && basename "$(dirname "$manifest")"
    done
    return 0
}

end_tree() { # PID: that process and all it started
    local child children=()
    read -ra children 2>/dev/null <"/proc/$1/task/$1/children" || true
    for child in "${children[@]}"; do end_tree "$child"; done
    kill "$1" 2>/dev/null || true
}
