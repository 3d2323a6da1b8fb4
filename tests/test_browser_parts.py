"""Parts by scanner: asked for at the bench, handed out and counted in the store (ux.md, 9.7)."""

import itertools
import time

import pytest

numbers = itertools.count(int(time.time()) % 90000)

SSD = "8901234560013"  # the EAN of the demo's SSD

TOO_SMALL = """[...document.querySelectorAll(".o_fsm_store button, .o_fsm_store input")]
    .filter((el) => el.offsetParent && el.getBoundingClientRect().height < 44)
    .map((el) => el.outerHTML.slice(0, 90))"""


@pytest.fixture
def job(rpc):
    """Return the id of an approved job card of Ravi's."""
    number = next(numbers)
    manager = rpc("manager")
    [ravi] = manager.call("fsm.technician", "search", [["user_id.login", "=", "ravi"]])
    answer = manager.call(
        "fsm.job",
        "intake",
        customer={"name": f"Scan {number}", "phone": f"99861 {number:05d}"},
        device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
        complaint="No display",
        technician_ids=[ravi],
    )
    card = [answer["id"]]
    [part] = manager.call("product.product", "search", [["barcode", "=", SSD]])
    manager.call(
        "fsm.job",
        "add_diagnosis",
        card,
        diagnosis="The SSD is dead",
        lines=[{"product_id": part}],
        share_channels=["link"],
    )
    manager.call("fsm.job", "record_answer", card, answer="approved")
    return answer["id"]


def wedge(page, code):
    """Type as a scanner does: quickly, into nothing in particular, and Enter."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.type(code, delay=5)
    page.keyboard.press("Enter")


def fits(page):
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_part_is_scanned_onto_a_job_card_and_used(desktop, rpc, job):
    page = desktop("ravi")
    page.goto(f"/odoo/my-jobs/{job}")
    page.wait_for_selector("[data-fsm=scan_part]")
    wedge(page, SSD)
    page.wait_for_selector(".o_notification:has-text('is laid out for this job card')")
    page.click(".o_notification button:has-text('Use Now')")
    page.click(".o_notebook .nav-link:has-text('Parts')")
    page.wait_for_selector("[name=part_usage_ids] .badge:has-text('Used')")
    usages = rpc("ravi").call("fsm.part.usage", "search_read", [["job_id", "=", job]], ["state"])
    assert [row["state"] for row in usages] == ["used"]


def test_shelf_is_counted_on_a_phone_by_scanning(phone, rpc):
    manager = rpc("manager")
    booked = manager.call("product.product", "fsm_find_part", SSD)["on_hand"]
    page = phone("manager")
    page.goto("/odoo/fsm-count")
    page.fill("[data-fsm=scan]", SSD)
    page.press("[data-fsm=scan]", "Enter")
    page.wait_for_selector("[data-fsm=count-row]")
    assert fits(page)
    assert page.evaluate(TOO_SMALL) == []
    page.fill("[data-fsm=count-row] input", str(booked + 1))
    page.press("[data-fsm=count-row] input", "Tab")
    assert page.is_disabled("[data-fsm=send-count]")
    page.fill("[data-fsm=reason]", "Count of shelf A1")
    page.click("[data-fsm=send-count]")
    page.wait_for_selector("[data-fsm=count-results]")
    assert manager.call("product.product", "fsm_find_part", SSD)["on_hand"] == booked + 1
    [part] = manager.call("product.product", "search", [["barcode", "=", SSD]])
    manager.call(
        "product.product",
        "fsm_deduct_stock",
        [part],
        branch_id=manager.call("fsm.branch", "my_branches")[0]["id"],
        quantity=1.0,
        reason="The count of the test, undone",
    )


def scanned(page, field, code):
    page.fill(f".modal [name={field}] input", code)
    page.press(f".modal [name={field}] input", "Enter")


def test_parts_are_sent_to_another_branch_by_scanning_and_taken_in_there(desktop, rpc):
    page = desktop("manager")
    page.goto("/odoo/fsm-transfers")
    page.click("button:has-text('New Transfer')")
    page.click(".modal .o_radio_item:has-text('Send Parts') input")
    page.click(".modal [name=other_branch] input")
    page.click(".o_select_menu_item:has-text('HSR')")
    scanned(page, "code", SSD)
    page.wait_for_selector(".modal .o_data_row:has-text('SSD 512 GB')")
    page.click(".modal button:has-text('Open Transfer')")
    page.click("button[name=action_send]")
    page.wait_for_selector(".modal .o_data_row:has-text('SSD 512 GB')")
    page.click(".modal button:has-text('Confirm')")
    page.wait_for_selector(".o_arrow_button_current:has-text('On the Way')")
    transfer = [int(page.url.split("/")[-1].split("?")[0])]
    lines = rpc("manager").call("fsm.transfer", "read", transfer, ["line_ids"])[0]["line_ids"]
    answer = rpc("owner").call("fsm.transfer", "receive_parts", transfer)
    assert answer["state"] == "received"
    assert [line["line_id"] for line in answer["lines"]] == lines
