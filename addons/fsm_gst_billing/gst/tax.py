"""The tax on a line, to the paisa: half a paisa goes up, each head is computed on its own.

All money is whole paise; rates and discounts are percent.

>>> line_tax("100.05", rate=18, inter=False)      # Central and state tax: 9.00 each
LineTax(taxable=10005, igst=0, cgst=900, sgst=900)
>>> line_tax("100.05", rate=18, inter=True).igst  # Integrated tax: 18.01
1801
>>> line_tax("999", rate=18, inclusive=True).total
99900
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .law import RUPEE


class LineTax(NamedTuple):
    """Taxable value and tax of a line, in paise."""

    taxable: int
    igst: int
    cgst: int
    sgst: int

    @property
    def total(self):
        return self.taxable + self.igst + self.cgst + self.sgst


def paise(rupees):
    """Return rupees as whole paise, half a paisa away from zero.

    A float is read as it is printed: 0.285 is 0.285.

    >>> paise(0.285), paise("-0.005"), paise(Decimal("16.504"))
    (29, -1, 1650)
    """
    return int((Decimal(str(rupees)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(amount, part, whole):
    """Return ``amount × part ÷ whole`` in whole paise, half a paisa away from zero.

    >>> share(50, 9, 100), share(-50, 9, 100)     # Nine percent of 0.50 is 0.045
    (5, -5)

    :param int amount: paise
    """
    product = Decimal(amount) * Decimal(str(part)) / Decimal(str(whole))
    return int(product.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_tax(price, quantity=1, discount=0, *, rate, inter=False, inclusive=False):
    """Return taxable value and taxes of a line.

    A price that includes tax is divided as Rule 35 says: the taxes are taken out of the price, the
    rest is the value.

    >>> line_tax("2499", rate=18, inclusive=True)
    LineTax(taxable=211780, igst=0, cgst=19060, sgst=19060)

    :param decimal.Decimal | str price: of one piece, in rupees
    :param decimal.Decimal | str discount: percent, before tax: CGST Act, s.15(3)(a)
    :param bool inter: whether place of supply and supplier are in different states
    """
    factor = 1 - Decimal(str(discount)) / 100
    amount = paise(Decimal(str(price)) * Decimal(str(quantity)) * factor)
    whole = 100 + Decimal(str(rate)) if inclusive else 100
    if inter:
        igst, half = share(amount, rate, whole), 0
    else:
        igst, half = 0, share(amount, Decimal(str(rate)) / 2, whole)
    taxable = amount - igst - 2 * half if inclusive else amount
    return LineTax(taxable, igst, half, half)


def total(taxes):
    """Return the sum of lines: the tax of a document is the sum of the tax of its lines."""
    return LineTax(*(sum(column) for column in zip(*taxes, strict=True)))


def round_off(amount):
    """Return what rounds an invoice to the rupee; a custom, a line of its own without tax.

    >>> round_off(117999), round_off(118050), round_off(-117999)
    (1, 50, -1)

    :param int amount: paise
    """
    return to_rupee(amount) - amount


def to_rupee(amount):
    """Return `amount` in whole rupees, still in paise: CGST Act, s.170.

    >>> to_rupee(117949), to_rupee(117950)
    (117900, 118000)
    """
    return share(amount, 1, RUPEE) * RUPEE


def spread(discount, amounts):
    """Return the parts of a discount on a whole document that belong to its lines.

    The parts follow the lines' values and add up to the discount to the paisa: it reduces the
    value of each line before tax, CGST Act s.15(3)(a).

    >>> spread(100, [1000, 1000, 1000])
    [33, 34, 33]

    :param int discount: paise
    :param list amounts: values of the lines, paise
    """
    whole = sum(amounts)
    if not whole:
        return [0] * len(amounts)
    parts, reached, given = [], 0, 0
    for amount in amounts:
        reached += amount
        until_here = share(discount, reached, whole)
        parts.append(until_here - given)
        given = until_here
    return parts


def utilise(liability, credit):
    """Return how credit pays for tax, and what is left to be paid in cash: Rule 88A, s.49(5).

    Integrated credit goes first, to integrated tax and then to either of the others; central and
    state credit pay for their own tax and then for integrated tax, never for each other.

    >>> utilise({"igst": 100, "cgst": 50, "sgst": 50}, {"igst": 120, "cgst": 10, "sgst": 90})
    {'igst': 0, 'cgst': 20, 'sgst': 0, 'cess': 0}

    :param dict liability: paise of each head
    :param dict credit: paise of each head
    :return: cash to be paid for each head, paise
    """
    due = {head: liability.get(head, 0) for head in ("igst", "cgst", "sgst", "cess")}
    left = {head: max(credit.get(head, 0), 0) for head in due}
    for source, target in _ORDER_OF_USE:
        used = max(min(left[source], due[target]), 0)
        left[source] -= used
        due[target] -= used
    return due


# Rule 88A: integrated credit is used up before any other.
_ORDER_OF_USE = (
    ("igst", "igst"),
    ("igst", "cgst"),
    ("igst", "sgst"),
    ("cgst", "cgst"),
    ("cgst", "igst"),
    ("sgst", "sgst"),
    ("sgst", "igst"),
    ("cess", "cess"),
)
