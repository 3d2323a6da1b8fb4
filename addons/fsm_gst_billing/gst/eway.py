"""When goods travel with an e-way bill: CGST Rule 138.

>>> from datetime import date
>>> day = date(2026, 4, 1)
>>> needed(60_000_00, "29", "29", day), needed(60_000_00, "27", "27", day)
(True, False)
>>> needed(60_000_00, "27", "29", day), needed(50_000_00, "27", "29", day)
(True, False)
>>> needed(90 * LAKH, "01", "01", day)
False
>>> needed(0, "29", "33", day, job_work=True), needed(0, "29", "29", day, job_work=True)
(True, False)
>>> is_number("391000123456"), is_number("39100012345")
(True, False)
"""

import re

from .law import E_WAY_BILL_ABOVE, E_WAY_BILL_WITHIN, LAKH  # noqa: F401 - for the examples

_NUMBER = re.compile(r"[0-9]{12}")


def limit(origin, destination, day):
    """Return the value above which goods need a bill, in paise; ``None`` if they never do.

    :param str origin: state code from where they start
    :param str destination: state code to where they go
    """
    within = origin == destination and E_WAY_BILL_WITHIN.get(origin)
    return (within or E_WAY_BILL_ABOVE).on(day)


def needed(value, origin, destination, day, job_work=False):
    """Tell whether goods of a value, with tax, need an e-way bill.

    :param int value: of the goods of the document, paise
    :param bool job_work: they go to who works on them; into another state that needs a bill
        whatever the value: Rule 138(1), third proviso
    """
    if job_work and origin != destination:
        return True
    most = limit(origin, destination, day)
    return most is not None and value > most


def is_number(text):
    """Tell whether the portal could have given this number to a bill."""
    return bool(_NUMBER.fullmatch(text or ""))
