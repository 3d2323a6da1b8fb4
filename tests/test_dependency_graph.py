"""The addons depend on each other as drawn in docs/ARCHITECTURE.md, and in no other way."""

import ast
import re
from pathlib import Path

import pytest

ADDONS = Path(__file__).resolve().parents[1] / "addons"
TOP = {"fsm_demo", "test_fsm_full"}  # depend on all: the demo story, the journeys across addons
TRUNK = {
    "fsm_audit": set(),
    "fsm_jobs": {"fsm_audit"},
}
LEAF_STANDS_ON = {"fsm_jobs"}
# Between a leaf and a module of Odoo that not everybody has: installed by itself where both are.
BRIDGES = {"fsm_gst_einvoice": {"fsm_gst_billing"}, "fsm_razorpay": {"fsm_gst_billing"}}
TWIGS = {"fsm_purchase": {"fsm_inventory_ext"}}  # what grows on one leaf
# What an addon may name outside the suite; everything else comes with these.
OUTSIDE = {
    "fsm_audit": {"base", "web"},
    "fsm_jobs": {
        "barcodes", "calendar", "mail", "phone_validation", "portal", "product", "rating", "resource", "sms",
    },
    "fsm_signin": {
        "auth_oauth", "auth_passkey", "auth_password_policy", "auth_timeout", "auth_totp", "auth_totp_mail",
    },
    "fsm_inventory_ext": {"stock"},
    "fsm_purchase": {"purchase_stock"},
    "fsm_gst_billing": {"account", "l10n_in"},
    "fsm_gst_einvoice": {"l10n_in_edi"},
    "fsm_razorpay": {"account_payment", "payment_razorpay"},
}  # fmt: skip


def manifest(addon):
    return ast.literal_eval((ADDONS / addon / "__manifest__.py").read_text())


OURS = sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))
LEAVES = sorted(set(OURS) - set(TRUNK) - set(BRIDGES) - TOP)


def depends(addon):
    return set(manifest(addon)["depends"])


def needs(addon):
    """Return our addons below an addon, itself included."""
    return {addon}.union(*(needs(each) for each in depends(addon) & set(OURS)))


def imported_addons(path):
    """Return the names of addons that a Python file imports from."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            if match := re.match(r"odoo\.addons\.(\w+)", module):
                names.add(match[1])
    return names


def test_all_addons_of_the_drawing_are_there():
    assert {"fsm_audit", "fsm_jobs", "fsm_inventory_ext", "fsm_gst_billing"} | TOP <= set(OURS)


@pytest.mark.parametrize("addon", TRUNK)
def test_trunk_stands_on_what_is_below_it(addon):
    assert depends(addon) & set(OURS) == TRUNK[addon]


@pytest.mark.parametrize("addon", LEAVES)
def test_leaf_knows_the_trunk_and_no_other_leaf(addon):
    assert depends(addon) & set(OURS) == TWIGS.get(addon, LEAF_STANDS_ON)


@pytest.mark.parametrize("addon", BRIDGES)
def test_bridge_comes_by_itself_and_stands_on_one_leaf(addon):
    assert depends(addon) & set(OURS) == BRIDGES[addon]
    assert manifest(addon)["auto_install"] is True


@pytest.mark.parametrize("addon", sorted(TOP & set(OURS)))
def test_top_depends_on_all_but_bridges(addon):
    assert needs(addon) >= set(OURS) - TOP - set(BRIDGES)


@pytest.mark.parametrize("addon", OUTSIDE)
def test_outside_dependencies_are_as_drawn(addon):
    assert depends(addon) - set(OURS) <= OUTSIDE[addon]


@pytest.mark.parametrize("addon", sorted(set(OURS) - TOP))
def test_production_never_brings_the_demo_story(addon):
    assert not needs(addon) & TOP
    assert not manifest(addon).get("demo")


@pytest.mark.parametrize("addon", OURS)
def test_code_imports_only_what_its_addon_depends_on(addon):
    foreign = set(OURS) - needs(addon)
    found = {
        f"{path.relative_to(ADDONS)}: {name}"
        for path in (ADDONS / addon).rglob("*.py")
        for name in imported_addons(path) & foreign
    }
    assert not found


@pytest.mark.parametrize("addon", [*LEAVES, *BRIDGES])
def test_no_other_addon_is_named_in_data_of_a_leaf(addon):
    others = "|".join(sorted(set(OURS) - needs(addon)))
    found = [
        f"{path.relative_to(ADDONS)}: {match[0]}"
        for path in (ADDONS / addon).rglob("*.xml")
        for match in re.finditer(rf"\b({others})\.\w+", path.read_text())
    ]
    assert not found
