"""What the manifests below addons/ say, for the scripts: one answer a line, in order of loading.

python scripts/lib/addons.py all | product | leaves | bridges LEAF | outside | above ADDON | below ADDON
"""

import ast
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def manifest(addon):
    return ast.literal_eval((ADDONS / addon / "__manifest__.py").read_text())


def manifests():
    """Return `{addon: [dependency, ...]}`, dependencies before what depends on them."""
    depends = {}
    for path in sorted(ADDONS.glob("*/__manifest__.py")):
        depends[path.parent.name] = manifest(path.parent.name).get("depends", [])
    ordered = {}

    def visit(addon):
        if addon in depends and addon not in ordered:
            for dependency in depends[addon]:
                visit(dependency)
            ordered[addon] = depends[addon]

    for addon in depends:
        visit(addon)
    return ordered


def is_product(addon):
    """Neither the demo story nor the tests across addons: part of a production install."""
    return addon != "fsm_demo" and not addon.startswith("test_")


def is_bridge(addon):
    """Comes by itself beside a module of Odoo that not everybody has, and goes with its leaf.

    Neither is in the databases that the other tests use: what they measure is what everybody has.
    """
    return bool(manifest(addon).get("auto_install"))


def needed(depends, addon):
    ours = [dependency for dependency in depends[addon] if dependency in depends]
    return {addon}.union(*(needed(depends, dependency) for dependency in ours))


def below(depends, addon):
    """Return those of our addons that an addon needs, itself included."""
    return [each for each in depends if each in needed(depends, addon)]


def above(depends, addon):
    """Return those of our addons that need an addon, itself included."""
    return [each for each in depends if addon in needed(depends, each)]


def outside(depends):
    """Return the modules of Odoo that our addons name, bridges aside."""
    named = {
        module for addon, modules in depends.items() if not is_bridge(addon) for module in modules
    }
    return sorted(named - set(depends))


def leaves(depends):
    """Return the addons above the trunk, which all of them stand on; bridges aside."""
    product = [addon for addon in depends if is_product(addon) and not is_bridge(addon)]
    tops = [a for a in product if not any(a in depends[other] for other in product)]
    trunk = set(product).intersection(*(needed(depends, top) for top in tops))
    return [addon for addon in product if addon not in trunk]


def main(question, *addons):
    depends = manifests()
    answers = {
        "all": lambda: [addon for addon in depends if not is_bridge(addon)],
        "bridges": lambda: [addon for addon in above(depends, *addons) if is_bridge(addon)],
        "product": lambda: [addon for addon in depends if is_product(addon)],
        "story": lambda: above(depends, "fsm_demo") if "fsm_demo" in depends else [],
        "leaves": lambda: leaves(depends),
        "outside": lambda: outside(depends),
        "above": lambda: above(depends, *addons),
        "below": lambda: below(depends, *addons),
    }
    for addon in answers[question]():
        print(addon)


if __name__ == "__main__":
    main(*sys.argv[1:])
