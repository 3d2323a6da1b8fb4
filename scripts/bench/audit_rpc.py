"""R5: what the audit costs a call over JSON-2, in pairs: a database with and one without fsm_audit.

    audit_rpc.py http://localhost:8069 WITH:KEY WITHOUT:KEY [pairs, 500 [operation…]]

WITH and WITHOUT are databases of one server, KEY an API key of somebody in each who may edit customers.
The two take turns at each call, so that whatever else the machine does meets both. Medians, milliseconds.
"""

import json
import statistics
import sys
import time
import urllib.request

URL, PAIRS = sys.argv[1], int(sys.argv[4]) if len(sys.argv) > 4 else 500
SIDES = [argument.split(":", 1) for argument in sys.argv[2:4]]


def call(side, method, **body):
    """Return the answer and how many milliseconds it took."""
    db, key = side
    request = urllib.request.Request(
        f"{URL}/json/2/res.partner/{method}",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": db,
        },
    )
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        result = json.load(answer)
    return result, 1000 * (time.perf_counter() - start)


def create(side, count):
    return call(side, "create", vals_list=[{"name": f"Bench {n}"} for n in range(count)])


IDS = [create(side, 100)[0] for side in SIDES]
OPERATIONS = {
    "create": lambda side, ids, number: create(side, 1),
    "write, plain": lambda side, ids, number: write(side, ids[:1], vat=f"X{number}"),
    "write, masked": lambda side, ids, number: write(side, ids[:1], phone=f"98450 {number:05}"),
    "write, not audited": lambda side, ids, number: write(side, ids[:1], comment=f"X{number}"),
    "read": lambda side, ids, number: call(side, "read", ids=ids[:1], fields=["name", "phone"]),
    "write 100": lambda side, ids, number: write(side, ids, vat=f"X{number}"),
}


def write(side, ids, **vals):
    return call(side, "write", ids=ids, vals=vals)


for name in sys.argv[5:] or OPERATIONS:
    operation = OPERATIONS[name]
    times = [[], []]
    for number in range(PAIRS + 10):
        turn = (0, 1) if number % 2 else (1, 0)
        for place in turn:
            took = operation(SIDES[place], IDS[place], number)[1]
            if number >= 10:  # both are warm
                times[place].append(took)
    audited, plain = map(statistics.median, times)
    print(f"{name:20} {plain:7.2f} → {audited:7.2f}  {100 * (audited / plain - 1):+5.1f} %")
