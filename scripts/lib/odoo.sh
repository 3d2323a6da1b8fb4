# shellcheck shell=bash
# Odoo itself: one that is there (ODOO_PATH), or Debian's package unpacked below .local/odoo.

is_odoo() { # DIR holds the odoo package of the wanted series
    [ -f "$1/odoo/release.py" ] &&
        grep -Eq "^version_info = \(${SERIES%.*}, ${SERIES#*.}," "$1/odoo/release.py"
}

fetch_odoo() {
    local folder=$LOCAL/apt/odoo release uri suite package want
    is_debian || { echo "this machine is not a Debian"; return 1; }
    release=$(debian_release)
    read -r uri suite < <(debian_mirrors | awk -v r="$release" '$2 == r') || return 1
    # Odoo is only in sid. Its fonts and scripts come from this machine's own release, though:
    # sid's Font Awesome is 7, and Odoo links to the files of 4.7. All of it is for any
    # architecture, which halves the lists.
    private_apt "$folder" all
    {
        echo "deb [arch=all signed-by=$KEYRING] $uri sid main"
        [ "$suite" = sid ] || echo "deb [arch=all signed-by=$KEYRING] $uri $suite main"
    } >"$folder/sources.list"
    # A mirror may lag behind: sid's lists are said to be good for a week. They are signed all the same.
    "${APT[@]}" -o Acquire::Check-Valid-Until=false update || return 1
    want=("odoo-${SERIES%.*}/sid" fonts-montserrat/sid)
    for package in fonts-font-awesome fonts-inconsolata fonts-ocr-b fonts-roboto-unhinted \
        libjs-jquery libjs-jquery-form libjs-underscore; do
        want+=("$package/$release")
    done
    rm -f "$folder"/debs/*.deb
    (cd "$folder/debs" && "${APT[@]}" download "${want[@]}") || return 1
}

unpack_odoo() {
    local debs=$LOCAL/apt/odoo/debs new=$LOCAL/odoo.new package stub broken deb
    rm -rf "$new" && mkdir -p "$new" || return 1
    # Two thirds of the package are translations: only Hindi's are kept.
    dpkg-deb --fsys-tarfile "$debs"/odoo-*.deb |
        tar -x -C "$new" --exclude='*.pot' --exclude='*/i18n/[!h]*.po' --exclude='*/i18n/h[!i]*.po' \
            --exclude='./usr/share/doc' --exclude='./etc' || return 1
    for deb in "$debs"/fonts-*.deb "$debs"/libjs-*.deb; do
        dpkg-deb -x "$deb" "$new" || return 1
    done
    package=$new/usr/lib/python3/dist-packages/odoo
    # Debian leaves one script out for its licence, yet Odoo lists it in the web client's bundle:
    # an empty one keeps the bundle whole. It would blur the background of video calls.
    stub=$package/addons/mail/static/lib/selfie_segmentation
    if [ ! -e "$stub/selfie_segmentation.js" ]; then
        mkdir -p "$stub" && echo '/* not in the Debian package */' >"$stub/selfie_segmentation.js"
    fi
    broken=$(find "$new/usr/lib" -xtype l | wc -l)
    [ "$broken" = 0 ] || echo "$broken links in the unpacked Odoo lead nowhere (fonts or scripts)"
    basename "$debs"/odoo-*.deb >"$new/version"
    rm -rf "$LOCAL/odoo" && mv "$new" "$LOCAL/odoo" && rm -rf "$debs"
}

# shellcheck disable=SC2034
# Sets ODOO_HOME, the folder that holds the odoo package, and ODOO_VERSION, which names its build.
install_odoo() {
    local debian=$LOCAL/odoo/usr/lib/python3/dist-packages
    if [ -n "${ODOO_PATH:-}" ]; then
        is_odoo "$ODOO_PATH" ||
            die "ODOO_PATH=$ODOO_PATH holds no Odoo $SERIES: it must name the folder above odoo/release.py"
        ODOO_HOME=$(cd "$ODOO_PATH" && pwd)
        ODOO_VERSION=$(cksum <"$ODOO_HOME/odoo/release.py")
        return
    fi
    if ! is_odoo "$debian"; then
        say "Odoo $SERIES"
        step "fetch" fetch_odoo ||
            give_up "no Debian mirror gave Odoo $SERIES: check the network and apt's sources, or set ODOO_PATH to a checkout of Odoo $SERIES"
        step "unpack" unpack_odoo || give_up "Odoo could not be unpacked: make room on the disk, then run this again"
        is_odoo "$debian" ||
            die "Debian's package is no longer Odoo $SERIES: set ODOO_PATH to a checkout of Odoo $SERIES"
    fi
    ODOO_HOME=$debian
    ODOO_VERSION=$(cat "$LOCAL/odoo/version")
}

# write_odoo_conf FILE DATA_DIR: settings for an Odoo that these scripts start.
write_odoo_conf() {
    local path=$ADDONS
    # In a git checkout most modules lie in addons/, beside the odoo package.
    [ -d "$ODOO_HOME/odoo/addons/web" ] || path=$path,$ODOO_HOME/addons
    install -m 600 /dev/null "$1.new"
    cat >"$1.new" <<CONF
[options]
addons_path = $path
data_dir = $2
db_host = $PG_HOST
db_port = $PG_PORT
db_user = $PG_USER
db_password = $PG_PASSWORD
db_maxconn = 32
list_db = False
admin_passwd =
http_interface = 127.0.0.1
CONF
    mv "$1.new" "$1"
}

# odoo CONF ARGUMENTS...: run Odoo with these settings; a subcommand comes before the options.
odoo() {
    local conf=$1 command=()
    shift
    case ${1:-} in
    shell) command=("$1"); shift ;;
    module | db) [ "$1" = db ] && command=(db -c "$conf" "${@:2}") || command=("$1" "$2" -c "$conf" "${@:3}")
        "$VENV/bin/python" "$VENV/bin/odoo" "${command[@]}"
        return ;;
    esac
    "$VENV/bin/python" "$VENV/bin/odoo" "${command[@]}" -c "$conf" "$@"
}
