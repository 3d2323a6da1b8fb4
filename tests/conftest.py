"""Fixtures of the tests from outside: scripts/test starts the server and says where it is.

`rpc(login)` and `json2(login)` answer a client of that user; the demo users' password is their
login. `desktop` and `phone` are pages of a browser at 1400x900 and 390x844. `sql_counter` tells
how many requests and SQL queries a block took.
"""

import io
import json
import os
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

ROOT = Path(__file__).resolve().parents[1]

# "POST /xmlrpc/2/object HTTP/1.1" 200 - 15 0.010 0.020: queries, seconds in SQL, seconds elsewhere
REQUEST = re.compile(
    r'"(?P<verb>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d+) - (?P<sql>\d+) '
)

BUSY = "nothing was changed, try again"
TRIES = 30  # of one client who is told that somebody else is faster
# What only a database or a programmer says.
INTERNALS = ("psycopg", "Traceback", "serialize", "deadlock", "SELECT", "INSERT")

FILM = (640, 480)  # pixels of what the camera sees

# Chromium otherwise calls home, which a machine without network waits for.
CHROME_OPTIONS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def _setting(name):
    value = os.environ.get(name)
    assert value, f"{name} is not set: run these tests with scripts/test"
    return value


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember how a test went, for its pages; in CI a skipped test is a failed one."""
    report = (yield).get_result()
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    if report.when == "call":
        item.failed_call = report.failed


# === THE SERVER === #


@pytest.fixture(scope="session")
def server():
    """Return the address of a server that answers."""
    url = _setting("ODOO_URL")
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{url}/web/health", timeout=10).close()
            # The first page loads the registry and the templates: nobody's test should pay for it.
            urllib.request.urlopen(f"{url}/web/login", timeout=120).close()
        except OSError:
            assert time.monotonic() < deadline, f"no server at {url}; see {_setting('ODOO_LOG')}"
            time.sleep(0.25)
        else:
            return url


@pytest.fixture(scope="session")
def free_port():
    """Return `free_port()`, a port at which nobody listens."""

    def found():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return found


@pytest.fixture(scope="session")
def db():
    return _setting("ODOO_DB")


@pytest.fixture(scope="session")
def api_keys():
    """Return `{login: key}` of every internal user, good for JSON-2 and as an RPC password."""
    return json.loads(Path(_setting("FSM_KEYS")).read_text())


class RpcClient:
    """One user over XML-RPC: `client.call("fsm.job", "move_to", [job_id], state="qc")`."""

    def __init__(self, url, db, login, password):
        self.db, self.login, self.password = db, login, password
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        self.uid = common.authenticate(db, login, password, {})
        assert self.uid, f"{login} may not log in"
        self.object = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")

    def call(self, model, method, /, *args, **kwargs):
        return self.object.execute_kw(
            self.db, self.uid, self.password, model, method, list(args), kwargs
        )

    def refusal(self, model, method, *args, **kwargs):
        """Return the sentence with which a call is refused; fail if it is not."""
        with pytest.raises(xmlrpc.client.Fault) as caught:
            self.call(model, method, *args, **kwargs)
        return caught.value.faultString


@pytest.fixture(scope="session")
def rpc(server, db):
    """Return `rpc(login, password=login)`, an XML-RPC client of that user."""
    return lambda login, password=None: RpcClient(server, db, login, password or login)


class Json2Error(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Json2Client:
    """One user over JSON-2: `client.call("fsm.job", "move_to", ids=[job_id], state="qc")`."""

    def __init__(self, url, db, key):
        self.url = url
        self.headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": db,
        }

    def call(self, model, method, /, **body):
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}", json.dumps(body).encode(), self.headers
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Json2Error(error.code, error.read().decode(errors="replace")) from None


@pytest.fixture(scope="session")
def json2(server, db, api_keys):
    """Return `json2(login)`, a JSON-2 client of that user."""
    return lambda login: Json2Client(server, db, api_keys[login])


# === MANY AT ONCE === #


def all_at_once(call, requests, clients=None):
    """Make requests at once, each again while somebody else is faster, as a person would.

    :param call: ``call(model, verb, **arguments)`` of a JSON-2 client
    :param requests: ``[(model, verb, arguments)]``
    :param clients: how many start together, all if None; the others follow as one is served
    :return: for each request ``"done"``, or the sentence of its refusal
    """
    clients = clients or len(requests)
    start, alone = Barrier(clients), Barrier(1)
    turns = [start if number < clients else alone for number in range(len(requests))]

    def ask(request, turn):
        turn.wait()
        return _answer(call, *request)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(ask, requests, turns))


def _answer(call, model, verb, arguments):
    for _ in range(TRIES):
        try:
            call(model, verb, **arguments)
            return "done"
        except Json2Error as error:
            assert error.status in (409, 422), error.body
            assert not any(word in error.body for word in INTERNALS), error.body
            if BUSY not in error.body:
                return error.body
            time.sleep(0.1)
    return "never"


# === WHAT IT COSTS === #


class Count:
    """The requests of a block and their SQL queries, as the server's log tells them."""

    def __init__(self):
        self.requests = []

    def add(self, line, paths):
        match = REQUEST.search(line)
        if match and re.search(paths, match["path"]):
            self.requests.append((match["path"], int(match["sql"])))

    def __str__(self):
        each = " + ".join(str(queries) for _path, queries in self.requests)
        return f"{self.calls} calls, {self.queries} queries ({each})"

    @property
    def calls(self):
        return len(self.requests)

    @property
    def queries(self):
        return sum(queries for _path, queries in self.requests)


@pytest.fixture
def sql_counter(server):
    """Return a context manager: `with sql_counter(r"^/xmlrpc/2/object") as count: …`.

    Then `count.calls` and `count.queries`; the pattern tells which requests count.
    """
    log = Path(_setting("ODOO_LOG"))

    @contextmanager
    def counting(paths=r"^/(xmlrpc/2/object|json/2/)"):
        count, mark = Count(), log.stat().st_size
        yield count
        # A request is logged a moment after its answer.
        size = -1
        while size != (size := log.stat().st_size):
            time.sleep(0.4)
        with log.open("rb") as lines:
            lines.seek(mark)
            for line in lines:
                count.add(line.decode(errors="replace"), paths)

    return counting


# === THE BROWSER === #


@pytest.fixture(scope="session")
def camera_film(tmp_path_factory):
    """Return the file that the browser takes for its camera."""
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture
def camera_shows(camera_film, server):
    """Return `camera_shows(text)`: from now on the camera sees the QR code of that text."""
    from PIL import Image

    def shows(text):
        url = f"{server}/report/barcode/QR/{urllib.parse.quote(text, safe='')}?width=280&height=280"
        with urllib.request.urlopen(url, timeout=30) as answer:
            code = Image.open(io.BytesIO(answer.read())).convert("L")
        picture = Image.new("L", FILM, 255)
        picture.paste(code, ((FILM[0] - code.width) // 2, (FILM[1] - code.height) // 2))
        grey = b"\x80" * (FILM[0] * FILM[1] // 2)  # both colour planes of 4:2:0, a quarter each
        head = f"YUV4MPEG2 W{FILM[0]} H{FILM[1]} F10:1 Ip A1:1 C420jpeg\n".encode()
        camera_film.write_bytes(head + (b"FRAME\n" + picture.tobytes() + grey) * 5)

    return shows


@pytest.fixture(scope="session")
def browser(camera_film):
    from playwright.sync_api import sync_playwright

    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    camera.append(f"--use-file-for-fake-video-capture={camera_film}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=_setting("CHROME"), args=CHROME_OPTIONS + camera
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, server, request):
    """Return `open_page(width, height, login=None, expect=None, **options)`: a page, logged in if
    asked to.

    An error on the page or in its console fails the test, and a picture of it is kept; but not
    what contains `expect`.
    """
    contexts, errors, expected = [], [], []

    def watch(page):
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )

    def opened(width, height, login=None, expect=None, **options):
        expected.append(expect)
        context = browser.new_context(
            base_url=server,
            viewport={"width": width, "height": height},
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            **options,
        )
        context.on("page", watch)
        contexts.append(context)
        page = context.new_page()
        if login:
            page.goto("/web/login")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", login)
            page.click("button[type=submit]")
            page.wait_for_selector(".o_web_client")
        return page

    yield opened
    errors = [error for error in errors if not any(text and text in error for text in expected)]
    failed = getattr(request.node, "failed_call", False)
    if failed or errors:
        folder = Path(os.environ.get("FSM_ARTIFACTS", ROOT / ".local" / "test" / "artifacts"))
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(page for context in contexts for page in context.pages):
            name = re.sub(r"\W+", "_", request.node.name)
            page.screenshot(path=folder / f"{name}-{number}.png")
    for context in contexts:
        context.close()
    assert failed or not errors, errors


@pytest.fixture
def desktop(open_page):
    """Return `desktop(login=None)`: a page of 1400x900."""
    return lambda login=None, **options: open_page(1400, 900, login, **options)


@pytest.fixture
def phone(open_page):
    """Return `phone(login=None)`: a page of 390x844 under a thumb."""
    return lambda login=None, **options: open_page(
        390, 844, login, has_touch=True, is_mobile=True, device_scale_factor=2, **options
    )
