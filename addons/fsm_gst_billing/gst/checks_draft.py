"""What only a document is asked that is not issued yet, beside its lines.

Each check is a row of `CHECKS`, or of `WITHOUT_TAX` for who charges no tax as well.
"""

# pylint: disable=prefer-env-translation  # there is no environment in here

from . import gstin
from .findings import _, finding


def currency_is_the_branch_s(_supplier, document):
    """Refuse another currency: the returns, the till and the UPI code count in rupees."""
    if document.foreign_currency:
        yield finding(
            "error",
            "CGST Rule 46(k)",
            _("%(name)s is in %(currency)s. Invoices of a branch are in rupees: choose INR."),
            document,
            currency=document.foreign_currency,
        )


def something_is_charged(_supplier, document):
    """Refuse a tax invoice on nothing: without consideration there is no supply, s.7(1)(a)."""
    if document.kind == "invoice" and not any(line.taxable for line in document.lines):
        yield finding(
            "error",
            "CGST Act s.7(1)(a)",
            _(
                "%(name)s charges nothing: this is no supply, and no invoice. Hand it out as "
                "goodwill or warranty on a job card."
            ),
            document,
        )


# Codes that were given up, and what took their place: GSTINs and addresses may have either.
SUCCESSORS = {"25": "26", "28": "37"}


def gstin_is_of_the_state(_supplier, document):
    """Refuse a GSTIN beside an address of another state: one of the two is somebody else's."""
    state = document.payer_state
    if document.kind != "invoice" or not state or not gstin.is_valid(document.gstin):
        return
    codes = {SUCCESSORS.get(code, code) for code in (gstin.state_code(document.gstin), state)}
    if len(codes) == 2:
        yield finding(
            "error",
            "CGST Rule 46(d)",
            _(
                "%(name)s: GSTIN %(gstin)s is of state %(code)s, and the customer's address of "
                "%(state)s. Correct one of them on the customer."
            ),
            document,
            gstin=document.gstin,
            code=gstin.state_code(document.gstin),
            state=state,
        )


def number_follows_its_day(_supplier, document):
    """Warn of a day before one that the series has a number of: they would not be consecutive."""
    if document.later:
        yield finding(
            "warning",
            "CGST Rule 46(b), (c)",
            _(
                "%(name)s is of %(day)s, and its series already has %(later)s of %(later_day)s: the "
                "numbers would not follow the days. Give it that day or a later one."
            ),
            document,
            day=document.date.strftime("%d-%b-%Y"),
            later=document.later[0],
            later_day=document.later[1].strftime("%d-%b-%Y"),
        )


WITHOUT_TAX = (currency_is_the_branch_s, something_is_charged, number_follows_its_day)
CHECKS = (*WITHOUT_TAX, gstin_is_of_the_state)
