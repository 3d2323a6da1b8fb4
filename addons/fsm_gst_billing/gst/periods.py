"""Months as returns name them: ``MMYYYY``.

>>> from datetime import date
>>> period_of(date(2026, 4, 30)), first_day("042026"), last_day("022028")
('042026', datetime.date(2026, 4, 1), datetime.date(2028, 2, 29))
>>> is_valid("132026"), is_valid("42026"), is_valid("062017")
(False, False, False)
"""

import re
from datetime import date, timedelta

from .law import GST_BEGAN

# As the portal writes them, whatever the language of the reader.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_FORMAT = re.compile(r"(0[1-9]|1[0-2])(20\d\d)")


def is_valid(text):
    """Tell whether there can be a return for `text`."""
    return bool(_FORMAT.fullmatch(text or "")) and first_day(text) >= GST_BEGAN


def period_of(day):
    return f"{day.month:02d}{day.year}"


def first_day(period):
    return date(int(period[2:]), int(period[:2]), 1)


def last_day(period):
    return first_day(following(period)) - timedelta(days=1)


def following(period):
    """Return the period after `period`.

    >>> following("122026")
    '012027'
    """
    month, year = int(period[:2]), int(period[2:])
    return f"{month % 12 + 1:02d}{year + month // 12}"


def due_date(period, form):
    """Return the last day to file for monthly filers: s.37, Rule 59(1); s.39, Rule 61.

    >>> due_date("042026", "gstr1"), due_date("122026", "gstr3b")
    (datetime.date(2026, 5, 11), datetime.date(2027, 1, 20))
    """
    return first_day(following(period)).replace(day={"gstr1": 11, "gstr3b": 20}[form])
