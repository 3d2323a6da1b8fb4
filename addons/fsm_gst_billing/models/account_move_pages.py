from textwrap import wrap

from odoo import models

# Heights and widths in CSS pixels, as the style of `report_tax_document` makes them.
PIXELS_OF_MM = 96 / 25.4
LINE, PADDING = 18, 13  # of text in a row, and around it
CHARACTER = 8
COLUMNS = {"narrow": 28, "hsn": 80, "quantity": 70, "price": 90, "taxable": 95, "total": 95}
DISCOUNT, TAX = 65, 115  # more columns
SIDES = 14 + 6  # mm: the margins of the paper and of the document
SUPPLIER, PARTIES, LINES_HEAD, CONTINUED = 130, 24, 48, 66
FACT, SUM, GRAND, WORDS, UPI = 21, 23, 60, 60, 125
SUMMARY_HEAD, SUMMARY, EINVOICE, END = 60, 26, 230, 130
SPARE = 0.95  # of a page: fonts differ by a pixel
MARGIN_TOP, MARGIN_BOTTOM = 12, 10  # mm


class AccountMove(models.Model):
    """Where a document is cut into pages, each of which says what it belongs to.

    `wkhtmltopdf` of Debian cuts through a row, and repeats no head of a table. What is printed is
    measured here, and cut before it is full.
    """

    _inherit = "account.move"

    def _document_pages(self, document):
        """Return what stands on each page: ``[{rows, hsn, foot, einvoice, end}]``.

        :param dict document: as `_tax_document` returns it
        """
        height, width = self._page_size()
        pages, room = [self._new_page()], height - self._head_height(document, width)
        for kind, item, needed in self._document_blocks(document, width):
            page = pages[-1]
            head = SUMMARY_HEAD if kind == "hsn" and not page["hsn"] else 0
            if needed + head > room and any(page.values()):
                page, room = self._new_page(), height - CONTINUED
                pages.append(page)
                head = {"hsn": SUMMARY_HEAD, "rows": LINES_HEAD}.get(kind, 0)
            page[kind].append(item)
            room -= needed + head
        return pages

    def _document_page_label(self, number, count):
        return self.env._("Page %(number)s of %(count)s", number=number, count=count)

    def _new_page(self):
        return {"rows": [], "foot": [], "hsn": [], "einvoice": [], "end": []}

    def _page_size(self):
        """Return what can be printed on, height and width in CSS pixels."""
        reports = self.env["ir.actions.report"]
        paper_sudo = self.company_id.sudo().paperformat_id  # of what paper it is, is no secret
        zoom = reports._fsm_zoom("pdf")
        bottom = paper_sudo.margin_bottom or MARGIN_BOTTOM
        if zoom != 1:  # header and footer stand in the body: see `fsm_audit`
            bottom = min(bottom, MARGIN_BOTTOM)
        height = (paper_sudo.print_page_height or 297) - MARGIN_TOP - bottom
        width = (paper_sudo.print_page_width or 210) - SIDES
        return height * PIXELS_OF_MM * zoom * SPARE, width * PIXELS_OF_MM * zoom

    def _document_blocks(self, document, width):
        """Yield ``(kind, what is printed, its height)``; what is not cut is one block."""
        columns = sum(COLUMNS.values()) + TAX * len(document["taxes"])
        columns += DISCOUNT if document["has_discount"] else 0
        for row in document["rows"]:
            yield "rows", row, PADDING + LINE * _lines(_said(row), width - columns)
        sums = sum(len(document[part]) for part in ("totals", "apart", "payments"))
        left = WORDS + LINE * _lines(document["words"], width / 2) + (UPI if document["upi"] else 0)
        yield "foot", True, max(SUM * sums + GRAND, left)
        for group in document["hsn"] if document["taxes"] else ():
            yield "hsn", group, SUMMARY
        if document["einvoice"]:
            yield "einvoice", True, EINVOICE
        notes = sum(_lines(note, width / 2) for note in document["notes"])
        yield "end", True, max(END, LINE * (notes + 2))

    def _head_height(self, document, width):
        """Return how much of the first page supplier, parties, facts and table head take."""
        recipient, facts = document["recipient"], document["facts"] + document["job"]
        left = 2 + sum(bool(recipient[key]) for key in ("attention", "phone", "gstin", "state"))
        left += _lines(", ".join(recipient["address"]), width / 2 - LINE)
        if document["delivery"]:
            left += 2 + _lines(", ".join(document["delivery"]), width / 2 - LINE)
        right = sum(_lines(str(text), width / 4) for _label, text in facts)
        supplier = _lines(", ".join(document["supplier"]["address"]), width / 2)
        declared = 2 * LINE if document["declaration"] else 0
        head = SUPPLIER + LINE * (supplier - 1) + declared + PARTIES + LINES_HEAD
        return head + max(LINE * left, FACT * right)


def _said(row):
    return str(row.get("name") or row.get("note") or "")


def _lines(text, width):
    """Return in how many lines a text is printed.

    >>> _lines("", 100), _lines("A repair of the display", 100)
    (1, 3)
    """
    return max(len(wrap(text, max(int(width / CHARACTER), 8))), 1)
