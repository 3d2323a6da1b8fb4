"""Judges the log of an Odoo run, for Odoo itself ends with 0 too easily.

    python scripts/lib/odoo_log.py LOG [--tests] [--server | --ours | --uninstall] [--counts FILE]

An ERROR is a failure, and so is a WARNING of ours: by one of our loggers, or while modules load
(not with --server) by anyone about us. With --tests a run without a test is one, and a skip.
With --server it is no failure that two requests collided in the database, if Odoo says next that
it repeats the one that lost: `retrying` in odoo/service/model.py. Out of tries, it is.
With --ours only what is about us counts: Odoo's lint reads all of Odoo, and finds something.
With --uninstall it is no failure that a row could not be deleted before its table was dropped.
"""

import argparse
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d+ "
    r"(?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)"
)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
OUR_LOGGER = re.compile(r"odoo\.addons\.(test_)?fsm_")
ABOUT_US = re.compile(r"\bfsm[._]|\btest_fsm")
ROW_BEFORE_TABLE = re.compile(r'bad query: b.DELETE FROM "fsm_\w+".*violates foreign key', re.S)
# What PostgreSQL says of a collision, after the query and on a line of its own, and Odoo's word for it.
COLLISIONS = (
    (re.compile(r"^ERROR: +could not serialize access due to ", re.M), "SERIALIZATION_FAILURE"),
    (re.compile(r"^ERROR: +deadlock detected", re.M), "DEADLOCK_DETECTED"),
    (re.compile(r"^ERROR: +could not obtain lock on ", re.M), "LOCK_NOT_AVAILABLE"),
)
TRY = re.compile(r"(?P<word>[A-Z_]+), (?:\d+ tries left, try again in|(?P<last>maximum number))")
# Between the error and Odoo's answer lies a rollback; the machine may be busy.
SOON = timedelta(seconds=5)


class Entry(NamedTuple):
    at: str
    level: str
    logger: str
    message: str

    @property
    def when(self):
        return datetime.fromisoformat(self.at.replace(",", "."))


def entries(text):
    """Return an `Entry` for each; a message may have many lines."""
    found = []
    for line in text.splitlines():
        if match := LINE.match(line):
            found.append([match["at"], match["level"], match["logger"], match["message"]])
        elif found:
            found[-1][3] += "\n" + line
    return [Entry(*parts) for parts in found]


def collision(entry):
    """Return Odoo's word for the collision that an entry tells of, or None."""
    if entry.level == "ERROR" and entry.logger == "odoo.sql_db":
        for said, word in COLLISIONS:
            if entry.message.startswith("bad query: ") and said.search(entry.message):
                return word
    return None


def repeated(log):
    """Return the positions of the collisions in a log after which Odoo repeats the request.

    Each wants an answer of its own. When one runs out of tries, none of its kind just before counts
    as repeated: the log does not say which it was.
    """
    lost = {}  # position: whether it was repeated; None of those that no answer can help
    for position, entry in enumerate(log):
        if collision(entry):
            lost[position] = False
        elif entry.logger == "odoo.service.model" and (match := TRY.match(entry.message)):
            near = [
                before
                for before in lost
                if collision(log[before]) == match["word"] and entry.when - log[before].when <= SOON
            ]
            if match["last"]:
                lost.update(dict.fromkeys(near))
            elif waiting := [before for before in near if lost[before] is False]:
                lost[waiting[0]] = True
    return {position for position, answered in lost.items() if answered}


def about_us(message):
    # The folder of this clone may be named after the product.
    return bool(ABOUT_US.search(message.replace(str(ROOT), "")))


# In tests all cursors are one: `fsm_audit.context.own_cursor` has the request begin again.
AGAIN = "an event has to be logged, retrying with a read/write cursor"


def is_problem(level, logger, message, kind):
    if logger == "odoo.http" and message.startswith(AGAIN):
        return False
    if level in ("ERROR", "CRITICAL"):
        if kind == "uninstall" and ROW_BEFORE_TABLE.match(message):
            return False
        return kind != "ours" or about_us(message)
    if level != "WARNING":
        return False
    return bool(OUR_LOGGER.match(logger)) or (kind != "server" and about_us(message))


def judge(text, tests=False, kind=""):
    """Return the problems found, as sentences, and the numbers of tests (passed, failed)."""
    problems, passed, failed, log = [], 0, 0, entries(text)
    harmless = repeated(log) if kind == "server" else ()
    for position, (_at, level, logger, message) in enumerate(log):
        if match := RESULT.search(message):
            bad = int(match[1]) + int(match[2])
            failed += bad if kind != "ours" else 0
            passed += int(match[3]) - bad
        if position not in harmless and is_problem(level, logger, message, kind):
            problems.append(f"{level} {logger}: {message}")
        elif tests and level == "INFO" and message.startswith("skipped "):
            problems.append(f"{logger}: {message}")
    if tests and not passed + failed:
        problems.append("no test ran")
    return problems, (passed, failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--tests", action="store_true")
    for kind in ("server", "ours", "uninstall"):
        parser.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, default="")
    parser.add_argument("--counts", type=Path, help="add the numbers of tests to this file")
    arguments = parser.parse_args()
    text = arguments.log.read_text(errors="replace")
    problems, (passed, failed) = judge(text, arguments.tests, arguments.kind)
    if arguments.counts:
        with arguments.counts.open("a") as counts:
            print(passed, failed, file=counts)
    for problem in problems:
        print(f"not clean: {problem}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
