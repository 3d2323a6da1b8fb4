"""What was supplied at each rate to each place: the documents of a return, added up by two keys.

>>> from datetime import date
>>> from .documents import Document, Line
>>> repair = Line("998713", "Repair", 18, 100000, cgst=9000, sgst=9000)
>>> sale = Document(1, "SPR/26-27/00001", date(2026, 4, 1), "invoice", "29", 118000, (repair,))
>>> note = sale._replace(id=2, kind="credit_note", lines=(repair._replace(taxable=40000),))
>>> summary([sale, note], {1: "29AAGCR4375J1ZU", 2: "29AAGCR4375J1ZU"})
[Row(gstin='29AAGCR4375J1ZU', pos='29', nature='taxable', rate=18, sums=(60000, 0, 0, 0, 0))]
"""

from typing import NamedTuple

from .documents import add

REVERSE_CHARGE = "reverse_charge"  # the customer pays the tax: CGST Act, s.9(3)


class Row(NamedTuple):
    """The supplies of a registration to a place at a rate, credit notes deducted.

    `nature` is taxable, one of `documents.UNTAXED`, or `REVERSE_CHARGE`; `sums` are taxable value,
    igst, cgst, sgst and cess in paise.
    """

    gstin: str
    pos: str
    nature: str
    rate: float
    sums: tuple


def summary(documents, registrations):
    """Return the rows of `documents`, sorted.

    :param documents: rows of `documents.Document`, each once
    :param dict registrations: ``{id of a document: GSTIN of the supplier}``
    """
    sums = {}
    for document in documents:
        gstin = registrations.get(document.id, "")
        for line in document.lines:
            nature = line.nature
            if nature == "taxable" and document.reverse_charge:
                nature = REVERSE_CHARGE
            key = (gstin, document.pos, nature, line.rate)
            add(sums.setdefault(key, [0] * 5), line, document.sign)
    return [Row(*key, tuple(figures)) for key, figures in sorted(sums.items())]
