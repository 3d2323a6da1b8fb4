"""What an inspector would find in the lines of a document: each check is a row of `CHECKS`."""

# pylint: disable=prefer-env-translation  # there is no environment in here

from . import law, tax
from .documents import UNTAXED
from .findings import _, finding
from .states import OTHER_COUNTRY
from .tables import is_inter
from .words import indian_format

# What a price that includes tax may lose in two roundings, in paise a head: Rule 35.
TOLERANCE = 1

# Chapter and heading, subheading, tariff item; before April 2021 the chapter was enough for some.
HSN_LENGTHS = (4, 6, 8)


def goods_are_named(supplier, document):
    digits = law.hsn_digits(supplier.turnover, document.is_registered, document.date)
    for line in document.lines:
        if not line.hsn.isdigit() and line.hsn:
            yield _no_code(line, document)
        elif len(line.hsn) < digits:
            yield finding(
                "error",
                "Notification 78/2020-CT",
                _(
                    "%(name)s: HSN/SAC “%(hsn)s” of “%(line)s” has too few digits: at your "
                    "turnover it needs %(digits)s. Complete it on the line and on its product."
                ),
                document,
                hsn=line.hsn,
                line=line.description,
                digits=digits,
            )
        elif line.hsn and len(line.hsn) not in (*HSN_LENGTHS, digits):
            yield _no_code(line, document)


def _no_code(line, document):
    return finding(
        "error",
        "Notification 78/2020-CT",
        _(
            "%(name)s: HSN/SAC “%(hsn)s” of “%(line)s” is no code: it has 4, 6 or 8 digits. Correct "
            "it on the line and on its product."
        ),
        document,
        hsn=line.hsn,
        line=line.description,
    )


def rate_was_in_force(_supplier, document):
    """Warn of a rate that did not exist then; of notes and late invoices the old one is right."""
    day = document.original.date if document.original else document.date
    for line in document.lines:
        if line.nature not in UNTAXED and not law.rate_exists(line.rate, day):
            yield finding(
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
            yield finding(
                "error",
                "IGST Act s.7, s.8",
                _(
                    "%(name)s: “%(line)s” bears the wrong tax for place of supply %(pos)s: "
                    "within the state CGST and SGST in equal parts, else IGST. “Update Taxes and "
                    "Accounts” on the invoice puts the right ones on all lines."
                ),
                document,
                line=line.description,
                pos=document.pos,
            )


def tax_is_computed(_supplier, document):
    if document.reverse_charge or not document.with_payment:
        return
    tolerance = law.RUPEE if document.whole_rupees else TOLERANCE
    for line in document.lines:
        heads = ((line.igst, line.rate),) if line.igst else ((line.cgst, line.rate / 2),)
        rate_of_line = line.rate if line.nature not in UNTAXED else 0
        for amount, rate in heads:
            expected = tax.share(line.taxable, rate if rate_of_line else 0, 100)
            if abs(amount - expected) > tolerance:
                yield finding(
                    "error",
                    "CGST Act s.15",
                    _(
                        "%(name)s: tax on “%(line)s” is ₹%(amount)s, ₹%(expected)s would be right. "
                        "Take the line out and add it again."
                    ),
                    document,
                    line=line.description,
                    amount=f"{amount / 100:.2f}",
                    expected=f"{expected / 100:.2f}",
                )


# === BEFORE IT IS ISSUED === #


def tax_is_named(_supplier, document):
    """Refuse a line that bears no tax and does not say why; a “discount” is such a line as well."""
    if document.pos == OTHER_COUNTRY or document.treatment == "special_economic_zone":
        return  # zero-rated: IGST Act, s.16
    for line in document.lines:
        if line.taxable > 0 and not line.rate and line.nature not in UNTAXED and not _is_note(line):
            yield finding(
                "error",
                "CGST Act s.9, s.31",
                _(
                    "%(name)s: “%(line)s” bears no GST, and nothing says why. Put its tax on the "
                    "line; if it is exempt, nil rated or outside GST, the tax that says so."
                ),
                document,
                line=line.description,
            )


def discount_comes_before_tax(_supplier, document):
    """Refuse to take something off below the taxed lines: their value would stay too high."""
    if document.kind == "credit_note":
        return  # it takes back what was issued
    exempt = [line for line in document.lines if line.nature in UNTAXED]
    unnamed = [line for line in document.lines if not line.rate and line.nature not in UNTAXED]
    off = [line for line in unnamed if line.taxable < 0]
    if sum(line.taxable for line in exempt) < 0:
        off += [line for line in exempt if line.taxable < 0]
    for line in off:
        yield finding(
            "error",
            "CGST Act s.15(3)",
            _(
                "%(name)s: “%(line)s” takes ₹%(amount)s off without tax. A discount lowers the value "
                "of the taxed lines: take the line out and use “Discount”."
            ),
            document,
            line=line.description,
            amount=f"{-line.taxable / 100:.2f}",
        )


def rate_is_due(_supplier, document):
    """Compare the rate of each line with the one it has to bear."""
    for line in document.lines:
        due, rate = line.due, 0 if line.nature in UNTAXED else line.rate
        if due is None or not line.taxable or rate == due.rate:
            continue
        if due.source == "note" and line.nature == "non_gst":
            continue  # a matter of the price alone
        if not rate and line.nature not in UNTAXED and due.source != "note":
            continue  # `tax_is_named` has said it
        severity, (rule, template) = "error", DUE[due.source]
        if due.source == "product" and document.rate_reason:
            severity, template = "warning", OTHER_RATE
        yield finding(
            severity,
            rule,
            template,
            document,
            line=line.description,
            rate=f"{rate:g}",
            due=f"{due.rate:g}",
            reason=document.rate_reason,
            day=_day(due.day),
            changed_on=_day(due.changed_on),
        )


def part_payments_are_split(_supplier, document):
    """Say how a supply is split of which a part was paid for before its rate changed."""
    for part in document.parts:
        if abs(part.due - part.found) > law.RUPEE:
            yield finding(
                "warning",
                "CGST Act s.13(2), s.14",
                _(
                    "%(name)s: a part of “%(line)s” was paid for before its rate changed on "
                    "%(changed_on)s. ₹%(due)s of its value bears %(rate)s %%, and ₹%(found)s does: "
                    "split the line."
                ),
                document,
                line=part.description,
                changed_on=_day(part.changed_on),
                rate=f"{part.rate:g}",
                due=indian_format(part.due / 100),
                found=indian_format(part.found / 100),
            )


# Where the rate comes from → rule, what to do.
DUE = {
    "product": (
        "CGST Act s.9(1)",
        _(
            "%(name)s: “%(line)s” bears %(rate)s %%, its product %(due)s %%. Put the product's tax on "
            "the line (where the customer or the place has changed, “Update Taxes and Accounts” does "
            "it for all lines), or correct the product; a manager may say why this supply has "
            "another rate."
        ),
    ),
    "change": (
        "CGST Act s.14",
        _(
            "%(name)s: “%(line)s” bears %(rate)s %%, and %(due)s %% would be right: the rate changed "
            "on %(changed_on)s, and of the days of work, invoice and payment %(day)s decides. Put "
            "the tax of that day on the line."
        ),
    ),
    "note": (
        "CGST Act s.34",
        _(
            "%(name)s: “%(line)s” bears %(rate)s %%, its invoice %(due)s %%: a note has the rate of "
            "the invoice it changes."
        ),
    ),
}
OTHER_RATE = _("%(name)s: “%(line)s” bears %(rate)s %% and not %(due)s %%, because: %(reason)s")


def _is_note(line):
    return line.due is not None and line.due.source == "note"


def _day(day):
    return day.strftime("%d-%b-%Y") if day else ""


CHECKS = (
    goods_are_named,
    rate_was_in_force,
    heads_fit_the_place,
    tax_is_computed,
)

# Of what is not issued yet.
BEFORE_ISSUING = (
    tax_is_named,
    discount_comes_before_tax,
    rate_is_due,
    part_payments_are_split,
)
