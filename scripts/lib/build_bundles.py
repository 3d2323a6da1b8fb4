"""Builds the web client's bundles into a database, so that the first page is quick.

For `odoo shell`. The bundles of tests are built only where our tests use them, see `wanted`.
"""

import os

SELDOM = ("web.assets_web_dark", "spreadsheet.", "api_doc.", "mail.assets_discuss_public_test")
TOURS = ("web.assets_tests", "web.__assets_tests_call__")


def wanted(bundle):
    if bundle in TOURS:
        return bool(os.environ.get("FSM_TEST_BUNDLES"))
    return not bundle.startswith(SELDOM) and "test" not in bundle


def build(env):
    qweb = env["ir.qweb"]
    scripts, styles = qweb._get_bundles_to_pregenarate()
    for bundle in sorted(filter(wanted, scripts)):
        qweb._get_asset_bundle(bundle, css=False, js=True).js()
    for bundle in sorted(filter(wanted, styles)):
        qweb._get_asset_bundle(bundle, css=True, js=False).css()
    env.cr.commit()


build(env)  # noqa: F821  the shell's
