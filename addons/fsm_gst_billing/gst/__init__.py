"""Indian GST as plain Python: nothing here imports Odoo.

Every module is one page of the law, with its examples as doctests; the cases of an inspector are in
`tests/data/gst_vectors.json`. Figures that change are rows in `law`, money is whole paise.
"""

from . import (
    checks,
    checks_lines,
    dates,
    documents,
    eway,
    findings,
    form3b,
    gstin,
    gstr1,
    gstr3b,
    law,
    numbers,
    periods,
    returns,
    sheets,
    states,
    summary,
    supply,
    table13,
    tables,
    tax,
    ties,
    words,
)
