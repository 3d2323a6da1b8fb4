"""Fifty people take the last ten pieces at once, from outside and in transactions of their own."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from conftest import Json2Error

PIECES, TAKERS = 10, 50
BUSY = "nothing was changed, try again"
TRIES = 20  # of one taker who is told that somebody else is faster
# What only a database or a programmer says.
INTERNALS = ("psycopg", "Traceback", "serialize", "deadlock", "SELECT", "INSERT")


@pytest.fixture(scope="module")
def race(json2):
    """Return a new part of which ten pieces lie in the branch, and a job card in repair."""
    manager = json2("manager")
    branch = manager.call("res.users", "fsm_me")["current_branch_id"]
    [template] = manager.call(
        "product.template",
        "create",
        vals_list=[{"name": f"Race {uuid.uuid4().hex[:6]}", "type": "consu", "is_storable": True}],
    )
    [product] = manager.call(
        "product.product", "search", domain=[["product_tmpl_id", "=", template]]
    )
    job = manager.call(
        "fsm.job",
        "intake",
        customer={"name": "Fifty Takers", "phone": "98450 55555"},
        device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
        complaint="Everything is loose",
        spend_limit=1_000_000.0,
    )["id"]
    technician = manager.call("fsm.technician", "search", domain=[], limit=1)
    manager.call("fsm.job", "assign", ids=[job], technician_ids=technician)
    manager.call(
        "fsm.job",
        "add_diagnosis",
        ids=[job],
        diagnosis="Many screws are missing.",
        lines=[{"product_id": product, "quantity": 1.0, "price_unit": 10.0}],
    )
    manager.call("fsm.job", "move_to", ids=[job], state="repair")
    return manager, branch, product, job


def take(client, usage, start):
    """Use a part as a person would, who asks again when told that somebody else is faster."""
    start.wait()
    for _ in range(TRIES):
        try:
            return client.call("fsm.part.usage", "use", ids=[usage])["state"]
        except Json2Error as error:
            assert error.status in (409, 422), error.body
            assert not any(word in error.body for word in INTERNALS), error.body
            if BUSY not in error.body:
                return error.body
            time.sleep(0.1)
    return "never"


def test_fifty_takers_of_ten_pieces_are_served_ten_times(race):
    manager, branch, product, job = race
    manager.call(
        "product.product",
        "fsm_add_stock",
        ids=[product],
        branch_id=branch,
        quantity=float(PIECES),
        reason="Ten pieces for fifty takers",
    )
    # Somebody has them all while the fifty ask, and gives them up.
    held = manager.call(
        "fsm.job", "request_part", ids=[job], product_id=product, quantity=float(PIECES)
    )
    usages = manager.call(
        "fsm.part.usage",
        "create",
        vals_list=[{"job_id": job, "product_id": product} for _ in range(TAKERS)],
    )
    manager.call("fsm.job", "move_to", ids=[job], state="repair")
    manager.call("fsm.part.usage", "return_part", ids=[held["part_usage_id"]])
    start = Barrier(TAKERS)
    with ThreadPoolExecutor(TAKERS) as pool:
        answers = list(pool.map(lambda usage: take(manager, usage, start), usages))
    refused = [answer for answer in answers if answer != "used"]
    assert len(answers) - len(refused) == PIECES
    assert len(refused) == TAKERS - PIECES
    assert all("Only 0 of Race" in answer for answer in refused), set(refused)
    quants = manager.call(
        "stock.quant",
        "search_read",
        domain=[["product_id", "=", product], ["location_id.usage", "=", "internal"]],
        fields=["quantity", "reserved_quantity"],
    )
    assert all(quant["quantity"] == quant["reserved_quantity"] == 0 for quant in quants), quants
