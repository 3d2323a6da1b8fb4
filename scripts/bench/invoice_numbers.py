"""Many clients post invoices at once: no gap, no duplicate, every refusal tried again.

    FSM_BENCH_INVOICES=400 scripts/odoo shell -d DATABASE < scripts/bench/invoice_numbers.py

Take a database with the demo story that may be thrown away: what is issued stays. Eight clients share
the invoices of three branches; every tenth attempt is given up after it got its number, as a
request is whose connection breaks. Ends with an error unless the ledger is gapless.
"""

import os
import threading
import time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying

INVOICES, CLIENTS, BRANCHES = int(os.environ.get("FSM_BENCH_INVOICES", "400")), 8, 3


class GivenUp(UserError):
    """The connection broke after the number was given."""


base = env  # noqa: F821 - the shell's
of_one = base["fsm.branch"].search([]).grouped("organization_id").values()
branches = max(of_one, key=len)[:BRANCHES]
company_ids = branches.company_id.ids
product = base["product.product"].create(
    {"name": "Bench", "type": "service", "l10n_in_hsn_code": "998713", "list_price": 100.0}
)
product.taxes_id = branches.organization_id.account_sale_tax_id
customers = {
    company_id: base["res.partner"]
    .create({"name": "Bench", "company_id": company_id, "country_id": base.ref("base.in").id})
    .id
    for company_id in company_ids
}
base.cr.commit()
cr = base.cr
cr.execute("SELECT coalesce(max(id), 0) FROM fsm_gst_number")
[(last,)] = cr.fetchall()
base.cr.commit()
todo, lock, tried, failed = list(range(INVOICES)), threading.Lock(), [0], []


def post(own, number, give_up):
    """Create and post one invoice in a transaction of its own."""
    company_id = company_ids[number % len(company_ids)]
    moves = own["account.move"].with_context(allowed_company_ids=[company_id])
    move = moves.with_company(company_id).create(
        {
            "move_type": "out_invoice",
            "company_id": company_id,
            "partner_id": customers[company_id],
            "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 100.0})],
        }
    )
    move.action_post()
    if give_up:
        raise GivenUp("given up")


def client():
    """Take invoices until none is left."""
    while True:
        with lock:
            if not todo:
                return
            number = todo.pop()
            tried[0] += 1
            give_up = tried[0] % 10 == 0
        with base.registry.cursor() as own_cr:
            own = base(cr=own_cr)
            try:
                retrying(lambda own=own, n=number, g=give_up: post(own, n, g), own)
                own_cr.commit()
            except GivenUp:
                own_cr.rollback()
                with lock:
                    todo.append(number)
            except Exception as error:
                own_cr.rollback()
                with lock:
                    failed.append(f"{type(error).__name__}: {error}")
                    if len(failed) > INVOICES:
                        return  # it is not for the crowd that they fail
                    todo.append(number)


started = time.monotonic()
threads = [threading.Thread(target=client) for _number in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
seconds = time.monotonic() - started

cr.rollback()
cr.execute(
    "SELECT series, count(*), count(DISTINCT counter), min(counter), max(counter)"
    " FROM fsm_gst_number WHERE id > %s AND kind = 'invoice' GROUP BY series ORDER BY 1",
    [last],
)
rows = cr.fetchall()
for series, count, different, lowest, highest in rows:
    print(f"{series}: {count} numbers, {lowest} to {highest}")
    assert count == different == highest - lowest + 1, f"{series} has a gap or a duplicate"
print(
    f"{INVOICES} invoices in {seconds:.1f} s, {tried[0]} attempts, {len(failed)} refusals retried"
)
print("\n".join(sorted(set(failed))[:5]))
assert sum(row[1] for row in rows) == INVOICES, "not all were issued"
