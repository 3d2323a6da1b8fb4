import doctest
import importlib
import itertools
import json
import pkgutil
import re
from datetime import date, datetime
from decimal import Decimal

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from .. import gst
from ..gst import dates, gstin, law, numbers, supply, tax, words

GST_2_0 = date(2025, 9, 22)  # Notification 9/2025: 12 and 28 % ended.

with file_open("fsm_gst_billing/tests/data/gst_vectors.json") as vectors:
    VECTORS = json.load(vectors)


def paise(rupees):
    return round(rupees * 100)


@tagged("post_install", "-at_install")
class TestGst(BaseCase):
    def test_examples_in_docstrings(self):
        for found in pkgutil.iter_modules(gst.__path__):
            module = importlib.import_module(f"{gst.__name__}.{found.name}")
            with self.subTest(found.name):
                self.assertFalse(doctest.testmod(module).failed)

    def test_core_imports_neither_odoo_nor_the_orm(self):
        for found in pkgutil.iter_modules(gst.__path__):
            with file_open(f"fsm_gst_billing/gst/{found.name}.py") as source:
                self.assertNotRegex(source.read(), r"(?m)^\s*(from|import) odoo", found.name)

    def test_gstin_of_collectors_at_source(self):
        self.assertTrue(gstin.is_valid("29AABCF8078M1C8"))

    def test_and_stands_before_what_is_below_a_hundred(self):
        self.assertEqual(words.amount_in_words(1050), "One Thousand and Fifty Rupees Only")

    def test_state_codes_came_and_went(self):
        self.assertEqual(law.current_state("25", date(2020, 1, 26)), "26")
        self.assertEqual(law.current_state("25", date(2020, 1, 25)), "25")
        for code in ("04", "26", "31", "35", "38"):
            self.assertTrue(law.is_union_territory(code, date(2026, 4, 1)), code)
        for code in ("07", "34", "01", "25"):
            self.assertFalse(law.is_union_territory(code, date(2026, 4, 1)), code)

    def test_every_figure_of_law_is_dated_and_has_its_source(self):
        tables = [table for table in vars(law).values() if isinstance(table, law.Dated)]
        self.assertGreaterEqual(len(tables), 6)
        for table in tables:
            days = [row.first_day for row in table.rows]
            self.assertEqual(days, sorted(set(days)))
            self.assertTrue(all(row.source for row in table.rows))


@tagged("post_install", "-at_install")
class TestVectors(BaseCase):
    """One test for each case of `gst_vectors.json`, named after it."""

    def _tax(self, case):
        rows = [
            tax.line_tax(price, quantity, discount, rate=rate, inclusive=incl, inter=case["inter"])
            for price, quantity, discount, rate, incl in case["lines"]
        ]
        expected = case["expect"]
        for row, line in zip(rows, expected["lines"], strict=True):
            self._assert_figures(row, line)
        document = tax.total(rows)
        self._assert_figures(document, expected)
        if "rounded" in expected:
            self.assertEqual(tax.to_rupee(document.total), paise(expected["rounded"]))
            self.assertEqual(tax.round_off(document.total), paise(expected["round_off"]))

    def _assert_figures(self, row, expected):
        names = ("txval", "iamt", "camt", "samt", "total")
        self.assertEqual([*row, row.total], [paise(expected[name]) for name in names])

    def _words(self, amount, expected):
        self.assertEqual(words.amount_in_words(Decimal(amount)), expected)

    def _inr(self, amount, expected):
        self.assertEqual(words.indian_format(Decimal(amount)), expected)

    def _gstin_valid(self, text):
        self.assertTrue(gstin.is_valid(text))

    def _gstin_invalid(self, text):
        self.assertFalse(gstin.is_valid(text))

    def _gstin_normalise(self, text, expected):
        self.assertEqual(gstin.normalise(text), expected)

    def _docno_valid(self, text):
        self.assertTrue(numbers.is_valid(text))

    def _docno_invalid(self, text):
        self.assertFalse(numbers.is_valid(text))

    def _fy(self, case):
        day = dates.document_date(datetime.fromisoformat(case["utc"]))
        self.assertEqual(day, date.fromisoformat(case["ist_date"]))
        self.assertEqual(dates.financial_year(day), case["fy"])

    def _s34_deadline(self, case):
        deadline = dates.credit_note_deadline(date.fromisoformat(case["supply"]))
        self.assertEqual(deadline, date.fromisoformat(case["last_declare"]))

    def _s14(self, case):
        events = [date.fromisoformat(case[key]) for key in ("supply", "invoice", "payment")]
        day = supply.time_of_supply(*events, GST_2_0)
        self.assertEqual(day, date.fromisoformat(case["time_of_supply"]))
        self.assertEqual(day >= GST_2_0, case["rate"] == "new")


# Key of the file → the facts of a case that tell it from the others.
CASES = {
    "tax": ("name",),
    "fy": ("utc",),
    "s34_deadline": ("supply",),
    "s14": ("supply", "invoice", "payment"),
}


def cases():
    """Yield ``(check, name, arguments)`` of every vector."""
    for key, facts in CASES.items():
        for case in VECTORS[key]:
            yield f"_{key}", " ".join(case[fact] for fact in facts), (case,)
    for key in ("words", "inr"):
        for amount, expected in VECTORS[key].items():
            yield f"_{key}", amount.replace("-", "minus "), (amount, expected)
    for key, verdict in itertools.product(("gstin", "docno"), ("valid", "invalid")):
        for text in VECTORS[key][verdict]:
            yield f"_{key}_{verdict}", text or "empty", (text,)
    for text, expected in VECTORS["gstin"]["normalise"].items():
        yield "_gstin_normalise", text, (text, expected)


def add_test(check, name, arguments):
    test = re.sub(r"\W+", "_", f"test{check}_{name}")
    while hasattr(TestVectors, test):
        test += "_"
    setattr(TestVectors, test, lambda self: getattr(self, check)(*arguments))


for vector in cases():
    add_test(*vector)
