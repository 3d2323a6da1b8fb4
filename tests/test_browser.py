"""The main job through the web client: the desk and the books at 1400x900, the bench and the
customer on a phone of 390x844. Nobody types an id: each finds the job card as people do."""

import itertools
import re
import time

import pytest

numbers = itertools.count(int(time.time()) % 90000)

# What a finger should hit on a form and is lower than 44 px.
TOO_SMALL = """[...document.querySelectorAll(
        ".o_form_sheet_bg .btn, .o_form_sheet_bg .nav-link, .o_form_sheet_bg input.o_input"
    )]
    .filter((el) => el.checkVisibility() && el.getBoundingClientRect().height < 43.5)
    .map((el) => el.outerHTML.slice(0, 90))"""


@pytest.fixture
def walk_in():
    """Return a customer whom nobody knows yet, and his laptop."""
    number = next(numbers)
    return {
        "name": f"Ganesh Bhat {number}",
        "phone": f"99860 {number:05d}",
        "serial": f"WEB{number}",
    }


def choose(page, field, text, create=False):
    """Pick `text` in a field that offers records, as one types and picks; or create it."""
    page.fill(f".o_field_widget[name={field}] input", text)
    entry = (
        ".o_m2o_dropdown_option_create" if create else ".dropdown-item:not(.o_m2o_dropdown_option)"
    )
    page.locator(f".o-autocomplete--dropdown-menu {entry}", has_text=text).first.click()


def state_is(page, label):
    # On a phone the bar folds into one button: the status is there, but not in its own arrow.
    page.wait_for_selector(
        f".o_statusbar_status .o_arrow_button_current:has-text('{label}')", state="attached"
    )


def press(page, name):
    """Press the button with this `data-fsm` name, also where the phone hides it behind a menu."""
    button = page.locator(f"[data-fsm={name}]")
    page.wait_for_selector(".o_form_view .o_statusbar_buttons", state="attached")
    page.wait_for_timeout(500)
    if not button.first.is_visible():
        page.click(
            ".o_statusbar_buttons .dropdown-toggle, .o_statusbar_buttons button:has(.oi-ellipsis-v)"
        )
    button.locator("visible=true").first.click()


def open_card(page, path, name):
    page.goto(path)
    page.locator(".o_kanban_record", has_text=name).first.click()
    page.wait_for_selector(".o_form_view")


def test_main_job_through_the_web_client(desktop, phone, walk_in, server):
    # The desk takes the laptop in.
    priya = desktop("priya")
    priya.goto("/odoo/workshop")
    priya.click(".o-kanban-button-new")
    priya.fill("[data-fsm=phone]", walk_in["phone"])
    priya.fill("[data-fsm=name]", walk_in["name"])
    priya.fill("[data-fsm=model] input", "Dell Inspiron 3520")
    priya.fill("[data-fsm=number]", walk_in["serial"])
    priya.fill("[data-fsm=complaint]", "No display")
    priya.locator("[data-fsm=accessory]", has_text="Charger").click()
    priya.click("[data-fsm=save]")
    priya.click("[data-fsm=open_job]")
    state_is(priya, "Received")
    number = re.search(r"SPR-\d{5}", priya.inner_text(".o_form_view .oe_title"))[0]
    card = priya.url

    # The manager gives it to Ravi.
    manager = desktop("manager")
    open_card(manager, "/odoo/workshop", number)
    choose(manager, "technician_ids", "Ravi Kumar")
    manager.click(".o_form_button_save")
    manager.wait_for_selector(".o_field_widget[name=lead_technician_id]:has-text('Ravi')")

    # Ravi looks at it, on his phone.
    ravi = phone("ravi")
    open_card(ravi, "/odoo/my-jobs", number)
    press(ravi, "diagnose")
    state_is(ravi, "In Diagnosis")
    assert ravi.evaluate(TOO_SMALL) == []
    ravi.fill(".o_field_widget[name=diagnosis] textarea", "The SSD is dead.")
    for product in ("Laptop repair labour", "SSD 512 GB"):
        add_line(ravi, product)
    press(ravi, "share")
    state_is(ravi, "Awaiting Approval")

    # The customer signs on his own.
    link = link_of(manager, card)
    customer = phone()
    customer.goto(link.replace(link.split("/t/")[0], server))
    assert "₹ 4,826.20" in customer.inner_text("body").replace("\xa0", " ")
    customer.fill("[data-fsm=digits]", walk_in["phone"][-4:])
    sign(customer)
    customer.click("[data-fsm=approve]")
    customer.wait_for_selector("text=You answered")

    # Ravi takes the SSD from the shelf.
    open_card(ravi, "/odoo/my-jobs", number)
    ravi.locator(".nav-link", has_text="Parts").click()
    ravi.click("[data-fsm=request_part]")
    choose_on_phone(ravi, "product_id", "SSD 512 GB")
    ravi.click(".modal button[name=action_use]")
    state_is(ravi, "In Repair")
    press(ravi, "qc")
    state_is(ravi, "Quality Check")

    # Another person passes it.
    manager.goto(card)
    press(manager, "ready")
    state_is(manager, "Ready")

    # Anita bills it and takes the money.
    anita = desktop("anita")
    open_card(anita, "/odoo/workshop", number)
    press(anita, "invoice")
    anita.click("button[name=action_post]")
    anita.wait_for_selector("text=/SPR\\/\\d\\d-\\d\\d\\/\\d{5}/")
    open_card(anita, "/odoo/workshop", number)
    press(anita, "pay")
    anita.check(".modal .o_field_widget[name=method] input[data-value=upi]")
    anita.fill(".modal .o_field_widget[name=reference] input", f"4265{next(numbers):08d}")
    anita.click(".modal button[name=action_pay]")
    anita.wait_for_selector(".modal", state="detached")
    assert "0.00" in anita.inner_text(".o_field_widget[name=amount_due]")

    # The customer shows his code, and the desk hands the laptop over.
    customer.reload()
    customer.fill("[data-fsm=digits]", walk_in["phone"][-4:])
    customer.click("[data-fsm=show-code]")
    code = customer.inner_text("[data-fsm=code]")
    priya.goto(card)
    press(priya, "deliver")
    priya.fill(".modal .o_field_widget[name=otp] input", code)
    priya.check(".modal .o_field_widget[name=accessories_returned] input")
    priya.check(".modal .o_field_widget[name=old_part] input[data-value=customer]")
    priya.click("[data-fsm=hand-over]")
    state_is(priya, "Delivered")


def add_line(page, product):
    """Add a line of the estimate on the phone."""
    page.locator(".nav-link", has_text="Estimate").click()
    page.click(".o_field_widget[name=line_ids] .o-kanban-button-new")
    choose_on_phone(page, "product_id", product)
    page.locator(".modal .o_form_button_save, .modal-footer .btn-primary").first.click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector(f".o_field_widget[name=line_ids] .o_kanban_record:has-text('{product}')")


def choose_on_phone(page, field, text):
    """On a phone a field that offers records opens a page of cards."""
    page.click(f".modal .o_field_widget[name={field}] input")
    page.wait_for_timeout(700)
    card = page.locator(".modal .o_kanban_record", has_text=text)
    option = page.locator(".o-autocomplete--dropdown-menu .dropdown-item", has_text=text)
    card.or_(option).first.click()
    page.wait_for_timeout(300)


def link_of(page, card):
    """Return the link that the desk would send the customer."""
    job_id = int(re.search(r"(\d+)\D*$", card)[1])
    return page.evaluate(
        """async (id) => {
            const answer = await fetch("/web/dataset/call_kw", {
                method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({jsonrpc: "2.0", method: "call", params: {
                    model: "fsm.job", method: "read", args: [[id], ["access_url"]], kwargs: {}}}),
            });
            return (await answer.json()).result[0].access_url;
        }""",
        job_id,
    )


def sign(page):
    """Draw a stroke on the customer's page."""
    box = page.locator("#pad").bounding_box()
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 10):
        page.mouse.move(box["x"] + 20 + 25 * step, box["y"] + 80 + (-1) ** step * 25)
    page.mouse.up()


@pytest.mark.parametrize("path", ["/odoo/my-jobs", "/odoo/my-jobs/7"])
def test_technicians_screens_fit_a_phone(phone, path):
    page = phone("ravi")
    page.goto(path)
    page.wait_for_selector(".o_kanban_record, .o_form_view")
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    for button in page.locator(".o_statusbar_buttons button:visible").all():
        assert button.bounding_box()["height"] >= 44


def test_report_is_read_on_a_phone_and_leaves_as_a_spreadsheet(phone):
    page = phone("manager")
    page.goto("/odoo/fsm-reports")
    page.select_option("[data-fsm=report]", "pending_jobs")
    page.wait_for_selector("[data-fsm=report-table] th:has-text('Promise')")
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    for control in page.locator(".o_fsm_report select:visible, .o_fsm_report .btn:visible").all():
        assert control.bounding_box()["height"] >= 44
    numbers = page.locator("[data-fsm=report-table] tbody td:first-child")
    page.click("[data-fsm=report-table] th:first-child button")
    assert numbers.all_inner_texts() == sorted(numbers.all_inner_texts())
    with page.expect_download() as download:
        page.click("[data-fsm=report-excel]")
    assert download.value.suggested_filename == "pending_jobs.xlsx"


# Where each role lands, and what its menu begins with: all of it is in test_fsm_full.
HOMES = {
    "priya": ("/odoo/desk", ["Front Desk", "Workshop", "New Job", "Devices", "Customers"]),
    "ravi": ("/odoo/my-jobs", ["My Jobs", "Devices"]),
    "anita": ("/odoo/workshop", ["Workshop", "Devices", "Customers", "Parts", "Invoices"]),
    "manager": ("/odoo/workshop", ["Workshop", "My Jobs"]),
    "owner": ("/odoo/workshop", ["Workshop", "My Jobs"]),
}


@pytest.mark.parametrize("login", HOMES)
def test_each_role_lands_at_its_work_and_nobody_in_discuss(desktop, login):
    path, menus = HOMES[login]
    page = desktop(login)
    page.wait_for_url(f"**{path}")
    page.wait_for_selector(".o_main_navbar .o_menu_sections, .o_main_navbar .o_nav_entry")
    shown = page.locator(".o_menu_sections > *:visible").all_inner_texts()
    assert [text.strip() for text in shown if text.strip()][: len(menus)] == menus
