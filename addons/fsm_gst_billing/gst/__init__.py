"""Indian GST as plain Python: nothing here imports Odoo.

Every module is one page of the law, with its examples as doctests; the cases of an inspector are in
`tests/data/gst_vectors.json`.
"""

from . import dates, gstin, numbers, states, supply, words
