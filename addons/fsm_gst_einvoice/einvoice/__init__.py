"""e-Invoices as plain Python: nothing here imports Odoo.

What the Invoice Registration Portal takes (`schema`), what it answers (`signed`), and what goes to
the e-way bill portal (`eway`). CGST Rules 48(4) and 138.
"""

from . import eway, schema, signed
