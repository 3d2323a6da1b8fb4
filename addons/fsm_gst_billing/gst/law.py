"""Figures of the law that change: each with its first day and the notification it comes from.

>>> from datetime import date
>>> B2CL_LIMIT.on(date(2026, 4, 1))              # paise
10000000
>>> B2CL_LIMIT.source(date(2024, 7, 31))
'Rule 59 as of 2017'
>>> 28 in RATES.on(date(2025, 9, 21)), 28 in RATES.on(date(2026, 2, 1))
(True, False)
>>> hsn_digits(6 * CRORE, to_registered=False, day=date(2026, 4, 1))
6
"""

from datetime import date, timedelta
from typing import NamedTuple

from .states import UNION_TERRITORIES

# Rupees in paise: all money of this package is whole paise.
RUPEE = 100
LAKH = 100_000 * RUPEE
CRORE = 10_000_000 * RUPEE

GST_BEGAN = date(2017, 7, 1)


class Row(NamedTuple):
    """What holds from a day on, until the next row begins."""

    first_day: date
    value: object
    source: str


class Dated:
    """Rows of law in the order of their first days."""

    def __init__(self, *rows):
        self.rows = [Row(*row) for row in rows]

    def row(self, day):
        """Return the row that holds on `day`, the first one for a day before all of them."""
        current = self.rows[0]
        for row in self.rows[1:]:
            if row.first_day > day:
                break
            current = row
        return current

    def on(self, day):
        return self.row(day).value

    def source(self, day):
        return self.row(day).source


# Invoices above this value to consumers in other states are listed one by one: Table 5 of GSTR-1.
B2CL_LIMIT = Dated(
    (GST_BEGAN, 250_000 * RUPEE, "Rule 59 as of 2017"),
    (date(2024, 8, 1), 1 * LAKH, "Rule 59(4), Notification 12/2024-CT"),
)

# Percent of IGST, or of CGST and SGST together. The slabs only: which goods are in which slab is
# the business of the product. Bricks at 6 and 12 % are left out of 2025: they are not repaired.
_CONCESSIONS = {0, 0.1, 0.25, 1, 1.5, 3, 5, 7.5}
RATES = Dated(
    (GST_BEGAN, _CONCESSIONS | {12, 18, 28}, "Notifications 1/2017 and 11/2017-CT(R)"),
    (date(2025, 9, 22), _CONCESSIONS | {18, 28, 40}, "Notification 9/2025-CT(R)"),
    (date(2026, 2, 1), _CONCESSIONS | {18, 40}, "Notification 19/2025-CT(R)"),
)

# Rows of (turnover above which the row holds, digits to registered, digits to others).
HSN_DIGITS = Dated(
    (
        GST_BEGAN,
        ((5 * CRORE, 4, 4), (3 * CRORE // 2, 2, 2), (-1, 0, 0)),
        "Notification 12/2017-CT",
    ),
    (date(2021, 4, 1), ((5 * CRORE, 6, 6), (-1, 4, 0)), "Notification 78/2020-CT"),
)

# E-invoices are for those whose turnover exceeded this in any year since 2017-18: Rule 48(4).
E_INVOICE_TURNOVER = Dated(
    (date(2020, 10, 1), 500 * CRORE, "Notification 61/2020-CT"),
    (date(2021, 1, 1), 100 * CRORE, "Notification 88/2020-CT"),
    (date(2021, 4, 1), 50 * CRORE, "Notification 5/2021-CT"),
    (date(2022, 4, 1), 20 * CRORE, "Notification 1/2022-CT"),
    (date(2022, 10, 1), 10 * CRORE, "Notification 17/2022-CT"),
    (date(2023, 8, 1), 5 * CRORE, "Notification 10/2023-CT"),
)

# Days within which an invoice reaches the portal, from which turnover on: GSTN, 5 November 2024.
E_INVOICE_DAYS = 30
E_INVOICE_DAYS_TURNOVER = Dated(
    (GST_BEGAN, None, "No limit"),
    (date(2023, 11, 1), 100 * CRORE, "GSTN advisory of 11 September 2023"),
    (date(2025, 4, 1), 10 * CRORE, "GSTN advisory of 5 November 2024"),
)

# Cash from one person in a day, for one transaction, or on one occasion stays below this.
CASH_LIMIT = Dated(
    (date(2017, 4, 1), 2 * LAKH, "Income-tax Act 1961, s.269ST"),
    (date(2026, 4, 1), 2 * LAKH, "Income-tax Act 2025, s.186"),
)

# Who sells for less than this to somebody without a registration, who asks for no invoice, may put it
# on the consolidated one of the day. The value is that of s.15; the total is never less.
SMALL_SALE_BELOW = Dated(
    (GST_BEGAN, 200 * RUPEE, "CGST Act s.31(3)(b), Rule 46, fourth proviso"),
)

# An invoice of this taxable value says where an unregistered customer lives: Rule 46(e).
ADDRESS_NEEDED_FROM = 50_000 * RUPEE

# Goods of more than this value travel with an e-way bill: between states, Rule 138(1) ...
E_WAY_BILL_ABOVE = Dated(
    (date(2018, 4, 1), 50_000 * RUPEE, "Rule 138(1), Notification 15/2018-CT"),
)

# ... and within these states, where each sets its own limit: Rule 138(14)(d). `None` asks for no bill.
E_WAY_BILL_WITHIN = {
    "01": Dated(
        (date(2018, 6, 1), 50_000 * RUPEE, "Rule 138(1)"),
        (date(2019, 12, 1), None, "Notification 64 of 30 November 2019, Jammu and Kashmir"),
    ),
    "03": Dated((date(2018, 6, 1), 1 * LAKH, "PA/ETO/2018/175 of 13 September 2018, Punjab")),
    "07": Dated((date(2018, 6, 16), 1 * LAKH, "Notification 03 of 15 June 2018, Delhi")),
    "08": Dated(
        (date(2018, 5, 20), 50_000 * RUPEE, "Rule 138(1)"),
        (date(2021, 4, 1), 1 * LAKH, "Notification of 30 March 2021, Rajasthan"),
    ),
    "10": Dated(
        (date(2018, 4, 20), 2 * LAKH, "Rule 138(14)(d), Bihar"),
        (date(2019, 1, 21), 1 * LAKH, "SO 14 of 14 January 2019, Bihar"),
    ),
    "20": Dated((date(2018, 9, 26), 1 * LAKH, "Notification 66 of 26 September 2018, Jharkhand")),
    "27": Dated((date(2018, 7, 1), 1 * LAKH, "Notification 15E of 29 June 2018, Maharashtra")),
    "33": Dated((date(2018, 6, 2), 1 * LAKH, "Notification 9 of 31 May 2018, Tamil Nadu")),
}

# The total of an invoice is rounded by at most this, beside the taxes: schema 1.1, `RndOffAmt`.
ROUNDING_LIMIT = 9_999  # paise

# Since this period Table 12 has a tab for registered and one for other customers, and Table 13 is
# mandatory: GSTN advisory of 1 May 2025.
HSN_SPLIT_SINCE = date(2025, 5, 1)

# A service is invoiced within this many days: Rule 47.
SERVICE_INVOICE_DAYS = 30

# Days from receipt to the self-invoice of who bought from a supplier without a GSTIN: Rule 47A,
# Notification 20/2024-CT.
SELF_INVOICE_DAYS = 30

# An advance whose rate, or whose place of supply, is not known yet: Rule 50, provisos.
UNKNOWN_ADVANCE_RATE = 18  # percent, and IGST

# First and last day of state codes that came or went, with the code that followed.
_STATE_CHANGES = {
    "25": (GST_BEGAN, date(2020, 1, 25), "26"),
    "28": (GST_BEGAN, date(2014, 6, 1), "37"),
    "38": (date(2019, 10, 31), date.max, "38"),
}


def current_state(code, day):
    """Return the state code in use on `day` for what `code` stood for.

    >>> current_state("25", date(2026, 4, 1)), current_state("38", date(2019, 1, 1))
    ('26', '01')
    """
    first, last, successor = _STATE_CHANGES.get(code, (date.min, date.max, code))
    if day > last:
        return successor
    return code if day >= first or code != "38" else "01"


def is_union_territory(code, day):
    """Tell whether UTGST takes the place of SGST: UTGST Act, s.2(8).

    >>> is_union_territory("38", date(2026, 4, 1)), is_union_territory("07", date(2026, 4, 1))
    (True, False)
    """
    if code == "25":
        return day <= _STATE_CHANGES["25"][1]
    return current_state(code, day) == code and code in UNION_TERRITORIES


def hsn_digits(turnover, to_registered, day):
    """Return how many digits of the HSN or SAC a line needs; 0 if it needs none.

    >>> hsn_digits(3 * CRORE, True, date(2026, 4, 1)), hsn_digits(3 * CRORE, False, GST_BEGAN)
    (4, 2)

    :param int turnover: of all registrations of the PAN in the preceding year, paise
    """
    for above, registered, others in HSN_DIGITS.on(day):
        if turnover > above:
            return registered if to_registered else others
    return 0


def rate_exists(rate, day):
    """Tell whether `rate`, in percent, is a slab of GST on `day`."""
    return rate in RATES.on(day)


def may_take_cash(received, amount, day):
    """Tell whether `amount` of cash may be taken after `received`, for the same transaction.

    >>> may_take_cash(110_000 * RUPEE, 110_000 * RUPEE, date(2026, 5, 1))
    False
    >>> may_take_cash(110_000 * RUPEE, 89_999 * RUPEE, date(2026, 5, 1))
    True

    :param int received: cash of the same person for the same job or on the same day, paise
    :param int amount: paise
    """
    return received + amount < CASH_LIMIT.on(day)


def is_small_sale(total, day):
    """Tell whether a sale of `total`, tax included, needs no invoice of its own.

    >>> is_small_sale(199 * RUPEE + 99, date(2026, 4, 1)), is_small_sale(200 * RUPEE, date(2026, 4, 1))
    (True, False)

    :param int total: paise
    """
    return 0 < total < SMALL_SALE_BELOW.on(day)


def needs_e_invoice(highest_turnover, treatment, day):
    """Tell whether a document to such a customer is registered at the portal: Rule 48(4).

    >>> needs_e_invoice(6 * CRORE, "regular", date(2026, 4, 1))
    True
    >>> needs_e_invoice(6 * CRORE, "consumer", date(2026, 4, 1))
    False

    :param int highest_turnover: of any year since 2017-18, paise
    :param str treatment: of `documents.Document`
    """
    registered = treatment not in ("consumer", "unregistered", "uin_holders")
    return registered and above_e_invoice_limit(highest_turnover, day)


def above_e_invoice_limit(highest_turnover, day):
    """Tell whether such a taxpayer issues e-invoices, for some of his documents.

    :param int highest_turnover: of any year since 2017-18, paise
    """
    rows = E_INVOICE_TURNOVER
    return day >= rows.rows[0].first_day and highest_turnover > rows.on(day)


def e_invoice_deadline(highest_turnover, day):
    """Return until when the portal takes a document of `day`; `None` if there is no limit.

    >>> e_invoice_deadline(10 * CRORE, date(2026, 4, 1)), e_invoice_deadline(9 * CRORE, date.max)
    (datetime.date(2026, 5, 1), None)

    :param int highest_turnover: of any year since 2017-18, paise
    """
    limit = E_INVOICE_DAYS_TURNOVER.on(day)
    if limit is None or highest_turnover < limit:
        return None
    return day + timedelta(days=E_INVOICE_DAYS)
