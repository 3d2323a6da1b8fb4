"""Figures as the portal writes them: money in rupees, rates without a needless zero."""


def rupees(paise):
    """Return paise as a number of rupees that prints with at most two decimals.

    >>> rupees(10 + 20), rupees(100)
    (0.3, 1.0)
    """
    return paise / 100


def number(rate):
    """Return a rate as the portal writes it: 18, not 18.0.

    >>> number(18.0), number(0.25)
    (18, 0.25)
    """
    return int(rate) if rate == int(rate) else rate


def figures(sums, first="txval"):
    """Return the five sums under the portal's names."""
    names = (first, "iamt", "camt", "samt", "csamt")
    return {name: amount / 100 for name, amount in zip(names, sums, strict=True)}


def integrated(sums):
    """Return the figures of a table that knows no central tax."""
    return {"txval": sums[0] / 100, "iamt": sums[1] / 100, "csamt": sums[4] / 100}
