"""Take the pictures of the documentation: screenshots.py URL FOLDER (see scripts/screenshots)."""

import json
import os
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

DESKTOP, PHONE = (1400, 900), (390, 844)

# name of the picture: who looks, at what size, at which page, what has to be there
PICTURES = {
    "workshop": ("manager", DESKTOP, "/odoo/workshop", ".o_kanban_record"),
    "job-card": ("manager", DESKTOP, "/odoo/workshop/9", ".o_form_view"),
    "my-jobs": ("ravi", PHONE, "/odoo/my-jobs", ".o_kanban_record"),
    "track": ("", PHONE, "", "main"),
}


def call(page, model, method, *args, **kwargs):
    """Call a method as the user who is signed in on `page`."""
    parameters = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
    answer = page.request.post(
        "/web/dataset/call_kw",
        data={"jsonrpc": "2.0", "method": "call", "params": parameters},
    )
    return answer.json()["result"]


def sign_in(page, login):
    page.goto("/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_web_client", timeout=120_000)


def customers_page(browser, url):
    """Return the path of a customer's page on which an estimate waits for an answer."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    sign_in(page, "priya")
    waiting = [("state", "=", "estimate")]
    job = call(page, "fsm.job", "search_read", waiting, ["access_url"], limit=1)[0]
    context.close()
    return "/t/" + job["access_url"].split("/t/")[1]


def take(browser, url, folder, name, login, size, path, wanted):
    phone = size == PHONE
    context = browser.new_context(
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        locale="en-IN",
        timezone_id="Asia/Kolkata",
        is_mobile=phone,
        has_touch=phone,
    )
    page = context.new_page()
    if login:
        sign_in(page, login)
    page.goto(path or customers_page(browser, url))
    page.wait_for_selector(wanted)
    page.wait_for_timeout(1500)  # images and fonts
    page.screenshot(path=folder / f"{name}.png")
    context.close()
    print(folder / f"{name}.png")


def main(url, folder):
    with urllib.request.urlopen(f"{url}/web/health", timeout=10) as answer:
        json.load(answer)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROME"], args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for name, picture in PICTURES.items():
            take(browser, url, Path(folder), name, *picture)


if __name__ == "__main__":
    main(*sys.argv[1:3])
