import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..gst import (
    dates,
    gstin,
    law,
    numbers,
    periods,
    returns,
    supply,
    table13,
    tables,
    tax,
    ties,
    upi,
    words,
)
from ..gst.documents import Document, Issued, Line, Original, Supplier
from ..gst.states import OTHER_COUNTRY, STATES

# The same examples in every run: a failure is of the change, not of the day.
held = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
held_by_months = settings(held, max_examples=40)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TYPED = st.sampled_from("Aa019Z/-_#. \n\t०é₹ß")
SUPPLIER = Supplier("29AAGCR4375J1ZU", "042026", turnover=6 * law.CRORE)

# Naive, as Odoo stores them.
LONG_AGO, LONG_AHEAD = (datetime.combine(date(year, 1, 1), time()) for year in (2018, 2045))

days = st.dates(date(2017, 7, 1), date(2045, 12, 31))
amounts = st.integers(0, 10**11)  # paise, up to a hundred crore
state_codes = st.sampled_from(sorted(STATES))
rates = st.sampled_from([0.25, 3, 5, 12, 18, 28, 40])


LETTERS, DIGITS = st.sampled_from(ALPHABET[10:]), st.sampled_from(ALPHABET[:10])
PAN_AND_KIND = st.tuples(
    *[LETTERS] * 5, *[DIGITS] * 4, LETTERS, st.sampled_from(ALPHABET[1:]), st.sampled_from("CDZ")
)


CODES = st.tuples(LETTERS, st.text(st.sampled_from(ALPHABET), max_size=2)).map("".join)


@st.composite
def gstins(draw):
    first = draw(state_codes) + "".join(draw(PAN_AND_KIND))
    return first + gstin.check_character(first)


CUSTOMERS = ["29AABCB1234C1ZA", "33AACFK4521M1ZG", "27AAACX9876L1ZE"]

# Rows of Form GSTR-1: treatment, does he have a GSTIN, may the tax be left out.
TREATMENTS = st.sampled_from(
    [
        ("regular", True),
        ("composition", True),
        ("special_economic_zone", True),
        ("deemed_export", True),
        ("consumer", False),
        ("unregistered", False),
        ("overseas", False),
    ]
)


@st.composite
def lines(draw, inter, with_payment):
    nature = draw(st.sampled_from(["taxable"] * 4 + ["nil_rated", "exempt", "non_gst"]))
    rate = draw(rates) if nature == "taxable" else 0
    taxed = tax.line_tax(
        Decimal(draw(st.integers(0, 10**7))) / 100, rate=rate if with_payment else 0, inter=inter
    )
    hsn, uqc = draw(st.sampled_from([("998713", ""), ("84717020", "NOS"), ("85076000", "NOS")]))
    return Line(
        hsn, "Repair", rate, *taxed, quantity=draw(st.integers(0, 9)), uqc=uqc, nature=nature
    )


@st.composite
def documents(draw):
    treatment, registered = draw(TREATMENTS)
    pos = OTHER_COUNTRY if treatment == "overseas" else draw(st.sampled_from(["29", "27", "33"]))
    with_payment = treatment not in ("overseas", "special_economic_zone") or draw(st.booleans())
    inter = pos != "29" or treatment == tables.SEZ
    rows = tuple(draw(st.lists(lines(inter, with_payment), min_size=1, max_size=4)))
    kind = draw(st.sampled_from(["invoice", "invoice", "credit_note", "debit_note"]))
    original = Original("BK/25-26/00001", draw(days), draw(amounts)) if kind != "invoice" else None
    number = draw(st.integers(1, 99_999))
    return Document(
        number,
        f"BK/26-27/{number:05d}",
        date(2026, 4, draw(st.integers(1, 30))),
        kind,
        pos,
        sum(row.total for row in rows),
        rows,
        gstin=draw(st.sampled_from(CUSTOMERS)) if registered else "",
        treatment=treatment,
        with_payment=with_payment,
        reverse_charge=treatment == "regular" and draw(st.booleans()),
        original=original,
    )


@tagged("post_install", "-at_install")
class TestGstProperties(BaseCase):
    # === GSTIN === #

    @held
    @given(gstins())
    def test_gstin_made_by_the_rule_is_valid_however_it_is_typed(self, text):
        self.assertTrue(gstin.is_valid(text))
        self.assertEqual(gstin.normalise(f" {text.lower()}\n"), text)
        self.assertEqual(gstin.normalise(gstin.normalise(text)), text)

    @held
    @given(gstins(), st.integers(0, 14), st.sampled_from(ALPHABET))
    def test_every_wrong_character_of_a_gstin_is_detected(self, text, place, character):
        assume(text[place] != character)
        self.assertFalse(gstin.is_valid(text[:place] + character + text[place + 1 :]))

    @held
    @given(st.text(TYPED, max_size=20))
    def test_gstin_judges_any_text(self, text):
        self.assertIn(gstin.is_valid(text), (True, False))

    # === NUMBERS === #

    @held
    @given(
        CODES,
        days,
        st.sampled_from(sorted(numbers.PREFIXES)),
    )
    def test_number_of_every_series_fits_sixteen_characters(self, code, day, kind):
        first = numbers.starting_number(code, day, kind)
        last = first[: -numbers.COUNTER_DIGITS] + "9" * numbers.COUNTER_DIGITS
        self.assertTrue(numbers.is_valid(last))
        self.assertLessEqual(len(last), 16)
        self.assertIn(dates.financial_year(day), last)

    @held
    @given(st.text(TYPED, max_size=18))
    def test_allowed_number_is_short_and_of_its_characters(self, text):
        if numbers.is_valid(text):
            self.assertRegex(text, r"\A[A-Za-z1-9][A-Za-z0-9/-]{0,15}\Z")

    @held
    @given(st.sets(st.integers(1, 300), min_size=1), st.data())
    def test_table_13_accounts_for_every_number_once(self, counters, data):
        cancelled = data.draw(st.sets(st.sampled_from(sorted(counters))))
        rows = [Issued("invoice", "BK/", n, f"BK/{n}", n in cancelled) for n in counters]
        docs = table13.doc_issue(rows)["doc_det"][0]["docs"]
        covered = [n for row in docs for n in range(int(row["from"][3:]), int(row["to"][3:]) + 1)]
        self.assertEqual(covered, sorted(counters))
        self.assertEqual(sum(row["cancel"] for row in docs), len(cancelled))
        missing = table13.gaps(rows).get("BK/", [])
        self.assertEqual(sorted([*missing, *counters]), list(range(1, max(counters) + 1)))

    # === DAYS === #

    @held
    @given(st.datetimes(LONG_AGO, LONG_AHEAD))
    def test_day_is_that_of_india_and_begins_the_year_in_april(self, utc):
        india = utc.replace(tzinfo=timezone.utc).astimezone(ZoneInfo("Asia/Kolkata"))
        self.assertEqual(dates.document_date(utc), india.date())
        self.assertEqual(dates.document_date(india), india.date())

    @held
    @given(days)
    def test_financial_year_changes_on_the_first_of_april_alone(self, day):
        tomorrow = day + timedelta(days=1)
        changes = dates.financial_year(day) != dates.financial_year(tomorrow)
        self.assertEqual(changes, (tomorrow.month, tomorrow.day) == (4, 1))

    @held
    @given(days)
    def test_deadline_of_notes_is_a_30_november_after_the_year(self, day):
        deadline = dates.credit_note_deadline(day)
        self.assertEqual((deadline.month, deadline.day), (11, 30))
        self.assertNotEqual(dates.financial_year(day), dates.financial_year(deadline))
        self.assertLess(deadline - day, timedelta(days=366 + 8 * 31))

    @held
    @given(days)
    def test_every_day_is_in_its_period(self, day):
        period = periods.period_of(day)
        self.assertTrue(periods.is_valid(period))
        self.assertTrue(periods.first_day(period) <= day <= periods.last_day(period))

    @held
    @given(days, days, days, days)
    def test_rate_follows_two_of_three_events(self, supplied, invoiced, paid, change):
        day = supply.time_of_supply(supplied, invoiced, paid, change)
        after = [event >= change for event in (supplied, invoiced, paid)]
        self.assertEqual(day >= change, sum(after) >= 2)

    # === WORDS === #

    @held
    @given(st.integers(-(10**13), 10**13))
    def test_grouping_reads_back_as_the_amount(self, paise):
        text = words.indian_format(Decimal(paise) / 100)
        self.assertEqual(Decimal(text.replace(",", "")), Decimal(paise) / 100)
        self.assertRegex(text, r"\A-?\d{1,3}(,\d{3})?\.\d\d\Z|\A-?\d{1,2}(,\d\d)*,\d{3}\.\d\d\Z")

    @held
    @given(amounts)
    def test_words_read_back_as_the_amount(self, paise):
        self.assertEqual(read(words.amount_in_words(Decimal(paise) / 100)), paise)

    # === PLACE OF SUPPLY === #

    @held
    @given(
        state_codes,
        st.sampled_from(["service", "goods"]),
        st.one_of(st.just(""), gstins()),
        st.one_of(st.just(""), state_codes),
        st.one_of(st.just(""), state_codes),
        st.sampled_from(["IN", "", "US", "NP"]),
        st.booleans(),
    )
    def test_every_supply_has_one_place_and_a_reason(
        self, own, kind, number, state, delivery, country, here
    ):
        place = supply.place_of_supply(
            own,
            kind=kind,
            gstin=number,
            state=state,
            delivery_state=delivery,
            country=country,
            device_present=here,
        )
        self.assertIn(place.state, {*STATES, OTHER_COUNTRY})
        self.assertRegex(place.reason, r"s\.1[0-3]")
        if country in ("IN", ""):
            self.assertNotEqual(place.state, OTHER_COUNTRY)
            if kind == "service":
                self.assertEqual(place.state, number[:2] or state or own)

    # === TAX === #

    @held
    @given(st.integers(0, 10**9), rates, st.booleans())
    def test_price_with_tax_is_never_changed_by_dividing_it(self, paise, rate, inter):
        row = tax.line_tax(Decimal(paise) / 100, rate=rate, inter=inter, inclusive=True)
        self.assertEqual(row.total, paise)
        again = tax.line_tax(Decimal(row.taxable) / 100, rate=rate, inter=inter)
        self.assertLessEqual(abs(again.total - paise), 2)

    @held
    @given(st.integers(0, 10**9), rates)
    def test_halves_are_equal_and_near_the_whole(self, paise, rate):
        own = tax.line_tax(Decimal(paise) / 100, rate=rate)
        other = tax.line_tax(Decimal(paise) / 100, rate=rate, inter=True)
        self.assertEqual(own.cgst, own.sgst)
        self.assertLessEqual(abs(own.cgst + own.sgst - other.igst), 1)

    @held
    @given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.integers(0, 10**6))
    def test_discount_is_spread_to_the_paisa(self, values, discount):
        assume(sum(values) >= max(discount, 1))
        parts = tax.spread(discount, values)
        self.assertEqual(sum(parts), discount)
        self.assertTrue(
            all(0 <= part <= value + 1 for part, value in zip(parts, values, strict=True))
        )

    @held
    @given(
        st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
        st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
    )
    def test_credit_never_pays_more_than_there_is(self, due, credit):
        heads = ("igst", "cgst", "sgst", "cess")
        due, credit = dict(zip(heads, due, strict=True)), dict(zip(heads, credit, strict=True))
        cash = tax.utilise(due, credit)
        self.assertTrue(all(0 <= cash[head] <= due[head] for head in heads))
        used = sum(due.values()) - sum(cash.values())
        self.assertLessEqual(used, sum(credit.values()))
        # Central credit never pays state tax, nor the other way round.
        self.assertGreaterEqual(cash["cgst"], due["cgst"] - credit["cgst"] - credit["igst"])
        self.assertEqual(cash["cess"], max(due["cess"] - credit["cess"], 0))

    # === RETURNS === #

    @held_by_months
    @given(st.lists(documents(), max_size=8, unique_by=lambda document: document.id))
    def test_sum_of_all_tables_is_the_sum_of_the_documents(self, month):
        gstr1 = returns.gstr1(SUPPLIER, month)
        gstr3b = returns.gstr3b(SUPPLIER, month)
        broken = [tie for tie in ties.tie_out(gstr1, gstr3b, month, "29") if not tie.holds]
        self.assertFalse(broken)

    @held_by_months
    @given(st.lists(documents(), max_size=8, unique_by=lambda document: document.id), st.randoms())
    def test_order_of_the_documents_changes_no_figure(self, month, dice):
        other = list(month)
        dice.shuffle(other)
        sums = [ties.listed_sums(returns.gstr1(SUPPLIER, rows)) for rows in (month, other)]
        self.assertEqual(*sums)
        inter = [returns.gstr3b(SUPPLIER, rows)["inter_sup"] for rows in (month, other)]
        self.assertEqual(*inter)

    @held_by_months
    @given(documents())
    def test_invoice_and_its_note_cancel_each_other(self, document):
        assume(document.kind == "invoice")
        original = Original(document.number, document.date, document.value)
        back = document._replace(
            id=0, number="RBK/26-27/00001", kind="credit_note", original=original
        )
        gstr1 = returns.gstr1(SUPPLIER, [document, back])
        self.assertEqual(ties.listed_sums(gstr1), [0] * 5)
        self.assertNotIn("hsn", gstr1)
        rows = returns.gstr3b(SUPPLIER, [document, back])["sup_details"].values()
        self.assertFalse(any(amount for row in rows for amount in row.values()))

    @held_by_months
    @given(documents())
    def test_every_figure_has_two_decimals(self, document):
        found = re.findall(r"\d+\.\d{3,}", repr(returns.gstr1(SUPPLIER, [document])))
        self.assertFalse(found)


ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = {word: number for number, word in enumerate(re.split(r"\s+", ONES))}
UNITS |= {word: 10 * number for number, word in enumerate(re.split(r"\s+", TENS), 2)}
SCALES = {"hundred": 100, "thousand": 1_000, "lakh": 100_000, "crore": 10_000_000}


def read(text):
    """Return the paise that an amount in words stands for, read by the rules of the language."""
    rupees, _rupee, paise = re.fullmatch(
        r"(.*?) (Rupees?)(?: and (.*) Pais[ae])? Only", text
    ).groups()
    return 100 * read_number(rupees) + read_number(paise or "Zero")


def read_number(text):
    """Return a whole number; the words before a scale multiply it, also before Lakh Crore."""
    parts = [word for word in re.split(r"[\s-]+", text.lower()) if word != "and"]
    return _read(parts)


def _read(parts):
    for scale in ("crore", "lakh", "thousand", "hundred"):
        if scale in parts:
            place = len(parts) - 1 - parts[::-1].index(scale)
            return _read(parts[:place]) * SCALES[scale] + _read(parts[place + 1 :])
    return sum(UNITS[part] for part in parts)


@tagged("post_install", "-at_install")
class TestUpi(BaseCase):
    """T34: what a UPI app reads from the link."""

    @held
    @given(
        st.from_regex(r"\A[A-Za-z0-9._-]{2,30}@[A-Za-z][A-Za-z0-9]{1,10}\Z"),
        st.text(min_size=1, max_size=60),
        st.integers(1, 10**11),
        st.from_regex(r"\A[A-Z][A-Z0-9]{0,3}/[0-9]{2}-[0-9]{2}/[0-9]{5}\Z"),
        st.text(min_size=1, max_size=50),
    )
    def test_link_reads_back_what_was_written(self, vpa, payee, paise, number, note):
        assume(not any(0xD800 <= ord(char) < 0xE000 for char in payee + note))
        url = upi.upi_url(vpa, payee, Decimal(paise) / 100, number, note)
        read = {key: value for key, [value] in parse_qs(urlsplit(url).query, True, True).items()}
        self.assertRegex(url, r"\Aupi://pay\?[A-Za-z0-9%=&._~-]+\Z")
        self.assertRegex(read["am"], r"\A[0-9]+\.[0-9]{2}\Z")
        self.assertEqual(Decimal(read["am"]) * 100, paise)
        self.assertRegex(read["tr"], r"\A[A-Za-z0-9-]{1,35}\Z")
        self.assertEqual(
            (read["pa"], read["pn"], read["cu"], read["tn"]), (vpa, payee, "INR", note)
        )

    @held
    @given(st.tuples(st.integers(1, 99999), st.integers(1, 99999)))
    def test_two_numbers_have_two_references(self, pair):
        one, other = (upi.reference(f"SPR/26-27/{counter:05d}") for counter in pair)
        self.assertEqual(one == other, pair[0] == pair[1])

    def test_nobody_pays_nothing_or_to_nobody(self):
        for vpa, amount in (("a@b", 1), ("rc blr@okhdfc", 1), ("rcblr@okhdfc", 0), ("", 1)):
            with self.assertRaises(ValueError):
                upi.upi_url(vpa, "RC", amount, "BK/26-27/00001", "")
