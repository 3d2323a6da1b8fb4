# shellcheck shell=bash
# Takes programs out of Debian packages and lays them below .local/programs, as any user:
# the system's packages, package lists and archives are neither changed nor needed.

PROGRAMS=$LOCAL/programs
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Not needed to run a program out of a folder: what configures, starts or decorates it.
LEFT_OUT='^(adduser|adwaita-icon-theme|dbus.*|dconf.*|debconf|gtk-update-icon-cache|hicolor-icon-theme|'
LEFT_OUT+='init-system-helpers|libgl1-mesa-dri|libjson.*-perl|libcommon-sense-perl|libllvm.*|libperl.*|'
LEFT_OUT+='libtypes-serialiser-perl|libz3.*|mailcap|media-types|notification-daemon|perl.*|'
LEFT_OUT+='postgresql-(client-)?common|ssl-cert|systemd.*|tzdata|ucf|x11-common|xdg-utils|xkb-data)$'

is_debian() {
    [ -r /etc/os-release ] && [ -f "$KEYRING" ] &&
        command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null &&
        [ "$(. /etc/os-release && echo "${ID:-}")" = debian ]
}

debian_release() { (. /etc/os-release && echo "${VERSION_CODENAME:-sid}"); }

# The machine's own mirrors, as "URI SUITE" lines: no host is written down anywhere.
debian_mirrors() {
    local release
    release=$(debian_release)
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' |
        awk -v r="$release" '$2 == r || $2 == r "-updates" || $2 == r "-security"' | sort -u
}

# private_apt FOLDER ARCHITECTURE: options for an apt-get whose lists and archives are in FOLDER.
private_apt() {
    local folder=$1 architecture=$2
    mkdir -p "$folder"/{lists/partial,cache/archives/partial,debs}
    APT=(
        apt-get -qq
        -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache"
        -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=20
        -o Acquire::https::Timeout=20 -o APT::Update::Error-Mode=any -o Debug::NoLocking=1
    )
    [ -z "$architecture" ] || APT+=(-o "APT::Architectures::=$architecture")
    ! is_root || APT+=(-o APT::Sandbox::User=root) # _apt may not read below .local
}

update_lists() { # FOLDER SUITE: refresh the lists of a release, at most once a day
    local folder=$1 uri suite
    private_apt "$folder" ""
    [ -z "$(find "$folder/lists.stamp" -mtime -1 2>/dev/null)" ] || return 0
    while read -r uri suite; do
        echo "deb [signed-by=$KEYRING] $uri ${suite/#$(debian_release)/$2} main"
    done < <(debian_mirrors) >"$folder/sources.list"
    [ -s "$folder/sources.list" ] || { echo "apt names no mirror of this release"; return 1; }
    "${APT[@]}" update && touch "$folder/lists.stamp"
}

# unpack_packages [--from SUITE] NAME...: those packages and what they need and the machine lacks.
unpack_packages() {
    local suite deb packages folder
    is_debian || { echo "this machine is not a Debian"; return 1; }
    suite=$(debian_release)
    [ "$1" != --from ] || { suite=$2; shift 2; }
    folder=$LOCAL/apt/$suite
    update_lists "$folder" "$suite" || return 1
    packages=$("${APT[@]}" -s --no-install-recommends install "$@" | awk '$1 == "Inst" { print $2 }') || return 1
    packages=$(grep -Ev "$LEFT_OUT" <<<"$packages" || true)
    [ -n "$packages" ] || packages=$(printf '%s\n' "$@") # installed, yet its program is not there
    rm -f "$folder"/debs/*.deb
    # shellcheck disable=SC2086
    (cd "$folder/debs" && "${APT[@]}" download $packages) || return 1
    mkdir -p "$PROGRAMS"
    for deb in "$folder"/debs/*.deb; do
        dpkg-deb -x "$deb" "$PROGRAMS" || return 1
    done
    rm -f "$folder"/debs/*.deb
}

programs_libraries() { # the search path for the libraries of what was unpacked
    local triplet
    triplet=$(dpkg --print-architecture 2>/dev/null | sed 's/^amd64$/x86_64/; s/^arm64$/aarch64/')-linux-gnu
    local at=$PROGRAMS/usr/lib/$triplet
    echo "$at:$PROGRAMS/lib/$triplet:$PROGRAMS/usr/lib:$at/pulseaudio"
}

# wrap NAME PROGRAM: .local/bin/NAME starts PROGRAM with the libraries and fonts that came along.
wrap() {
    local libraries
    libraries=$(programs_libraries)
    write_fonts_conf
    cat >"$LOCAL/bin/$1" <<WRAPPER
#!/bin/sh
# Written by scripts/setup: $1 from Debian's package, below .local/programs.
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
export QT_PLUGIN_PATH="${libraries%%:*}/qt5/plugins"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$LOCAL/fonts.conf"
exec "$2" "\$@"
WRAPPER
    chmod +x "$LOCAL/bin/$1"
}

write_fonts_conf() { # the machine's fonts, where it has any, and those that came along
    cat >"$LOCAL/fonts.conf" <<CONF
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>$PROGRAMS/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$LOCAL/fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
CONF
}
