"""Days and years as the tax office counts them: in India, from April to March.

>>> from datetime import date, datetime
>>> document_date(datetime(2026, 3, 31, 18, 30))      # UTC: in India it is already April
datetime.date(2026, 4, 1)
>>> financial_year(date(2026, 4, 1)), financial_year(date(2026, 3, 31))
('26-27', '25-26')
>>> credit_note_deadline(date(2026, 3, 31))
datetime.date(2026, 11, 30)
"""

from datetime import date, timedelta

# India has one time zone and no daylight saving time.
IST = timedelta(hours=5, minutes=30)


def document_date(utc):
    """Return the day in India.

    :param datetime.datetime utc: naive UTC, as Odoo stores it, or aware of its zone
    :rtype: datetime.date
    """
    if utc.tzinfo:
        utc = (utc - utc.utcoffset()).replace(tzinfo=None)
    return (utc + IST).date()


def financial_year(day):
    """Return the year from 1 April to 31 March that `day` falls in: ``"26-27"``."""
    first = day.year - (day.month < 4)
    return f"{first % 100:02d}-{(first + 1) % 100:02d}"


def credit_note_deadline(supply_date):
    """Return the last day on which tax on a supply can be reduced: CGST Act, s.34(2).

    >>> credit_note_deadline(date(2026, 4, 1))
    datetime.date(2027, 11, 30)
    """
    return date(supply_date.year + (supply_date.month >= 4), 11, 30)


def last_filing_day(day):
    """Return until when the portal takes the GSTR-1 of the month of `day`: CGST Act, s.37(5).

    It is due on the 11th of the next month, and taken for three years more.

    >>> last_filing_day(date(2026, 12, 31))
    datetime.date(2030, 1, 11)
    """
    return date(day.year + 3 + day.month // 12, day.month % 12 + 1, 11)


def kept_until(day):
    """Return until when the books of the financial year of `day` are kept: eight years after it.

    Companies Act 2013, s. 128(5). The CGST Act, s. 36, asks for less: 72 months from the annual
    return.

    >>> kept_until(date(2026, 4, 1)), kept_until(date(2026, 3, 31))
    (datetime.date(2035, 3, 31), datetime.date(2034, 3, 31))
    """
    return date(day.year + (day.month >= 4) + 8, 3, 31)
