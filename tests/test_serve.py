"""scripts/serve as a newcomer meets it: from nothing to a page, broken off, again, without demo."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
import xmlrpc.client
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STEPS = ROOT / ".local" / "setup.log"  # what the steps of the scripts print
DB = "fsm_trial"
SECONDS_TO_START_AGAIN = 15


class Serve:
    """One run of scripts/serve, in a process group of its own."""

    def __init__(self, port, *arguments):
        self.url = f"http://127.0.0.1:{port}"
        self.output = ROOT / ".local" / f"serve-trial-{port}.out"
        self.started = time.monotonic()
        self.steps_before = STEPS.stat().st_size
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [ROOT / "scripts" / "serve", "--db", DB, "--port", str(port), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def text(self):
        return self.output.read_text()

    def steps(self):
        """Return what its steps have printed so far; a log that grew too long began anew."""
        log = STEPS.read_bytes()
        return log[self.steps_before if len(log) >= self.steps_before else 0 :].decode()

    def wait_until(self, pattern, seconds, text=None):
        """Return the seconds until the output, or `text()`, matches; fail when the run ends before."""
        while not re.search(pattern, (text or self.text)()):
            assert self.process.poll() is None, self.text()
            assert time.monotonic() - self.started < seconds, self.text()
            time.sleep(0.1)
        return time.monotonic() - self.started

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        self.process.wait(60)


@pytest.fixture
def serve(free_port):
    runs = []

    def start(*arguments):
        runs.append(Serve(free_port(), *arguments))
        return runs[-1]

    yield start
    for run in runs:
        run.stop()


def test_serve_recovers_starts_again_in_seconds_and_brings_no_demo_users(serve):
    broken = serve("--no-demo", "--reset")
    broken.wait_until(f"Initializing database {DB}_building", 300, broken.steps)
    broken.stop(signal.SIGKILL)

    first = serve("--no-demo", "--reset")  # from nothing, over the remains
    first.wait_until(r"is ready", 600)
    print(first.text())
    with urllib.request.urlopen(f"{first.url}/web/login", timeout=60) as page:
        assert "password" in page.read().decode()
    common = xmlrpc.client.ServerProxy(f"{first.url}/xmlrpc/2/common")
    assert not common.authenticate(DB, "admin", "admin", {})  # programs bring an API key
    web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def post(path, **params):
        body = json.dumps({"params": params}).encode()
        request = urllib.request.Request(
            first.url + path, body, {"Content-Type": "application/json"}
        )
        with web.open(request, timeout=60) as answer:
            return json.load(answer)["result"]

    def call(model, method, *args, **kwargs):
        return post(
            "/web/dataset/call_kw", model=model, method=method, args=list(args), kwargs=kwargs
        )

    post("/web/session/authenticate", db=DB, login="admin", password="admin")
    users = call("res.users", "search_read", [("share", "=", False)], fields=["login"])
    assert [user["login"] for user in users] == ["admin"]
    assert not call("fsm.branch", "search_count", [])
    installed = call(
        "ir.module.module", "search_read", [("state", "=", "installed")], fields=["name"]
    )
    assert "fsm_demo" not in [module["name"] for module in installed]
    first.stop()

    again = serve()
    seconds = again.wait_until(r"is ready", 120)
    print(f"second start: {seconds:.1f} s")
    assert seconds < SECONDS_TO_START_AGAIN
    with pytest.raises(OSError):
        urllib.request.urlopen(first.url, timeout=5)
