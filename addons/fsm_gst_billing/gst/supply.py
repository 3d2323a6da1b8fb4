"""Where and when a supply happens, and so which tax and which rate.

>>> place_of_supply("29", gstin="33AACFK4521M1ZG").state
'33'
>>> place_of_supply("29").reason
'No address is on record: the place of the supplier, IGST Act s.12(2)(b)(ii).'
"""

# pylint: disable=prefer-env-translation  # there is no environment in here

from datetime import date
from typing import NamedTuple

from .findings import _
from .gstin import state_code
from .states import OTHER_COUNTRY

KINDS = ("service", "goods")


class PlaceOfSupply(NamedTuple):
    """The two-digit state code and the sentence that justifies it."""

    state: str
    reason: str


def place_of_supply(
    supplier_state,
    *,
    kind="service",
    gstin="",
    state="",
    delivery_state="",
    country="IN",
    device_present=True,
):
    """Return the place of supply of a repair or of goods sold over the counter.

    An American brings his laptop to the counter: the repair happens here, it is no export.

    >>> place_of_supply("27", country="US").state, place_of_supply("27", country="US", kind="goods")
    ... # doctest: +ELLIPSIS
    ('27', PlaceOfSupply(state='96', reason='Goods leave India...'))

    A delivery address moves goods, it never moves a service.

    >>> place_of_supply("29", state="27", delivery_state="33").state
    '27'
    >>> place_of_supply("29", state="27", delivery_state="33", kind="goods").state
    '33'

    Goods that a registered customer takes along end their way with him, s.10(1)(a).

    >>> place_of_supply("29", gstin="33AACFK4521M1ZG", kind="goods")
    ... # doctest: +NORMALIZE_WHITESPACE
    PlaceOfSupply(state='33', reason='He takes the goods to the state of his GSTIN himself, IGST Act
    s.10(1)(a).')

    :param str supplier_state: state code of the branch
    :param str kind: `"service"` (a repair with its parts) or `"goods"`
    :param str gstin: of the customer, empty for a consumer
    :param str state: state code of the customer's address on record, if there is one
    :param str delivery_state: state code of where goods are delivered, if not at the counter
    :param str country: ISO code of the customer's address; of none India is taken. Who has a GSTIN is
        located where it is registered, s.2(14)
    :param bool device_present: whether the device was handed over for the repair
    :rtype: PlaceOfSupply
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    registered_in = state_code(gstin)
    if (country or "IN").upper() != "IN" and not registered_in:
        return _abroad(supplier_state, kind, delivery_state, device_present)
    if kind == "goods" and delivery_state:
        return PlaceOfSupply(
            delivery_state, _("Where the delivery ends, IGST Act s.10(1)(a) and (ca).")
        )
    if kind == "goods":
        return _goods(supplier_state, registered_in, state)
    if registered_in:
        return PlaceOfSupply(registered_in, _("The state of his GSTIN, IGST Act s.12(2)(a)."))
    if state:
        return PlaceOfSupply(state, _("The address on record, IGST Act s.12(2)(b)(i)."))
    return PlaceOfSupply(
        supplier_state,
        _("No address is on record: the place of the supplier, IGST Act s.12(2)(b)(ii)."),
    )


def _goods(supplier_state, registered_in, state):
    """Return where goods are supplied that the customer takes along: docs/adr/0042."""
    if registered_in == supplier_state:
        return PlaceOfSupply(
            supplier_state, _("Goods handed over in the state of his GSTIN, IGST Act s.10(1)(a).")
        )
    if registered_in:
        return PlaceOfSupply(
            registered_in,
            _("He takes the goods to the state of his GSTIN himself, IGST Act s.10(1)(a)."),
        )
    if state:
        return PlaceOfSupply(state, _("The address on record, IGST Act s.10(1)(ca)."))
    return PlaceOfSupply(
        supplier_state,
        _("No address is on record: the place of the supplier, IGST Act s.10(1)(ca)."),
    )


def _abroad(supplier_state, kind, delivery_state, device_present):
    if kind == "goods":
        if delivery_state:
            return PlaceOfSupply(
                delivery_state, _("Where the delivery ends, IGST Act s.10(1)(ca).")
            )
        return PlaceOfSupply(OTHER_COUNTRY, _("Goods leave India, IGST Act s.11(b)."))
    if device_present:
        return PlaceOfSupply(
            supplier_state, _("The device was here for the repair, IGST Act s.13(3)(a).")
        )
    return PlaceOfSupply(OTHER_COUNTRY, _("The customer is abroad, IGST Act s.13(2)."))


def time_of_supply(supplied_on, invoiced_on, paid_on, rate_changed_on):
    """Return the day whose rate applies when the rate changed in between: CGST Act, s.14.

    Two of the three events decide. A monitor handed over before 22 September 2025 and paid in
    advance keeps the old rate, even if it is invoiced later:

    >>> change = date(2025, 9, 22)
    >>> time_of_supply(date(2025, 9, 20), date(2025, 9, 25), date(2025, 9, 20), change)
    datetime.date(2025, 9, 20)
    >>> time_of_supply(date(2025, 9, 25), date(2025, 9, 20), date(2025, 9, 27), change)
    datetime.date(2025, 9, 27)

    What is not paid yet will be paid after the change:

    >>> time_of_supply(date(2025, 9, 25), date(2025, 9, 20), None, change)
    datetime.date(2025, 9, 25)

    :param datetime.date | None paid_on: None while it is not paid
    :param datetime.date rate_changed_on: first day of the new rate
    :rtype: datetime.date
    """
    first, last = sorted((invoiced_on, paid_on or date.max))
    paper_straddles = first < rate_changed_on <= last
    if supplied_on >= rate_changed_on and paper_straddles:
        return last if paid_on else supplied_on
    return first


def splits(supplied_on, invoiced_on, rate_changed_on):
    """Tell whether what was paid before a change of the rate bears another one than the rest.

    A supply is made to the extent that a payment covers it: CGST Act s.12(2), s.13(2), Explanation.
    So a part paid before the change has a time of its own. Of what was handed over and invoiced on
    different sides of the change each rupee follows its own payment:

    >>> from datetime import date
    >>> change = date(2025, 9, 22)
    >>> splits(date(2025, 9, 20), date(2025, 9, 25), change)
    True
    >>> splits(date(2025, 9, 25), date(2025, 9, 26), change)
    False

    :param datetime.date rate_changed_on: first day of the new rate
    """
    return (supplied_on < rate_changed_on) != (invoiced_on < rate_changed_on)
