"""Which table of GSTR-1 a document belongs to.

>>> from datetime import date
>>> from .documents import Document, Line, Original
>>> def sale(**values):
...     facts = {"date": date(2026, 4, 1), "kind": "invoice", "pos": "29", "value": 118000}
...     return Document(1, "SPR/26-27/00001", lines=(), **{**facts, **values})
>>> table_of(sale(), "29"), table_of(sale(gstin="33AACFK4521M1ZG", pos="33"), "29")
('b2cs', 'b2b')
>>> table_of(sale(pos="33", value=10000000), "29"), table_of(sale(pos="33", value=10000001), "29")
('b2cs', 'b2cl')

A credit note of ₹236 goes where its invoice went, however small it is itself:

>>> invoice = Original("SPR/26-27/00001", date(2026, 4, 1), 10620000)
>>> table_of(sale(kind="credit_note", pos="33", value=23600, original=invoice), "29")
'cdnur'

A foreigner whose laptop was repaired here is a consumer here: no export, IGST Act s.13(3)(a).

>>> table_of(sale(treatment="overseas"), "29"), table_of(sale(pos="96"), "29")
('b2cs', 'exp')
"""

from .law import B2CL_LIMIT
from .states import OTHER_COUNTRY

SEZ = "special_economic_zone"


def is_note(document, _state):
    return document.kind != "invoice"


def to_registered(document, _state):
    return document.is_registered


def leaves_india(document, _state):
    return document.pos == OTHER_COUNTRY


def is_large(document, state):
    """Tell whether a sale to a consumer is listed one by one; a note by its invoice's value."""
    if document.pos == state:
        return False
    invoice = document.original if document.kind != "invoice" else document
    return bool(invoice) and invoice.value > B2CL_LIMIT.on(invoice.date)


# The first row of which all conditions hold decides: Form GSTR-1, Tables 4 to 9B.
TABLES = (
    ("cdnr", (is_note, to_registered)),
    ("b2b", (to_registered,)),
    ("cdnur", (is_note, leaves_india)),
    ("exp", (leaves_india,)),
    ("cdnur", (is_note, is_large)),
    ("b2cl", (is_large,)),
    ("b2cs", ()),
)

# Tables whose goods and services stand in the tab of registered customers of Table 12.
OF_REGISTERED = {"b2b", "cdnr"}


def table_of(document, state):
    """Return the table for the taxable lines of a document: a key of the portal's JSON.

    An amendment of it stands in the table of the same name with an ``a``.

    :param str state: state code of the supplier
    """
    for table, conditions in TABLES:
        if all(holds(document, state) for holds in conditions):
            return table
    raise AssertionError("the last row has no condition")


def is_inter(document, state):
    """Tell whether integrated tax is due: other state, abroad, or SEZ (IGST Act, s.7(5))."""
    return document.pos != state or document.treatment == SEZ


# (treatment, with payment of tax) → `inv_typ`; all others are regular.
_INVOICE_TYPES = {
    (SEZ, True): "SEWP",
    (SEZ, False): "SEWOP",
    ("deemed_export", True): "DE",
    ("deemed_export", False): "DE",
}


def invoice_type(document):
    """Return what the portal calls the kind of a registered customer's document.

    >>> from datetime import date
    >>> from .documents import Document
    >>> invoice_type(Document(1, "1", date(2026, 4, 1), "invoice", "29", 0, ()))
    'R'
    """
    return _INVOICE_TYPES.get((document.treatment, document.with_payment), "R")


def export_type(document):
    return "WPAY" if document.with_payment else "WOPAY"


def unregistered_note_type(document):
    """Return the `typ` of a note in Table 9B to who is not registered."""
    if document.pos != OTHER_COUNTRY:
        return "B2CL"
    return "EXPWP" if document.with_payment else "EXPWOP"
