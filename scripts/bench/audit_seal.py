"""What the audit trail costs writers, and how fast it is sealed and verified.

    FSM_BENCH_SECONDS=10 FSM_BENCH_ROUNDS=3 scripts/odoo shell -d DATABASE < scripts/bench/audit_seal.py

Take a database that may be thrown away, on a cluster where nothing else runs, and a signing key
(scripts/odoo has one). 16 writers change customers of their own, so whatever fails to be serialized
is the audit's doing; blocks alternate: no capture, capture, capture with a sealer each second.
The writers are threads of Odoo, or, with FSM_BENCH_WRITERS=sql, pgbench: bare UPDATEs.
"""

import os
import re
import statistics
import subprocess
import tempfile
import threading
import time

from psycopg2 import OperationalError

SECONDS = int(os.environ.get("FSM_BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("FSM_BENCH_ROUNDS", "3"))
WRITERS, ROWS_EACH = 16, 50
SCRIPT = """
\\set row random(1, {rows})
BEGIN;
SELECT set_config('fsm.ctx', '{{"uid": 2, "src": "json2", "c": 1}}', true),
       set_config('fsm.company', '1', true);
UPDATE res_partner SET vat = md5(random()::text), write_date = now()
 WHERE id = {first} + :client_id * {rows} + :row;
COMMIT;
"""

cr = env.cr  # noqa: F821 - the shell's
info = cr.connection.info
SERVER = {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user}
customers = env["res.partner"].create([{"name": "Bench"}] * (WRITERS * ROWS_EACH + 1))  # noqa: F821
cr.commit()
seals = env["fsm.audit.seal"]  # noqa: F821


def write_by_odoo(seconds):
    """Return transactions a second, and how many failed."""
    done, failed, end = [0] * WRITERS, [0] * WRITERS, time.monotonic() + seconds

    def write(number):
        ids = customers.ids[number * ROWS_EACH : (number + 1) * ROWS_EACH]
        while time.monotonic() < end:
            with env.registry.cursor() as own:  # noqa: F821
                try:
                    partners = env(cr=own)["res.partner"]  # noqa: F821
                    partners.browse(ids[done[number] % ROWS_EACH]).vat = f"29X{done[number]}"
                    own.commit()
                    done[number] += 1
                except OperationalError:
                    own.rollback()
                    failed[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds, sum(failed)


def write_by_sql(seconds):
    """Return transactions a second, and how many failed."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT.format(rows=ROWS_EACH, first=customers.ids[0]))
        script.flush()
        command = ["pgbench", "-n", "-c", WRITERS, "-j", 2, "-T", seconds, "-f", script.name]
        options = "-c default_transaction_isolation=repeatable\\ read -c synchronous_commit=on"
        result = subprocess.run(
            [*map(str, command), cr.dbname],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **SERVER, "PGOPTIONS": options},
        )
    if result.returncode:
        raise RuntimeError(result.stderr)
    failed = re.search(r"number of failed transactions: (\d+)", result.stdout)
    return float(re.search(r"tps = ([\d.]+)", result.stdout)[1]), int(failed[1]) if failed else 0


def capture(on):
    env.registry["res.partner"]._audited = on  # noqa: F821
    cr.execute(
        f"ALTER TABLE res_partner {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER fsm_audit_capture"
    )
    cr.commit()


def seal_each_second(stop, sealed):
    while not stop.wait(1):
        sealed.append(seals._seal())


def run(mode):
    capture(mode != "none")
    stop, sealed = threading.Event(), []
    sealer = threading.Thread(target=seal_each_second, args=(stop, sealed))
    if mode == "sealed":
        sealer.start()
    write = write_by_sql if os.environ.get("FSM_BENCH_WRITERS") == "sql" else write_by_odoo
    tps, failed = write(SECONDS)
    stop.set()
    if mode == "sealed":
        sealer.join()
    print(f"{mode:8} {tps:8.0f} tps, {failed} failed, {sum(s['seals'] for s in sealed)} seals")
    return tps


rates = {"none": [], "captured": [], "sealed": []}
for _ in range(ROUNDS):
    for mode in rates:
        rates[mode].append(run(mode))
capture(on=True)
medians = {mode: statistics.median(found) for mode, found in rates.items()}
for mode in ("captured", "sealed"):
    print(f"{mode}: {100 * medians[mode] / medians['none']:.1f} % of what it is without audit")
print(f"with the sealer: {100 * medians['sealed'] / medians['captured']:.1f} % of without it")

start = time.monotonic()
done = seals._seal()
print(f"sealed the rest: {done}, {done['entries'] / (time.monotonic() - start):.0f} entries/s")
cr.rollback()
start = time.monotonic()
result = env["fsm.audit.log"]._whole_trail()  # noqa: F821
checked, findings = 0, []
for _last, count, found in result.verify():
    checked, findings = checked + count, findings + found
print(
    f"verified {checked} entries, {checked / (time.monotonic() - start):.0f} a second: {findings}"
)
