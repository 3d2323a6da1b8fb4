# shellcheck shell=bash
# Programs beside Odoo and PostgreSQL: the machine's own, else unpacked below .local/programs.

has() { command -v "$1" >/dev/null; }

install_wkhtmltopdf() { # prints PDF
    has wkhtmltopdf && return
    step "unpack wkhtmltopdf" unpack_wkhtmltopdf ||
        give_up "no wkhtmltopdf here and no Debian mirror to take it from: install the package wkhtmltopdf"
    wrap wkhtmltopdf "$PROGRAMS/usr/bin/wkhtmltopdf"
}

unpack_wkhtmltopdf() { # Debian 13 has none any more, but that of Debian 12 runs there
    unpack_packages wkhtmltopdf || unpack_packages --from bookworm wkhtmltopdf
}

# Hindi on printed documents: wkhtmltopdf draws with the fonts that fontconfig knows, and no others.
install_fonts() {
    use_fonts
    ! knows_hindi || return 0
    step "unpack fonts" unpack_packages fonts-lohit-deva ||
        warn "no font for Hindi here and no Debian mirror to take it from: install the package fonts-lohit-deva"
    write_fonts_conf
}

knows_hindi() {
    [ -d "$PROGRAMS/usr/share/fonts/truetype/lohit-devanagari" ] ||
        [ -n "$(fc-list :lang=hi family 2>/dev/null)" ]
}

use_fonts() { # those of the machine, and those that came along
    [ ! -e "$LOCAL/fonts.conf" ] || export FONTCONFIG_FILE=$LOCAL/fonts.conf
}

install_chromium() { # drives the tests of the screens
    has chromium || has google-chrome && return
    step "unpack Chromium" unpack_packages chromium ||
        give_up "no Chromium here and no Debian mirror to take it from: install the package chromium"
    wrap chromium "$PROGRAMS/usr/lib/chromium/chromium"
}

install_nginx() { # checks config/nginx.conf
    has nginx || [ -x /usr/sbin/nginx ] && return
    step "unpack nginx" unpack_packages nginx ||
        give_up "no nginx here and no Debian mirror to take it from: install the package nginx"
    wrap nginx "$PROGRAMS/usr/sbin/nginx"
}

# The key rings: of the sealed secret store (device passwords), and what signs the seals of the audit
# trail. What the environment says comes first.
use_secret_keys() {
    use_key_ring FSM_SECRET_KEYS k1
    use_key_ring FSM_AUDIT_SIGNING_KEY s1
}

use_key_ring() { # VARIABLE NAME-OF-THE-KEY
    local file=$LOCAL/${1,,} named=${1}_FILE
    if [ -z "${!1:-}${!named:-}" ]; then
        [ -s "$file" ] || (umask 077 && printf '%s:%s\n' "$2" "$(head -c 32 /dev/urandom | base64 -w 0)" >"$file")
        export "$named=$file"
    fi
}
