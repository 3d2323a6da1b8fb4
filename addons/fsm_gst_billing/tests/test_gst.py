import doctest
import json
from datetime import date, datetime
from decimal import Decimal

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..gst import dates, gstin, numbers, supply, words

GST_2_0 = date(2025, 9, 22)  # Notification 9/2025: 12 and 28 % ended.


@tagged("post_install", "-at_install")
class TestGst(BaseCase):
    """The cases of `gst_vectors.json`, for the code that knows no Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("fsm_gst_billing/tests/data/gst_vectors.json") as vectors:
            cls.vectors = json.load(vectors)

    def test_examples_in_docstrings(self):
        for module in (dates, gstin, numbers, supply, words):
            with self.subTest(module.__name__):
                result = doctest.testmod(module)
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)

    def test_gstin(self):
        cases = self.vectors["gstin"]
        for text in cases["valid"]:
            self.assertTrue(gstin.is_valid(text), text)
        for text in cases["invalid"]:
            self.assertFalse(gstin.is_valid(text), text)
        for text, normal in cases["normalise"].items():
            self.assertEqual(gstin.normalise(text), normal)

    def test_gstin_of_collectors_at_source(self):
        self.assertTrue(gstin.is_valid("29AABCF8078M1C8"))

    def test_document_numbers(self):
        cases = self.vectors["docno"]
        for text in cases["valid"]:
            self.assertTrue(numbers.is_valid(text), text)
        for text in cases["invalid"]:
            self.assertFalse(numbers.is_valid(text), text)

    def test_amounts_in_words(self):
        for amount, expected in self.vectors["words"].items():
            self.assertEqual(words.amount_in_words(Decimal(amount)), expected)

    def test_indian_grouping(self):
        for amount, expected in self.vectors["inr"].items():
            self.assertEqual(words.indian_format(Decimal(amount)), expected)

    def test_financial_year_begins_at_midnight_in_india(self):
        for case in self.vectors["fy"]:
            day = dates.document_date(datetime.fromisoformat(case["utc"]))
            self.assertEqual(day, date.fromisoformat(case["ist_date"]))
            self.assertEqual(dates.financial_year(day), case["fy"])

    def test_credit_note_deadline(self):
        for case in self.vectors["s34_deadline"]:
            deadline = dates.credit_note_deadline(date.fromisoformat(case["supply"]))
            self.assertEqual(deadline, date.fromisoformat(case["last_declare"]))

    def test_time_of_supply_when_the_rate_changed(self):
        for case in self.vectors["s14"]:
            events = [date.fromisoformat(case[key]) for key in ("supply", "invoice", "payment")]
            day = supply.time_of_supply(*events, GST_2_0)
            self.assertEqual(day, date.fromisoformat(case["time_of_supply"]))
            self.assertEqual(day >= GST_2_0, case["rate"] == "new")
