# shellcheck shell=bash
# Virtual environments: .local/venv runs Odoo and the tests, .local/venv-lint holds the linters.

VENV=$LOCAL/venv

suits() { # PROGRAM is a Python that Odoo and our pins run on
    "$1" -c 'import sys, ssl, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# Sets PYTHON to an interpreter that suits: the one asked for, the machine's, or Debian's, unpacked.
find_python() {
    local candidate unpacked=$PROGRAMS/usr/bin/python3
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null || die "PYTHON=$PYTHON is no program: name a Python 3.10 to 3.13"
        suits "$PYTHON" || die "PYTHON=$PYTHON does not suit: it must be a Python 3.10 to 3.13 with venv and ssl"
        return
    fi
    for candidate in python3.12 python3.11 python3.13 python3.10 python3; do
        if command -v "$candidate" >/dev/null && suits "$candidate"; then
            PYTHON=$(command -v "$candidate")
            return
        fi
    done
    PYTHON=$unpacked
    [ ! -x "$PYTHON" ] || use_libraries "$PYTHON"
    suits "$PYTHON" && return
    step "unpack Python" unpack_packages python3 python3-pip-whl ca-certificates ||
        give_up "no Python 3.10 to 3.13 here and no Debian mirror to take one from: install python3 and python3-venv, or set PYTHON"
    use_libraries "$PYTHON"
    suits "$PYTHON" || die "no Python 3.10 to 3.13 with venv: install one, or set PYTHON to it"
}

use_libraries() { # PROGRAM: let it find the libraries that were unpacked with it
    [[ $(readlink -f "$1") != "$PROGRAMS"/* ]] || export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-$(programs_libraries)}
}

# make_venv FOLDER: an empty environment with pip, also where Debian keeps ensurepip in a package apart.
make_venv() {
    local wheel
    rm -rf "$1"
    if "$PYTHON" -c 'import ensurepip' 2>/dev/null && "$PYTHON" -m venv "$1"; then return; fi
    rm -rf "$1"
    "$PYTHON" -m venv --without-pip "$1" || return 1
    wheel=$(find_pip_wheel)
    if [ -z "$wheel" ]; then
        unpack_packages python3-pip-whl || return 1
        wheel=$(find_pip_wheel)
    fi
    "$1/bin/python" -m zipfile -e "$wheel" "$(site_packages "$1")" || return 1
    # Debian's pip looks for certificates in one place only.
    if [ ! -e "$CERTIFICATES" ] && [ -e "$LOCAL/certificates.crt" ]; then
        grep -rlF "$CERTIFICATES" "$(site_packages "$1")/pip" | xargs -r sed -i "s|$CERTIFICATES|$LOCAL/certificates.crt|"
    fi
}

site_packages() { echo "$1"/lib/python3.*/site-packages; }

find_pip_wheel() {
    find /usr/share/python-wheels "$PROGRAMS/usr/share/python-wheels" -name 'pip-*.whl' 2>/dev/null | head -n 1
}

CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

# Machines without certificates: the ones that were unpacked, joined.
use_certificates() {
    local from=$PROGRAMS/usr/share/ca-certificates/mozilla
    [ -e "$CERTIFICATES" ] && return
    [ -d "$from" ] || step "unpack certificates" unpack_packages ca-certificates || return 0
    cat "$from"/*.crt >"$LOCAL/certificates.crt"
    export PIP_CERT=${PIP_CERT:-$LOCAL/certificates.crt} SSL_CERT_FILE=${SSL_CERT_FILE:-$LOCAL/certificates.crt}
}

pip_install() { # VENV ARGUMENTS...
    local venv=$1
    shift
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input --prefer-binary --no-compile "$@"
}

# install_requirements VENV FILE...: into a new environment, unless it holds exactly those.
install_requirements() {
    local venv=$1 file want arguments=()
    shift
    want=$(cat "$@" | sha256sum | cut -c1-16)
    use_libraries "$venv/bin/python"
    if [ "$(cat "$venv/.requirements" 2>/dev/null)" = "$want" ] && "$venv/bin/python" -c '' 2>/dev/null; then
        return
    fi
    for file in "$@"; do arguments+=(-r "$file"); done
    find_python
    use_certificates
    say "Python packages ($(basename "$venv"))"
    step "virtual environment" make_venv "$venv" ||
        give_up "$PYTHON could not make a virtual environment: install python3-venv, or set PYTHON to another Python 3.10 to 3.13"
    step "pip install" pip_install "$venv" "${arguments[@]}" ||
        give_up "the Python packages could not be installed: check the network and pip's settings, then run this again"
    echo "$want" >"$venv/.requirements"
}

install_python() {
    install_requirements "$VENV" "$ROOT/requirements.txt"
    # reportlab draws barcodes through rl-renderPM, which has no build for Python 3.13. There it goes
    # through cairo, without pycairo, which would have to be compiled.
    if [ ! -e "$VENV/.barcodes" ] && "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
        step "barcodes" pip_install "$VENV" --no-deps rlPyCairo==0.4.0 ||
            give_up "the Python packages could not be installed: check the network and pip's settings, then run this again"
    fi
    touch "$VENV/.barcodes"
    link_odoo
}

link_odoo() { # `import odoo` and bin/odoo work inside the environment, wherever Odoo is
    local site
    site=$(site_packages "$VENV")
    [ "$(cat "$site/odoo.pth" 2>/dev/null)" = "$ODOO_HOME" ] || echo "$ODOO_HOME" >"$site/odoo.pth"
    printf 'from odoo.cli import main\n\nmain()\n' >"$VENV/bin/odoo" # run by the environment's Python
}
