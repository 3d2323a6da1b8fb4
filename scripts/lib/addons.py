"""What the manifests below addons/ say, for the scripts: one answer a line, in order of loading.

python scripts/lib/addons.py all | product | leaves | outside | above ADDON | below ADDON
"""

import ast
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def manifests():
    """Return `{addon: [dependency, ...]}`, dependencies before what depends on them."""
    depends = {}
    for path in sorted(ADDONS.glob("*/__manifest__.py")):
        depends[path.parent.name] = ast.literal_eval(path.read_text()).get("depends", [])
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
    """Return the modules of Odoo that our addons name."""
    return sorted({module for modules in depends.values() for module in modules} - set(depends))


def leaves(depends):
    product = [addon for addon in depends if is_product(addon)]
    return [a for a in product if not any(a in depends[other] for other in product)]


def main(question, *addons):
    depends = manifests()
    answers = {
        "all": lambda: list(depends),
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
