"""Each acceptance case of GST is a test named after it: T01 to T42 of the rule sheet."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# There are no rows T27, T30 and T38.
CASES = sorted({f"T{number:02d}" for number in range(1, 43)} - {"T27", "T30", "T38"})


def names_of_tests():
    """Return the names of all tests below addons/ and tests/, this file's aside."""
    paths = [*ROOT.glob("addons/*/tests/test_*.py"), *ROOT.glob("tests/test_*.py")]
    for path in set(paths) - {Path(__file__).resolve()}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


NAMED = {case for name in names_of_tests() for case in re.findall(r"T\d\d", name)}


@pytest.mark.parametrize("case", CASES)
def test_case_has_a_test_of_its_name(case):
    assert case in NAMED
