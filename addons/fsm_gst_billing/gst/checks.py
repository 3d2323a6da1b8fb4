"""What an inspector would find in the documents of a month, said before he comes.

A finding names its rule (a section, or a row of the rule sheet), the record, and the way to mend it.
Each check is a function of one document; `CHECKS` is the list of them.

>>> from datetime import date
>>> from .documents import Document, Line, Supplier
>>> supplier = Supplier("29AAGCR4375J1ZU", "042026", turnover=6 * law.CRORE)
>>> repair = Line("9987", "Repair", 18, 100000, cgst=9000, sgst=9000)
>>> sale = Document(1, "SPR/26-27/00001", date(2026, 4, 1), "invoice", "29", 118000, (repair,))
>>> [finding.text for finding in check(supplier, [sale])]  # doctest: +NORMALIZE_WHITESPACE
['SPR/26-27/00001: HSN/SAC “9987” of “Repair” has too few digits: at your turnover it
  needs 6. Complete it on the line and on its product.']
"""

# pylint: disable=prefer-env-translation  # there is no environment in here

from decimal import Decimal

from . import checks_draft, checks_lines, dates, gstin, law, numbers, periods
from .documents import UNTAXED
from .findings import _, finding
from .states import OTHER_COUNTRY, STATES
from .words import indian_format


def check(supplier, documents, *, before=False, untaxed=False):
    """Return the findings about the documents of a month, in their order.

    :param documents.Supplier supplier:
    :param documents: rows of `documents.Document`
    :param bool before: they are not issued yet; what has to be known until then is said as well
    :param bool untaxed: of who charges no tax, and is asked `WITHOUT_TAX` alone
    """
    findings, seen = [], {}
    finders = (*CHECKS, *BEFORE_ISSUING) if before else CHECKS
    if untaxed:
        finders = [find for find in finders if find in WITHOUT_TAX]
    for document in documents:
        for find in finders:
            findings.extend(find(supplier, document))
        findings.extend(_twice(document, seen))
    return findings


# === THE DOCUMENT === #


def number_is_allowed(_supplier, document):
    if not numbers.is_valid(document.number):
        yield finding(
            "error",
            "CGST Rule 46(b)",
            _(
                "“%(name)s” cannot be the number of a document: at most 16 of A–Z, 0–9, “-” "
                "and “/”, not beginning with 0, “-” or “/”. Correct the short code of its journal."
            ),
            document,
        )


def _twice(document, seen):
    """Refuse a number that the financial year already has; letter case does not matter."""
    key = (dates.financial_year(document.date), document.number.upper())
    if seen.setdefault(key, document.id) != document.id:
        yield finding(
            "error",
            "CGST Rule 46(b)",
            _("%(name)s was used twice in the year %(year)s: one of them has to be cancelled."),
            document,
            year=key[0],
        )


def month_is_right(supplier, document):
    if periods.period_of(document.date) != supplier.period:
        yield finding(
            "error",
            "CGST Act s.37",
            _(
                "%(name)s of %(day)s belongs to another month than %(period)s: look for it in the "
                "return of its month."
            ),
            document,
            day=document.date.strftime("%d-%b-%Y"),
            period=supplier.period,
        )


def customer_is_registered(_supplier, document):
    if document.gstin and not gstin.is_valid(document.gstin):
        if document.treatment == "uin_holders":
            return
        yield finding(
            "error",
            "CGST Rule 46(d)",
            _("%(name)s: “%(gstin)s” is not a GSTIN, a character is wrong. Ask the customer."),
            document,
            gstin=document.gstin,
        )
    elif not document.gstin and document.treatment in NEED_GSTIN:
        yield finding(
            "error",
            "CGST Rule 46(d)",
            _("%(name)s: the customer is registered, but his GSTIN is missing."),
            document,
        )


def registration_is_used(_supplier, document):
    """Refuse to invoice who is registered as a consumer: he would find nothing in his GSTR-2B.

    A note says what its invoice said.
    """
    if document.kind != "invoice" or document.treatment not in NO_GSTIN:
        return
    if gstin.is_valid(document.known_gstin):
        yield finding(
            "error",
            "CGST Rule 46(d)",
            _(
                "%(name)s goes to a customer without registration, and %(gstin)s is on his record: "
                "correct the GST treatment, or take the GSTIN off the customer."
            ),
            document,
            gstin=document.known_gstin,
        )


NO_GSTIN = ("consumer", "unregistered")
NEED_GSTIN = ("regular", "composition", "special_economic_zone", "deemed_export", "uin_holders")


def place_is_known(_supplier, document):
    if document.pos not in STATES and document.pos != OTHER_COUNTRY:
        yield finding(
            "error",
            "CGST Rule 46(n)",
            _("%(name)s has no place of supply: give the customer's state."),
            document,
        )


def mixed_is_for_consumers(_supplier, document):
    """One paper for taxed and exempt supplies is for those without a registration."""
    untaxed = {line.nature in UNTAXED for line in document.lines}
    if document.gstin and document.kind == "invoice" and len(untaxed) == 2:
        yield finding(
            "error",
            "CGST Rule 46A",
            _(
                "%(name)s has taxed and exempt lines, and the customer is registered: put the exempt "
                "ones on a bill of supply of their own."
            ),
            document,
        )


def note_has_its_invoice(_supplier, document):
    if document.kind != "invoice" and not document.original:
        yield finding(
            "error",
            "CGST Act s.34(1), Rule 53",
            _("%(name)s does not say which invoice it changes: pick the original invoice."),
            document,
        )


def note_is_in_time(_supplier, document):
    if _is_late(document) and any(line.taxable != line.total for line in document.lines):
        yield finding(
            "error",
            "CGST Act s.34(2)",
            _(
                "%(name)s reduces tax on %(original)s after %(deadline)s: issue a credit note "
                "without GST instead."
            ),
            document,
            original=document.original.number,
            deadline=_deadline(document).strftime("%d-%b-%Y"),
        )


def price_alone_has_its_series(_supplier, document):
    """Refuse a late note on the price alone among those of GST: it would stand in the return."""
    named = any(
        line.nature == "non_gst" and line.due and line.due.source == "note"
        for line in document.lines
    )
    if named and _is_late(document):
        yield finding(
            "error",
            "CGST Act s.34(2)",
            _(
                "%(name)s is after %(deadline)s, and has lines outside GST for taxed ones of "
                "%(original)s: take it out, and credit the invoice with “Without GST”."
            ),
            document,
            original=document.original.number,
            deadline=_deadline(document).strftime("%d-%b-%Y"),
        )


def _deadline(document):
    return dates.credit_note_deadline(document.original.date)


def _is_late(document):
    """Tell whether a credit note comes too late to reduce tax."""
    if document.kind != "credit_note" or not document.original:
        return False
    # What is issued today is not in time because it says yesterday.
    return max(document.date, document.issued_on or document.date) > _deadline(document)


def total_is_right(_supplier, document):
    if document.reverse_charge or document.treatment in ("overseas", "special_economic_zone"):
        return  # Tax that the customer does not pay us is not in the total
    lines = sum(line.total for line in document.lines)
    rounded = min(max(document.rounding, -law.ROUNDING_LIMIT), law.ROUNDING_LIMIT)
    difference = document.value - rounded - lines
    if abs(difference) > document.drift:
        yield finding(
            "error",
            "CGST Rule 46(j)",
            _(
                "%(name)s: its total and its lines differ by ₹%(difference)s. Take out what was "
                "changed by hand under “Journal Items”, or make the document anew."
            ),
            document,
            difference=f"{difference / 100:.2f}",
        )


def e_invoice_is_registered(supplier, document):
    taxed = any(line.nature not in UNTAXED for line in document.lines)
    turnover = max(supplier.turnover, supplier.highest_turnover)
    needed = law.needs_e_invoice(turnover, document.treatment, document.date)
    if not taxed or not needed or document.irn:
        return
    last_day = law.e_invoice_deadline(turnover, document.date)
    if last_day is None:
        template = _("%(name)s has no IRN: register it at the e-invoice portal.")
    elif supplier.today is None or supplier.today <= last_day:
        template = _(
            "%(name)s has no IRN: register it at the e-invoice portal until %(last_day)s, later it "
            "takes it no more."
        )
    else:
        template = _(
            "%(name)s has no IRN, and the e-invoice portal took it until %(last_day)s: it is no "
            "invoice to the law. Cancel or credit it, and issue another one."
        )
    last = last_day.strftime("%d-%b-%Y") if last_day else ""
    yield finding("warning", "CGST Rule 48(4), (5)", template, document, last_day=last)


def cash_is_limited(_supplier, document):
    """Warn of cash while the customer can still be told to bring none."""
    row = law.CASH_LIMIT.row(document.date)
    if document.kind == "invoice" and document.value >= row.value:
        yield finding(
            "warning",
            row.source,
            _("%(name)s: less than ₹%(limit)s of it may be taken in cash, all times together."),
            document,
            limit=indian_format(Decimal(row.value) / 100),
        )


def day_has_come(_supplier, document):
    if document.issued_on and document.date > document.issued_on:
        yield finding(
            "error",
            "CGST Act s.31",
            _("%(name)s is of %(day)s, which has not come yet: give it today's date."),
            document,
            day=document.date.strftime("%d-%b-%Y"),
        )


def day_can_be_declared(_supplier, document):
    """Refuse a day of which nothing can be declared: before GST, or after the portal has closed."""
    last = dates.last_filing_day(document.date)
    if document.date < law.GST_BEGAN or (document.issued_on and document.issued_on > last):
        yield finding(
            "error",
            "CGST Act s.37(5)",
            _(
                "%(name)s is of %(day)s: no return takes a document of that day any more. Correct its "
                "date."
            ),
            document,
            day=document.date.strftime("%d-%b-%Y"),
        )


def note_follows_its_invoice(_supplier, document):
    original = document.original
    if document.kind != "invoice" and original and document.date < original.date:
        yield finding(
            "error",
            "CGST Act s.34(1)",
            _("%(name)s is of %(day)s, before its invoice %(original)s of %(issued)s."),
            document,
            day=document.date.strftime("%d-%b-%Y"),
            original=original.number,
            issued=original.date.strftime("%d-%b-%Y"),
        )


def service_is_invoiced_in_time(_supplier, document):
    """Warn of an invoice that should have been issued earlier; a service has no unit."""
    done = document.supplied_on
    if document.kind != "invoice" or not done or all(line.uqc for line in document.lines):
        return
    days = (document.date - done).days
    if days > law.SERVICE_INVOICE_DAYS:
        yield finding(
            "warning",
            "CGST Rule 47",
            _(
                "%(name)s comes %(days)s days after the work was done on %(done)s; an invoice of a "
                "service is issued within %(limit)s. Issue it now: its tax was due then, with "
                "interest."
            ),
            document,
            days=days,
            done=done.strftime("%d-%b-%Y"),
            limit=law.SERVICE_INVOICE_DAYS,
        )


def customer_is_addressed(_supplier, document):
    """Ask where a consumer lives who buys for much: the invoice says it."""
    value = sum(line.taxable for line in document.lines)
    if document.gstin or document.is_addressed or value < law.ADDRESS_NEEDED_FROM:
        return
    yield finding(
        "error",
        "CGST Rule 46(e)",
        _(
            "%(name)s: from a value of ₹%(limit)s on, an invoice says name, address and state of a "
            "customer without GSTIN. Ask the customer and complete it."
        ),
        document,
        limit=indian_format(Decimal(law.ADDRESS_NEEDED_FROM) / 100),
    )


def place_is_due(_supplier, document):
    """Warn of a place of supply that somebody has chosen otherwise than the law."""
    if document.place_due and document.pos != document.place_due[0]:
        yield finding(
            "warning",
            "IGST Act s.10, s.12, s.13",
            _(
                "%(name)s has %(pos)s as place of supply, and %(due)s would be right. %(reason)s "
                "Correct the place of supply or the customer."
            ),
            document,
            pos=document.pos,
            due=document.place_due[0],
            reason=document.place_due[1],
        )


def export_leaves_india(_supplier, document):
    """Refuse an export to who is in India, with goods that stay here: it would bear no tax."""
    exported = document.pos == OTHER_COUNTRY or document.treatment == "overseas"
    if document.kind == "invoice" and exported and not document.is_abroad:
        yield finding(
            "error",
            "IGST Act s.2(5), s.2(6)",
            _(
                "%(name)s is an export, and neither its customer nor its delivery is abroad. "
                "Correct the place of supply and the GST treatment, or the country of the customer."
            ),
            document,
        )


CHECKS = (
    number_is_allowed,
    month_is_right,
    customer_is_registered,
    place_is_known,
    mixed_is_for_consumers,
    note_has_its_invoice,
    note_is_in_time,
    total_is_right,
    e_invoice_is_registered,
    *checks_lines.CHECKS,
)

# Of what is not issued yet.
BEFORE_ISSUING = (
    cash_is_limited,
    day_has_come,
    day_can_be_declared,
    registration_is_used,
    place_is_due,
    export_leaves_india,
    price_alone_has_its_series,
    note_follows_its_invoice,
    service_is_invoiced_in_time,
    customer_is_addressed,
    *checks_draft.CHECKS,
    *checks_lines.BEFORE_ISSUING,
)

# Of who is not registered, or is under composition, as well.
WITHOUT_TAX = (
    note_has_its_invoice,
    cash_is_limited,
    day_has_come,
    day_can_be_declared,
    note_follows_its_invoice,
    customer_is_addressed,
    *checks_draft.WITHOUT_TAX,
)
