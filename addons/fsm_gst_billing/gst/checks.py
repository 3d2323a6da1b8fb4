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
  needs 6.']
"""

# pylint: disable=prefer-env-translation  # there is no environment in here

from decimal import Decimal
from typing import NamedTuple

from . import dates, gstin, law, numbers, periods, tax
from .documents import UNTAXED
from .states import OTHER_COUNTRY, STATES
from .tables import is_inter
from .words import indian_format

# What a price that includes tax may lose in two roundings, in paise a head: Rule 35.
TOLERANCE = 1


def _(text):
    """Mark a sentence for the translator; the ORM side translates `template`."""
    return text


class Finding(NamedTuple):
    """One thing to mend. `error` forbids to file, `warning` does not."""

    severity: str
    rule: str
    template: str
    values: dict
    id: int  # of the document

    @property
    def text(self):
        return self.template % self.values


def check(supplier, documents, *, before=False):
    """Return the findings about the documents of a month, in their order.

    :param documents.Supplier supplier:
    :param documents: rows of `documents.Document`
    :param bool before: they are not issued yet; what has to be known until then is said as well
    """
    findings, seen = [], {}
    for document in documents:
        for find in (*CHECKS, *BEFORE_ISSUING) if before else CHECKS:
            findings.extend(find(supplier, document))
        findings.extend(_twice(document, seen))
    return findings


def _finding(severity, rule, template, document, **values):
    return Finding(severity, rule, template, {"name": document.number, **values}, document.id)


# === THE DOCUMENT === #


def number_is_allowed(_supplier, document):
    if not numbers.is_valid(document.number):
        yield _finding(
            "error",
            "CGST Rule 46(b)",
            _(
                "“%(name)s” cannot be the number of a document: at most 16 of A–Z, 0–9, “-” "
                "and “/”, not beginning with 0, “-” or “/”."
            ),
            document,
        )


def _twice(document, seen):
    """Refuse a number that the financial year already has; letter case does not matter."""
    key = (dates.financial_year(document.date), document.number.upper())
    if seen.setdefault(key, document.id) != document.id:
        yield _finding(
            "error",
            "CGST Rule 46(b)",
            _("%(name)s was used twice in the year %(year)s: one of them has to be cancelled."),
            document,
            year=key[0],
        )


def month_is_right(supplier, document):
    if periods.period_of(document.date) != supplier.period:
        yield _finding(
            "error",
            "CGST Act s.37",
            _("%(name)s of %(day)s belongs to another month than %(period)s."),
            document,
            day=document.date.strftime("%d-%b-%Y"),
            period=supplier.period,
        )


def customer_is_registered(_supplier, document):
    if document.gstin and not gstin.is_valid(document.gstin):
        if document.treatment == "uin_holders":
            return
        yield _finding(
            "error",
            "CGST Rule 46(d)",
            _("%(name)s: “%(gstin)s” is not a GSTIN, a character is wrong. Ask the customer."),
            document,
            gstin=document.gstin,
        )
    elif not document.gstin and document.treatment in NEED_GSTIN:
        yield _finding(
            "error",
            "CGST Rule 46(d)",
            _("%(name)s: the customer is registered, but his GSTIN is missing."),
            document,
        )


NEED_GSTIN = ("regular", "composition", "special_economic_zone", "deemed_export", "uin_holders")


def place_is_known(_supplier, document):
    if document.pos not in STATES and document.pos != OTHER_COUNTRY:
        yield _finding(
            "error",
            "CGST Rule 46(n)",
            _("%(name)s has no place of supply: give the customer's state."),
            document,
        )


def mixed_is_for_consumers(_supplier, document):
    """One paper for taxed and exempt supplies is for those without a registration."""
    untaxed = {line.nature in UNTAXED for line in document.lines}
    if document.gstin and document.kind == "invoice" and len(untaxed) == 2:
        yield _finding(
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
        yield _finding(
            "error",
            "CGST Act s.34(1), Rule 53",
            _("%(name)s does not say which invoice it changes: pick the original invoice."),
            document,
        )


def note_is_in_time(_supplier, document):
    if document.kind != "credit_note" or not document.original:
        return
    deadline = dates.credit_note_deadline(document.original.date)
    if document.date > deadline and any(line.taxable != line.total for line in document.lines):
        yield _finding(
            "error",
            "CGST Act s.34(2)",
            _(
                "%(name)s reduces tax on %(original)s after %(deadline)s: issue a credit note "
                "without GST instead."
            ),
            document,
            original=document.original.number,
            deadline=deadline.strftime("%d-%b-%Y"),
        )


def total_is_right(_supplier, document):
    if document.reverse_charge or document.treatment in ("overseas", "special_economic_zone"):
        return  # Tax that the customer does not pay us is not in the total
    difference = document.value - sum(line.total for line in document.lines)
    if abs(difference) > law.ROUNDING_LIMIT:
        yield _finding(
            "error",
            "CGST Rule 46(j)",
            _("%(name)s: its total and its lines differ by ₹%(difference)s."),
            document,
            difference=f"{difference / 100:.2f}",
        )


def e_invoice_is_registered(supplier, document):
    taxed = any(line.nature not in UNTAXED for line in document.lines)
    turnover = max(supplier.turnover, supplier.highest_turnover)
    needed = law.needs_e_invoice(turnover, document.treatment, document.date)
    if taxed and needed and not document.irn:
        yield _finding(
            "warning",
            "CGST Rule 48(4)",
            _("%(name)s has no IRN: register it at the e-invoice portal."),
            document,
        )


def cash_is_limited(_supplier, document):
    """Warn of cash while the customer can still be told to bring none."""
    row = law.CASH_LIMIT.row(document.date)
    if document.kind == "invoice" and document.value >= row.value:
        yield _finding(
            "warning",
            row.source,
            _("%(name)s: less than ₹%(limit)s of it may be taken in cash, all times together."),
            document,
            limit=indian_format(Decimal(row.value) / 100),
        )


# === ITS LINES === #


def goods_are_named(supplier, document):
    digits = law.hsn_digits(supplier.turnover, document.is_registered, document.date)
    for line in document.lines:
        if len(line.hsn) < digits or (line.hsn and not line.hsn.isdigit()):
            yield _finding(
                "error",
                "Notification 78/2020-CT",
                _(
                    "%(name)s: HSN/SAC “%(hsn)s” of “%(line)s” has too few digits: at your "
                    "turnover it needs %(digits)s."
                ),
                document,
                hsn=line.hsn,
                line=line.description,
                digits=digits or 4,
            )


def rate_was_in_force(_supplier, document):
    """Warn of a rate that did not exist then; of notes and late invoices the old one is right."""
    day = document.original.date if document.original else document.date
    for line in document.lines:
        if line.nature not in UNTAXED and not law.rate_exists(line.rate, day):
            yield _finding(
                "warning",
                "CGST Act s.14",
                _(
                    "%(name)s: %(rate)s %% of “%(line)s” was no rate of GST on %(day)s. It is "
                    "right only if supply or payment came before the change."
                ),
                document,
                rate=f"{line.rate:g}",
                line=line.description,
                day=day.strftime("%d-%b-%Y"),
            )


def heads_fit_the_place(supplier, document):
    inter = is_inter(document, supplier.state)
    for line in document.lines:
        wrong = line.cgst or line.sgst if inter else line.igst
        if wrong or line.cgst != line.sgst:
            yield _finding(
                "error",
                "IGST Act s.7, s.8",
                _(
                    "%(name)s: “%(line)s” bears the wrong tax for place of supply %(pos)s: "
                    "within the state CGST and SGST in equal parts, else IGST."
                ),
                document,
                line=line.description,
                pos=document.pos,
            )


def tax_is_computed(_supplier, document):
    if document.reverse_charge or not document.with_payment:
        return
    for line in document.lines:
        heads = ((line.igst, line.rate),) if line.igst else ((line.cgst, line.rate / 2),)
        rate_of_line = line.rate if line.nature not in UNTAXED else 0
        for amount, rate in heads:
            expected = tax.share(line.taxable, rate if rate_of_line else 0, 100)
            if abs(amount - expected) > TOLERANCE:
                yield _finding(
                    "error",
                    "CGST Act s.15",
                    _("%(name)s: tax on “%(line)s” is ₹%(amount)s, ₹%(expected)s would be right."),
                    document,
                    line=line.description,
                    amount=f"{amount / 100:.2f}",
                    expected=f"{expected / 100:.2f}",
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
    goods_are_named,
    rate_was_in_force,
    heads_fit_the_place,
    tax_is_computed,
)

# Of what is not issued yet.
BEFORE_ISSUING = (cash_is_limited,)
