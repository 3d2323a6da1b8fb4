"""Bad input of the scripts: each ends with one sentence that says what to do, and not with 0."""

import os
import shutil
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"


def run(*command, root=ROOT, path=None, **environment):
    """Run a script of a clone; `path` is a folder whose programs come before the machine's."""
    environment = {**os.environ, **environment}
    for name in ("DATABASE_HOST", "ODOO_PATH", "PYTHON"):
        if name not in environment or environment[name] == "":
            environment.pop(name, None)
    if path:
        environment["PATH"] = f"{path}:{os.environ['PATH']}"
    return subprocess.run(
        [root / "scripts" / command[0], *command[1:]],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def refusal(*command, **options):
    """Return the last line of a run that has to fail."""
    result = run(*command, **options)
    assert result.returncode, result.stdout
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("error: "), result.stderr
    assert "Traceback" not in last
    return last


@pytest.fixture
def clone(tmp_path):
    """Return a clone in which nothing is set up yet."""
    root = tmp_path / "clone"
    root.mkdir()
    for name in ("scripts", "config", "addons"):
        ignore = shutil.ignore_patterns("__pycache__", "static", "i18n")
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    for path in ROOT.glob("requirements*.txt"):
        shutil.copy(path, root)
    return root


@pytest.fixture
def program(tmp_path):
    """Return `program(name, text)`, which puts a program before the machine's; it returns its folder."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def put(name, text):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
        return folder

    return put


@pytest.fixture
def odoo_home():
    """Return the folder of the Odoo that runs these tests, as ODOO_PATH wants it."""
    site = next((LOCAL / "venv" / "lib").glob("python3.*/site-packages/odoo.pth"))
    return site.read_text().strip()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prot", "8070"], "does not know --prot"),
        (["--port"], "--port wants a value"),
        (["--port", "http"], "--port http is no port"),
        (["--port", "70000"], "--port 70000 is no port"),
        (["--workers", "many"], "--workers many is no number"),
        (["--workers", "1"], "--workers 1 cannot print"),
        (["--db", "my shop"], "--db my shop will not do"),
        (["--db", "x; drop"], "will not do"),
    ],
)
def test_serve_explains_what_it_does_not_understand(arguments, sentence):
    assert sentence in refusal("serve", *arguments)


@pytest.mark.parametrize("script", ["setup", "stop", "lint", "audit-verify", "harden"])
def test_other_scripts_refuse_unknown_arguments(script):
    assert "--help" in refusal(script, "--nonsense")


def test_taken_port_is_named_before_anything_is_made(clone):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        sentence = refusal("serve", "--port", port, root=clone)
    assert f"port {port} is taken" in sentence and "--port" in sentence
    assert not (clone / ".local").exists()


def test_full_disk_is_told_before_anything_is_made(clone, program):
    path = program("df", "echo Filesystem; echo '/dev/x 1000 900 100 90% /'")
    sentence = refusal("serve", "--port", "8299", root=clone, path=path)
    assert "only 100 MB are free" in sentence and "make room" in sentence


def test_missing_mirror_names_the_way_out(clone, program):
    path = program("apt-get", 'case "$*" in *indextargets*) exit 0 ;; esac; exit 100')
    sentence = refusal("serve", "--port", "8299", root=clone, path=path)
    assert "no Debian mirror" in sentence and "ODOO_PATH" in sentence


def test_run_that_broke_off_while_fetching_recovers(clone, program, odoo_home):
    path = program("apt-get", "exit 100")
    refusal("setup", root=clone, path=path)
    (clone / ".local" / "odoo.new").mkdir()  # as if it had broken off while unpacking
    sentence = refusal("setup", root=clone, path=path)
    assert "no Debian mirror" in sentence  # it starts over and does not trip over the remains
    sentence = refusal("setup", root=clone, ODOO_PATH=odoo_home, PYTHON="no-such-python")
    assert "PYTHON=no-such-python is no program" in sentence  # past Odoo, with a way out taken


def test_wrong_odoo_is_refused(clone, tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    sentence = refusal("setup", root=clone, ODOO_PATH=str(tmp_path))
    assert "holds no Odoo 19.0" in sentence and "odoo/release.py" in sentence


def test_wrong_python_is_refused(clone, program, odoo_home):
    folder = program("python3.8", "exit 1")
    sentence = refusal("setup", root=clone, ODOO_PATH=odoo_home, PYTHON=f"{folder}/python3.8")
    assert "3.10 to 3.13" in sentence


def test_missing_package_index_is_told_and_the_next_run_will_try_again(clone, odoo_home):
    closed = "http://127.0.0.1:9/simple"
    settings = {"PIP_INDEX_URL": closed, "PIP_EXTRA_INDEX_URL": closed, "PIP_RETRIES": "0"}
    sentence = refusal(
        "setup", root=clone, ODOO_PATH=odoo_home, PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1", PYTHON=sys.executable, **settings,
    )  # fmt: skip
    assert "Python packages could not be installed" in sentence
    assert not (clone / ".local" / "venv" / ".requirements").exists()


def test_unreachable_database_is_named(free_port):
    port = str(free_port())
    sentence = refusal(
        "serve", "--port", str(free_port()), DATABASE_HOST="127.0.0.1", DATABASE_PORT=port
    )
    assert f"DATABASE_HOST=127.0.0.1, port {port}" in sentence and "start it" in sentence


def test_folder_of_another_user_is_told(clone):
    if os.getuid():
        (clone / ".local").symlink_to("/var")
    else:
        (clone / ".local").mkdir()
        shutil.chown(clone / ".local", 65534)
    assert "belongs to user" in refusal("setup", root=clone)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--part", "everything"], "there is no part everything"),
        (["--part"], "--part wants a name"),
        (["tests/test_nothing.py"], "there is no tests/test_nothing.py"),
        (["addons/fsm_nothing"], "there is no addons/fsm_nothing"),
    ],
)
def test_test_explains_what_it_does_not_understand(arguments, sentence):
    assert sentence in refusal("test", *arguments)


# === THE JUDGE OF ODOO'S LOGS === #

CLEAN = "odoo.tests.result: 0 failed, 0 error(s) of 12 tests when loading database 'x'"


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([("INFO", CLEAN)], None),
        ([("WARNING", "odoo.addons.stock.models.x: not ours")], "no test ran"),
        ([("INFO", CLEAN), ("WARNING", "odoo.addons.stock.models.x: not ours")], None),
        ([("INFO", CLEAN), ("WARNING", "odoo.addons.fsm_jobs.models.x: ours")], "x: ours"),
        ([("INFO", CLEAN), ("WARNING", "odoo.fields: fsm.job.state: odd")], "fsm.job.state: odd"),
        ([("INFO", CLEAN), ("ERROR", "odoo.http: anything\nTraceback")], "anything"),
        (
            [("INFO", CLEAN), ("INFO", "odoo.addons.fsm_jobs.tests.x: skipped test_x : no")],
            "skipped",
        ),
        ([("INFO", CLEAN.replace("12", "0"))], "no test ran"),
        ([("ERROR", CLEAN.replace("0 failed", "2 failed"))], "2 failed"),
    ],
)
def test_log_of_odoo_is_judged(tmp_path, lines, verdict):
    result = judged(tmp_path, [(0, *line) for line in lines], "--tests")
    assert result.returncode == bool(verdict)
    assert (verdict or "") in result.stdout


def judged(folder, lines, kind):
    """Judge a log of ``(milliseconds, level, logger and text)``."""
    log, midnight = folder / "odoo.log", datetime(2026, 11, 21, tzinfo=timezone.utc)
    log.write_text(
        "".join(
            f"{midnight + timedelta(milliseconds=at):%Y-%m-%d %H:%M:%S},{at % 1000:03}"
            f" 7 {level} db {text}\n"
            for at, level, text in lines
        )
    )
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "lib" / "odoo_log.py", log, kind],
        capture_output=True,
        text=True,
    )


def lost(error, at=0):
    return (at, "ERROR", f"odoo.sql_db: bad query: b'UPDATE x'\nERROR: {error}\n")


def answer(text, at=20):
    return (at, "INFO", f"odoo.service.model: {text}")


FASTER = "could not serialize access due to concurrent update"
AGAIN = "SERIALIZATION_FAILURE, 4 tries left, try again in 0.7131 sec... "
AGAIN_LATER = "SERIALIZATION_FAILURE, 3 tries left, try again in 3.1 sec... "
GAVE_UP = "SERIALIZATION_FAILURE, maximum number of tries reached!"
DEADLOCK = "deadlock detected\nDETAIL:  Process 1 waits for 2."
NOT_UNIQUE = 'duplicate key value violates unique constraint "x"'
QUOTED = f"syntax error\nLINE 1: 'ERROR: {FASTER}'"


@pytest.mark.parametrize(
    ("lines", "clean"),
    [
        ([lost(FASTER), answer(AGAIN)], True),
        ([lost(DEADLOCK), answer("DEADLOCK_DETECTED, 4 tries left, try again in 1.0 sec... ")], True),
        ([lost('could not obtain lock on row in relation "x"'),
          answer("LOCK_NOT_AVAILABLE, 4 tries left, try again in 1.0 sec... ")], True),
        ([lost(FASTER), lost(FASTER, 5), answer(AGAIN), answer(AGAIN, 30)], True),
        ([lost(FASTER), answer(AGAIN), lost(FASTER, 900), answer(AGAIN_LATER, 910)], True),
        ([lost(FASTER)], False),
        ([answer(AGAIN), lost(FASTER, 50)], False),  # that was another's
        ([lost(FASTER), answer(AGAIN, 60_000)], False),
        ([lost(FASTER), lost(FASTER, 5), answer(AGAIN)], False),
        ([lost(DEADLOCK), answer(AGAIN)], False),
        ([lost(FASTER), answer(GAVE_UP)], False),
        ([lost(FASTER), answer(AGAIN), lost(FASTER, 900), answer(GAVE_UP, 910)], False),
        ([lost(NOT_UNIQUE), answer(AGAIN)], False),
        ([lost(QUOTED), answer(AGAIN)], False),
        ([(0, "ERROR", f"odoo.http: anything\nERROR: {FASTER}"), answer(AGAIN)], False),
    ],
)  # fmt: skip
def test_request_that_odoo_repeats_is_no_failure(tmp_path, lines, clean):
    assert judged(tmp_path, lines, "--server").returncode == (not clean)


def test_only_a_server_repeats(tmp_path):
    assert judged(tmp_path, [lost(FASTER), answer(AGAIN)], "--ours").returncode == 0
    assert judged(tmp_path, [lost(FASTER), answer(AGAIN)], "--tests").returncode
