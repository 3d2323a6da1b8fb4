"""What pytest lets pass and we do not: logged errors, warnings of ours, silent skips."""

import logging
import os
import re
import runpy

import pytest

OUR_LOGGER = re.compile(r"odoo\.addons\.(test_)?fsm_")
OUR_CODE = re.compile(r"/addons/(test_)?fsm_")


def _is_problem(record):
    if record.name.startswith("odoo") and record.levelno >= logging.ERROR:
        return True
    if record.levelno < logging.WARNING:
        return False
    return bool(
        OUR_LOGGER.match(record.name)
        # Python's own warnings, a deprecated call among them, name the file.
        or (record.name == "py.warnings" and OUR_CODE.search(record.getMessage()))
    )


@pytest.fixture(scope="session", autouse=True)
def worlds(load_registry, request):
    """Found what classes share before the first of them, if scripts/test asks for it."""
    if script := os.environ.get("FSM_WORLDS"):
        import odoo

        wanted = {getattr(item.cls, "WORLD", None) for item in request.session.items}
        with odoo.modules.registry.Registry(odoo.tools.config["db_name"][0]).cursor() as cr:
            env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
            runpy.run_path(script, {"env": env, "wanted": wanted})


@pytest.fixture(autouse=True)
def no_logged_problem(caplog):
    """Fail a test during which Odoo logged an ERROR, or one of our addons a WARNING.

    What a test expects it catches itself: `self.assertLogs(...)`, `mute_logger(...)`.
    """
    for name in list(logging.root.manager.loggerDict):
        # To set a level empties what all loggers remember: once is enough.
        if OUR_LOGGER.match(name) and (logger := logging.getLogger(name)).level != logging.WARNING:
            logger.setLevel(logging.WARNING)
    yield
    problems = [record for record in caplog.get_records("call") if _is_problem(record)]
    assert not problems, [f"{record.name}: {record.getMessage()}" for record in problems]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a skipped test is a failed one: a missing browser or wkhtmltopdf skips silently."""
    report = (yield).get_result()
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
