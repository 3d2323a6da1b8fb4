"""The days a report is about, as domains."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


class Period:
    """From the first to the last of some days, both included; either may be open.

    The days are those of the clock on the branch's wall:

    >>> from datetime import date
    >>> april = Period(date(2026, 4, 1), date(2026, 4, 30), "Asia/Kolkata")
    >>> april("received_at")
    [('received_at', '>=', '2026-03-31 18:30:00'), ('received_at', '<', '2026-04-30 18:30:00')]
    >>> april.days("invoice_date")
    [('invoice_date', '>=', '2026-04-01'), ('invoice_date', '<=', '2026-04-30')]
    >>> april.since(None).days("invoice_date")
    [('invoice_date', '<=', '2026-04-30')]
    >>> Period(None, None, "Asia/Kolkata")("received_at")
    []
    >>> from datetime import datetime
    >>> april.day_of(datetime(2026, 4, 1, 18, 45)), april.day_of(None)
    ('2026-04-02', '')
    """

    def __init__(self, start, end, timezone):
        """Begin on the date `start`, end on the date `end`, each None where it is open."""
        self.start, self.end, self.zone = start, end, ZoneInfo(timezone)

    def __call__(self, name):
        """Return the domain of the period for a moment."""
        domain = []
        if self.start:
            domain.append((name, ">=", self._midnight(self.start)))
        if self.end:
            domain.append((name, "<", self._midnight(self.end + timedelta(days=1))))
        return domain

    def since(self, start):
        """Return the period that ends as this one does and begins on another date, or None."""
        return Period(start, self.end, self.zone.key)

    def days(self, name):
        """Return the domain of the period for a date."""
        domain = []
        if self.start:
            domain.append((name, ">=", self.start.isoformat()))
        if self.end:
            domain.append((name, "<=", self.end.isoformat()))
        return domain

    def day_of(self, moment):
        """Return the day of a moment (naive UTC) as text, empty where there is none."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone).date().isoformat() if moment else ""

    def _midnight(self, day):
        """Return when a day begins, naive UTC as stored."""
        local = datetime.combine(day, time(), self.zone)
        return local.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
