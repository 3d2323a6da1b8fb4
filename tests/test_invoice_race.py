"""T18: eight clients issue invoices at once, some break off after their number was given."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from conftest import Json2Error

CLIENTS, EACH, BROKEN = 8, 5, 6
TRIES = 30  # of one client who is told that somebody else is faster
# What only a database or a programmer says.
INTERNALS = ("psycopg", "Traceback", "serialize", "deadlock", "SELECT", "INSERT")


def draft(client, partner, product, move_type="out_invoice"):
    [move] = client.call(
        "account.move",
        "create",
        vals_list=[
            {
                "move_type": move_type,
                "partner_id": partner,
                "invoice_line_ids": [[0, 0, {"product_id": product, "price_unit": 100.0}]],
            }
        ],
    )
    return move


def post(client, ids, start):
    """Post as a person would, who asks again when told that somebody else is faster."""
    start.wait()
    for _ in range(TRIES):
        try:
            client.call("account.move", "action_post", ids=ids)
            return "posted"
        except Json2Error as error:
            assert not any(word in error.body for word in INTERNALS), error.body
            if "try again" not in error.body:
                return error.body
            time.sleep(0.1)
    return "never"


def test_T18_numbers_of_eight_clients_have_no_gap_and_none_is_given_twice(json2):
    client = json2("manager")
    # One customer each, as at eight counters; Odoo counts a customer's first invoice on the contact.
    partners = client.call(
        "res.partner",
        "create",
        vals_list=[{"name": f"Many At Once {number}"} for number in range(CLIENTS * EACH + BROKEN)],
    )
    [product] = client.call(
        "product.product",
        "search",
        domain=[["l10n_in_hsn_code", "!=", False], ["type", "=", "service"]],
        limit=1,
    )
    moves = [[draft(client, partner, product)] for partner in partners[BROKEN:]]
    # A credit note without its invoice is refused, after the invoice beside it got its number.
    broken = [
        [draft(client, partner, product), draft(client, partner, product, "out_refund")]
        for partner in partners[:BROKEN]
    ]
    work = [*moves[:CLIENTS], *broken, *moves[CLIENTS:]]
    start = Barrier(CLIENTS)
    turns = [start if number < CLIENTS else Barrier(1) for number in range(len(work))]
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda ids, turn: post(client, ids, turn), work, turns))
    assert answers.count("posted") == len(moves), set(answers)
    refused = [answer for answer in answers if answer != "posted"]
    assert len(refused) == BROKEN
    assert all("pick the original invoice" in answer for answer in refused), refused
    ids = [move for [move] in moves]
    rows = client.call(
        "fsm.gst.number",
        "search_read",
        domain=[["move_id", "in", ids]],
        fields=["counter", "series"],
    )
    counters = sorted(row["counter"] for row in rows)
    assert len({row["series"] for row in rows}) == 1
    assert counters == list(range(counters[0], counters[0] + len(moves)))
