"""When goods travel with an e-way bill: CGST Rule 138.

>>> needed(60_000_00, "29", "29"), needed(60_000_00, "27", "27")
(True, False)
>>> needed(60_000_00, "27", "29"), needed(50_000_00, "27", "29")
(True, False)
>>> needed(90 * LAKH, "01", "01")
False
"""

from .law import E_WAY_BILL_ABOVE, LAKH

# Within a state its own limit holds: Rule 138(14)(d). Limits of 2026; `None` asks for no bill at all.
WITHIN_STATE = {
    "01": None,
    "03": LAKH,
    "07": LAKH,
    "08": LAKH,
    "10": LAKH,
    "20": LAKH,
    "27": LAKH,
    "33": LAKH,
}


def limit(origin, destination):
    """Return the value above which goods need a bill, in paise; ``None`` if they never do.

    :param str origin: state code from where they start
    :param str destination: state code to where they go
    """
    if origin != destination:
        return E_WAY_BILL_ABOVE
    return WITHIN_STATE.get(origin, E_WAY_BILL_ABOVE)


def needed(value, origin, destination):
    """Tell whether goods of a value, with tax, need an e-way bill.

    :param int value: of the goods of the document, paise
    """
    most = limit(origin, destination)
    return most is not None and value > most
