"""The repository's own promises: what it holds, what it keeps out, that its settings are valid."""

import ast
import configparser
import os
import re
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
# Put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + ".org",
    "files.python" + "hosted",
    "deb." + "debian.org",
    "registry." + "npmjs",
]


def files():
    """Return the text files that git knows, and those it would add."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [path for name in names if (path := ROOT / name).is_file()]


def holders(pattern):
    """Return the places, `file:line`, in which a pattern occurs."""
    found = []
    for path in files():
        if b"\0" in (content := path.read_bytes())[:8000]:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    return found


# === WHAT IS IN IT === #


def test_each_case_of_the_red_team_has_a_test_of_its_name():
    rows = re.findall(
        r"^\| ([A-Z]\d+.*?) \|.*\|(.*)\|$", (ROOT / "docs" / "red-team.md").read_text(), re.M
    )
    assert len(rows) > 40
    for cases, shown in rows:
        for place in re.findall(r"`([\w/]+)`", shown):
            addon, name = place.split("/")
            folder = ROOT / "tests" if addon == "tests" else ROOT / "addons" / addon / "tests"
            found = re.findall(r"def test_(\w+)", (folder / f"{name}.py").read_text())
            parts = {part for test in found for part in test.split("_")}
            assert parts & set(cases.lower().split(", ")), f"{cases} is not in {place}"


@pytest.mark.parametrize(
    "name",
    [
        ".ci/run", ".editorconfig", ".gitignore", ".pre-commit-config.yaml", "CONTRIBUTING.md", "LICENSE",
        "README.md", "config/nginx.conf", "config/odoo.conf", "config/postgresql.conf", "docker-compose.yml",
        "docs/ARCHITECTURE.md", "docs/GLOSSARY.md", "docs/adr", "docs/production.md", "pyproject.toml",
        "requirements.txt", "scripts/lint", "scripts/serve", "scripts/setup", "scripts/test",
    ],
)  # fmt: skip
def test_promised_file_is_there(name):
    assert (ROOT / name).exists()


def test_licence_is_the_lgpl_3_everywhere():
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text()
    for manifest in ROOT.glob("addons/*/__manifest__.py"):
        assert '"license": "LGPL-3"' in manifest.read_text(), manifest


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_package_registry_is_written_down(registry):
    assert not holders(re.escape(registry))


def test_no_path_of_a_machine_is_written_down():
    assert not holders(r"(?<![\w.~])/(home|root|work|Users)/\w")


def test_no_secret_is_in_it():
    private_key = "-----BEGIN " + r"(\w+ )?PRIVATE KEY-----"
    ring = r"\bk\d:[A-Za-z0-9+/]{43}="
    assert not holders(rf"{private_key}|{ring}")


@pytest.mark.parametrize("name", ["setup", "serve", "stop", "test", "lint", "odoo"])
def test_script_runs_and_helps(name):
    path = ROOT / "scripts" / name
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text()
    if name != "odoo":  # its arguments are Odoo's
        help_text = subprocess.run(
            [path, "--help"], check=True, capture_output=True, text=True
        ).stdout
        assert f"scripts/{name}" in help_text


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=str
)
def test_links_between_documents_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
    broken = [t for t in targets if "://" not in t and not (path.parent / t).exists()]
    assert not broken


# === DOCKER === #


def test_only_nginx_publishes_ports():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert SERVICES["db"]["networks"] == ["back"]


def test_images_are_the_official_ones_or_made_from_them():
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert images == {
        "db": "postgres:16",
        "odoo": "fsm-odoo:19.0",
        "install": "fsm-odoo:19.0",
        "harden": "odoo:19.0",
        "nginx": "nginx:stable",
    }


def test_our_image_is_the_official_one_with_the_fonts_of_the_papers():
    lines = (ROOT / SERVICES["odoo"]["build"] / "Dockerfile").read_text().splitlines()
    steps = [line for line in lines if not line.startswith("#")]
    assert (steps[0], steps[-1]) == ("FROM odoo:19.0", "USER odoo")
    styles = (ROOT / "addons/fsm_jobs/report/fsm_document_templates.xml").read_text()
    for family, package in (("DejaVu Sans", "fonts-dejavu-core"), ("Lohit", "fonts-lohit-deva")):
        assert family in styles and package in " ".join(steps)


@pytest.mark.parametrize("name", ["db", "odoo", "nginx"])
def test_service_is_watched_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_passwords_and_keys_are_files_that_git_ignores():
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", key):
                assert key.endswith("_FILE") and value.startswith("/run/secrets/"), key
                assert value.rpartition("/")[2] in service["secrets"]
    for secret in COMPOSE["secrets"].values():
        assert not subprocess.call(["git", "check-ignore", "-q", secret["file"]], cwd=ROOT)


def test_mounted_files_and_named_things_exist():
    for name, service in SERVICES.items():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith("./"):
                assert source in COMPOSE["volumes"], name
            elif source != "./config/tls":  # made on the server
                assert (ROOT / source).exists(), name


def test_production_installs_all_of_the_product_and_no_demo():
    default = re.search(r"FSM_MODULES:-([\w,]+)", " ".join(SERVICES["install"]["command"]))[1]
    ours = {path.parent.name for path in ROOT.glob("addons/*/__manifest__.py")}
    product = {addon for addon in ours if addon != "fsm_demo" and not addon.startswith("test_")}
    bridges = {
        addon
        for addon in product
        if ast.literal_eval((ROOT / "addons" / addon / "__manifest__.py").read_text()).get(
            "auto_install"
        )
    }  # come by themselves with what they join
    assert set(default.split(",")) == product - bridges


def test_f14_odoo_is_closed_to_the_world():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "config" / "odoo.conf")
    options = parser["options"]
    assert options["list_db"] == "False"
    assert options["proxy_mode"] == "True"
    assert options["admin_passwd"] == ""
    assert options["dbfilter"] == f"^{options['db_name']}$"
    assert not [key for key in options if key in ("db_host", "db_user", "db_password")]


def test_workers_leave_postgresql_room():
    odoo = (ROOT / "config" / "odoo.conf").read_text()
    postgresql = (ROOT / "config" / "postgresql.conf").read_text()

    def number(text, name):
        return int(re.search(rf"^{name} = (\d+)", text, re.M)[1])

    processes = number(odoo, "workers") + number(odoo, "max_cron_threads") + 1
    assert processes * number(odoo, "db_maxconn") < number(postgresql, "max_connections")
    assert number(odoo, "workers") != 1


@pytest.mark.parametrize("name", ["odoo.conf", "nginx.conf", "postgresql.conf"])
def test_each_block_of_settings_has_its_reason(name):
    lines = (ROOT / "config" / name).read_text().splitlines()
    comments = sum(line.strip().startswith(("#", ";")) for line in lines)
    assert comments >= 10


# === NGINX === #


def _certificate(folder):
    """Write a certificate for localhost, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture(scope="module")
def nginx(server, tmp_path_factory, free_port):
    """Run nginx with our file in front of the live server; return its https address.

    Only what names the containers is replaced: addresses, ports, folders.
    """
    program = os.environ["NGINX"]
    folder = tmp_path_factory.mktemp("nginx")
    _certificate(folder / "tls")
    (folder / "mime.types").write_text("types { text/html html; text/css css; }")
    http, https, health = free_port(), free_port(), free_port()
    text = (ROOT / "config" / "nginx.conf").read_text()
    for old, new in {
        "odoo:8069": server.removeprefix("http://"),
        "odoo:8072": server.removeprefix("http://"),  # one process does both here
        "/etc/nginx/": f"{folder}/",
        "/tmp/nginx.pid": f"{folder}/nginx.pid",
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
        "listen 80 ": f"listen 127.0.0.1:{http} ",
        "listen 443 ": f"listen 127.0.0.1:{https} ",
        "listen 127.0.0.1:8080": f"listen 127.0.0.1:{health}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {\n", f"http {{\n{temporary}", 1)
    if os.getuid() == 0:  # its workers then read the folder too
        text = "user root;\n" + text
    config = folder / "nginx.conf"
    config.write_text(text)
    command = [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(config)]
    check = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert not check.returncode, check.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        _wait_for(f"http://127.0.0.1:{health}/")
        yield f"https://127.0.0.1:{https}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url):
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody answers at {url}"
            time.sleep(0.1)
        else:
            return


def _get(url, data=None, **headers):
    """Return status and headers of an answer, whatever the status."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(
        url, data, {k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_f6_nginx_passes_pages_on_packed_and_guarded(nginx):
    status, headers = _get(f"{nginx}/web/login", Accept_Encoding="gzip")
    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "nginx/" not in headers["Server"]
    cookie = headers["Set-Cookie"].lower()
    assert all(flag in cookie for flag in ("secure", "httponly", "samesite=lax"))


@pytest.mark.parametrize("path", ["/web/database/manager", "/web/database/list", "/web/tests"])
def test_f14_nginx_does_not_know_what_is_closed(nginx, path):
    assert _get(nginx + path)[0] == 404


def test_nginx_opens_websockets(nginx):
    status, headers = _get(
        f"{nginx}/websocket?version=",
        Connection="Upgrade",
        Upgrade="websocket",
        Origin=nginx,
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Sec_WebSocket_Version="13",
    )
    assert (status, headers["Upgrade"]) == (101, "websocket")


def test_nginx_stops_guessing(nginx):
    # Tracking links: 30 at once, then one a second.
    answers = [_get(f"{nginx}/t/no-such-token-{number}")[0] for number in range(45)]
    assert 429 not in answers[:25]
    assert 429 in answers
    # Passwords: ten at once. The page that asks for one is not counted.
    assert {_get(f"{nginx}/web/login")[0] for _ in range(15)} == {200}
    tries = [_get(f"{nginx}/web/login", b"login=nobody&password=x")[0] for _ in range(15)]
    assert 429 in tries and tries[0] != 429
