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
    >>> Period(None, None, "Asia/Kolkata")("received_at")
    []
    """

    def __init__(self, start, end, timezone):
        """Begin on the date `start`, end on the date `end`, each None where it is open."""
        self.start, self.end, self.timezone = start, end, timezone

    def __call__(self, name):
        """Return the domain of the period for a moment."""
        domain = []
        if self.start:
            domain.append((name, ">=", self._midnight(self.start)))
        if self.end:
            domain.append((name, "<", self._midnight(self.end + timedelta(days=1))))
        return domain

    def days(self, name):
        """Return the domain of the period for a date."""
        domain = []
        if self.start:
            domain.append((name, ">=", self.start.isoformat()))
        if self.end:
            domain.append((name, "<=", self.end.isoformat()))
        return domain

    def _midnight(self, day):
        """Return when a day begins, naive UTC as stored."""
        local = datetime.combine(day, time(), ZoneInfo(self.timezone))
        return local.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
