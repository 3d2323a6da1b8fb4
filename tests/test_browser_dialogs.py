"""The dialogs of a job card, pressed as people press them."""

import itertools
import time

import pytest
from test_browser import press, state_is

numbers = itertools.count(int(time.time()) % 90000)


@pytest.fixture
def job_card(rpc):
    """Return `job_card(**values)`: the id of a job card that Ravi repairs."""

    def taken_in(**values):
        manager = rpc("manager")
        ravi = manager.call("fsm.technician", "search", [("user_id.login", "=", "ravi")])
        return manager.call(
            "fsm.job",
            "intake",
            customer={"name": "Nandini Rao", "phone": f"98860 {next(numbers):05d}"},
            device={"category": "Phone", "brand": "Samsung", "model": "Galaxy S24"},
            complaint="Cracked glass",
            technician_ids=ravi,
            **values,
        )["id"]

    return taken_in


def test_passcode_is_shown_for_a_reason_and_hidden_again(phone, job_card):
    ravi = phone("ravi")
    ravi.goto(f"/odoo/my-jobs/{job_card(passcode={'type': 'pin', 'value': '83917462'})}")
    ravi.click("[data-fsm=reveal]")
    ravi.fill(".modal input[type=password]", "ravi")
    ravi.click(".modal button[name=run_check]")
    show = ravi.locator("[data-fsm=passcode-show]")
    show.wait_for()
    assert show.is_disabled()
    ravi.fill("[data-fsm=passcode-reason]", "To test the glass")
    show.click()
    assert ravi.locator("[data-fsm=passcode]").inner_text().strip() == "83917462"
    assert ravi.locator("[data-fsm=passcode-hide]").bounding_box()["height"] >= 44
    ravi.click("[data-fsm=passcode-hide]")
    ravi.wait_for_selector("[data-fsm=passcode]", state="detached")
    assert "83917462" not in ravi.content()


def test_work_rests_goes_on_is_approved_and_cancelled(desktop, rpc, job_card):
    job_id = job_card()
    labour = rpc("ravi").call("product.product", "search", [("type", "=", "service")], limit=1)
    rpc("ravi").call(
        "fsm.job",
        "add_diagnosis",
        [job_id],
        diagnosis="The glass is broken.",
        lines=[{"product_id": labour[0]}],
        share_channels=["link"],
    )
    page = desktop("manager")
    page.goto(f"/odoo/workshop/{job_id}")

    press(page, "hold")
    page.get_by_label("Customer Asked to Wait").check()
    page.click("[data-fsm=do-hold]")
    page.wait_for_selector(".alert:has-text('On hold'):has-text('Customer Asked to Wait')")
    press(page, "release")
    page.wait_for_selector(".alert:has-text('On hold')", state="hidden")

    press(page, "answer")
    page.click("[data-fsm=record]")
    state_is(page, "Approved")

    press(page, "move")
    choose_option(page, "state", "Ready")
    page.click("[data-fsm=change]")
    refusal = page.locator(".o_error_dialog")
    refusal.get_by_text("From here it goes to").wait_for()
    refusal.locator("footer button").first.click()
    choose_option(page, "state", "Cancelled")
    page.fill(".modal .o_field_widget[name=reason] input", "She buys a new one")
    page.click("[data-fsm=change]")
    state_is(page, "Cancelled")


def test_card_is_dragged_where_it_may_go_and_comes_back_from_elsewhere(desktop, rpc, job_card):
    job_id = job_card()
    name = rpc("manager").call("fsm.job", "read", [job_id], ["name"])[0]["name"]
    page = desktop("manager")
    page.goto("/odoo/workshop")
    page.fill(".o_searchview_input", name)
    page.press(".o_searchview_input", "Enter")
    page.wait_for_selector(f".o_facet_value:has-text('{name}')")
    page.wait_for_function("document.querySelectorAll('.o_kanban_record').length === 1")
    card_in(page, "Received", name).locator(".o_fsm_pace_on_time").wait_for()

    drag(page, card_in(page, "Received", name), "In Diagnosis")
    card_in(page, "In Diagnosis", name).wait_for()
    column(page, "In Diagnosis").locator(".progress-bar.bg-success").wait_for()
    drag(page, card_in(page, "In Diagnosis", name), "Approved")
    refusal = page.locator(".o_error_dialog")
    refusal.get_by_text("it cannot become “Approved”").wait_for()
    refusal.locator("footer button").first.click()
    card_in(page, "In Diagnosis", name).wait_for()
    assert rpc("manager").call("fsm.job", "read", [job_id], ["state"])[0]["state"] == "diagnosis"


def column(page, title):
    return page.locator(f".o_kanban_group:has(.o_column_title:has-text('{title}'))")


def card_in(page, title, name):
    return column(page, title).locator(".o_kanban_record", has_text=name)


def drag(page, card, title):
    """Take a card by the mouse to another column."""
    start, end = card.bounding_box(), column(page, title).bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, start["y"] + 40, steps=12)
    page.mouse.up()


def test_device_is_paid_by_upi_and_handed_over_in_one_dialog(phone, rpc, job_card):
    job_id, manager = billed(rpc, job_card)
    page = phone("manager")
    page.goto(f"/odoo/workshop/{job_id}")
    press(page, "deliver")
    page.click("[data-fsm=issue]")
    page.wait_for_selector(".modal .o_field_widget[name=upi_qr] img")
    assert page.evaluate(
        "document.querySelector('.modal-body').scrollWidth <= document.documentElement.clientWidth"
    )
    assert page.locator(".o_fsm_pay .o_radio_item", has_text="Cash").bounding_box()["height"] >= 44
    utr = f"4265{next(numbers):08d}"
    page.fill(".modal .o_field_widget[name=pay_reference] input", utr)
    page.fill(".modal .o_field_widget[name=reason] input", "Her brother fetched it")
    page.keyboard.press("Tab")
    page.wait_for_selector(".modal .alert-success:has-text('Nothing is missing')")
    page.click("[data-fsm=hand-over]")
    state_is(page, "Delivered")
    paid = [("job_id", "=", job_id)]
    [payment] = manager.call(
        "account.payment", "search_read", paid, ["payment_reference", "amount"]
    )
    assert (payment["payment_reference"], payment["amount"]) == (utr, 708.0)


def billed(rpc, job_card):
    """Return a job card with a draft invoice of ₹708, ready, and the manager's client."""
    job_id, manager, ravi = job_card(), rpc("manager"), rpc("ravi")
    labour = ravi.call("product.product", "search", [("type", "=", "service")], limit=1)
    lines = [{"product_id": labour[0], "price_unit": 600.0}]
    diagnosis = {"diagnosis": "The glass is broken.", "lines": lines, "share_channels": ["link"]}
    ravi.call("fsm.job", "add_diagnosis", [job_id], **diagnosis)
    manager.call("fsm.job", "record_answer", [job_id], answer="approved")
    ravi.call("fsm.job", "move_to", [job_id], state="repair")
    ravi.call("fsm.job", "move_to", [job_id], state="qc")
    manager.call("fsm.job", "mark_ready", [job_id], invoice=True)
    [job] = manager.call("fsm.job", "read", [job_id], ["branch_id"])
    vals = {"l10n_in_upi_id": "fixmylap@okhdfcbank", "allow_delivery_by_reason": True}
    rpc("owner").call("fsm.branch", "write", [job["branch_id"][0]], vals)
    return job_id, manager


def test_device_that_came_back_gets_a_job_card_of_its_own(desktop, rpc):
    delivered = [("state", "=", "delivered")]
    first = rpc("manager").call("fsm.job", "search_read", delivered, ["name"], limit=1)[0]
    page = desktop("manager")
    page.goto(f"/odoo/workshop/{first['id']}")
    press(page, "rework")
    page.fill(".modal .o_field_widget[name=complaint] textarea", "No display again")
    page.click("[data-fsm=do-rework]")
    page.wait_for_selector(f".o_field_widget[name=original_job_id]:has-text('{first['name']}')")
    state_is(page, "Received")


def test_camera_reads_the_sticker_then_the_shelf(phone, rpc, job_card, camera_shows, server):
    job_id = job_card()
    priya = rpc("priya")
    name = priya.call("fsm.job", "read", [job_id], ["name"])[0]["name"]
    shelf, code = f"Shelf {next(numbers)}", f"S{next(numbers)}"
    place = rpc("manager").call("fsm.place", "create", {"name": shelf, "code": code})
    page = phone("priya")
    page.goto("/odoo/scan")
    camera_shows(f"{server}/fsm/j/{job_id}")
    page.click("[data-fsm=camera]")
    page.wait_for_selector(f".o_fsm_scan li:has-text('{name}')")
    camera_shows(f"{server}/fsm/p/{place}")
    page.click("[data-fsm=camera]")
    page.wait_for_selector(f"[data-fsm=scan-done]:has-text('{shelf}')")
    custody = priya.call("fsm.job", "read", [job_id], ["custody_id"])[0]["custody_id"]
    assert custody[1] == shelf


def choose_option(page, field, label):
    page.click(
        f".modal .o_field_widget[name={field}] input, .modal .o_field_widget[name={field}] select"
    )
    page.locator(".o_select_menu_item", has_text=label).first.click()
