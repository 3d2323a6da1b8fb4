"""Rupees as India writes and reads them: lakh and crore, whatever the language of the user.

>>> from decimal import Decimal
>>> indian_format(Decimal("1234567.89"))
'12,34,567.89'
>>> amount_in_words(Decimal("1234567.89"))  # doctest: +NORMALIZE_WHITESPACE
'Twelve Lakh Thirty-Four Thousand Five Hundred and Sixty-Seven Rupees
 and Eighty-Nine Paise Only'
>>> amount_in_words(Decimal("1.01")), amount_in_words(Decimal("-4130"))
('One Rupee and One Paisa Only', 'Minus Four Thousand One Hundred and Thirty Rupees Only')
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from num2words import num2words

_CRORE, _LAKH, _THOUSAND = 10_000_000, 100_000, 1_000


def rupees(amount):
    """Return `amount` in whole paise, half a paisa up.

    A float is read as it is printed: 0.285 is 0.285, not 0.28499999999999998.

    >>> rupees(0.285)
    Decimal('0.29')

    :param decimal.Decimal | float | int | str amount: in rupees
    :rtype: decimal.Decimal
    :raise ValueError: if it is no amount of money
    """
    try:
        return Decimal(str(amount)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    except InvalidOperation:  # no number, or more than anybody owns
        raise ValueError(f"{amount!r} is no amount in rupees") from None


def indian_format(amount):
    """Return `amount` with two decimals and Indian grouping: three digits, then pairs.

    >>> indian_format(Decimal("-100000"))
    '-1,00,000.00'
    """
    whole, paise = f"{abs(rupees(amount)):.2f}".split(".")
    groups = [whole[-3:]]
    pairs = whole[:-3]
    while pairs:
        groups.insert(0, pairs[-2:])
        pairs = pairs[:-2]
    sign = "-" if rupees(amount) < 0 else ""
    return f"{sign}{','.join(groups)}.{paise}"


def amount_in_words(amount):
    """Return `amount` as it is written on an invoice.

    >>> amount_in_words(Decimal("1000000000"))
    'One Hundred Crore Rupees Only'
    >>> amount_in_words(Decimal("0.50"))
    'Zero Rupees and Fifty Paise Only'
    """
    whole, paise = divmod(int(abs(rupees(amount)) * 100), 100)
    text = f"{_words(whole)} {'Rupee' if whole == 1 else 'Rupees'}"
    if paise:
        text += f" and {_words(paise)} {'Paisa' if paise == 1 else 'Paise'}"
    return f"{'Minus ' if rupees(amount) < 0 else ''}{text} Only"


def _words(number):
    """Return a whole number in words: `num2words` below a thousand, lakh and crore above.

    >>> _words(100001), _words(12_00_000_00_00_000)
    ('One Lakh and One', 'Twelve Lakh Crore')
    """
    parts = []
    for unit, name in ((_CRORE, "Crore"), (_LAKH, "Lakh"), (_THOUSAND, "Thousand")):
        count, number = divmod(number, unit)
        if count:
            parts.append(f"{_words(count)} {name}")
    if number or not parts:
        if parts and number < 100:
            parts.append("and")
        parts.append(num2words(number, lang="en").title().replace(" And ", " and "))
    return " ".join(parts)
