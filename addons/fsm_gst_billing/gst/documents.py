"""What the returns are built from: plain rows, so that one query each can fill them.

All money is whole paise and not negative on a document, credit notes included: the builders give
the sign. A negative line (an old advance, a discount) keeps its minus.

>>> from datetime import date
>>> line = Line("998713", "Repair", 18, 100000, cgst=9000, sgst=9000)
>>> note = Document(
...     7, "RSPR/26-27/00001", date(2026, 4, 10), "credit_note", pos="29", value=118000,
...     lines=(line,),
... )
>>> note.sign, note.is_registered
(-1, False)
"""

# pylint: disable=used-before-assignment  # a field is called `date`, as its type

from datetime import date
from typing import NamedTuple

HEADS = ("igst", "cgst", "sgst", "cess")

# Nature of a supply that bears no tax: Table 8 of GSTR-1. All else is taxable.
UNTAXED = ("nil_rated", "exempt", "non_gst")


class Supplier(NamedTuple):
    """A registration, and the month it declares.

    `turnover` is that of all registrations of the PAN in the preceding year, `highest_turnover`
    that of the best year since 2017-18, both in paise.
    """

    gstin: str
    period: str  # MMYYYY
    turnover: int = 0
    highest_turnover: int = 0
    composition: bool = False
    today: date | None = None  # in India

    @property
    def state(self):
        return self.gstin[:2]


class Due(NamedTuple):
    """The rate that a line has to bear, in percent; 0 for what is exempt.

    `source` says where it comes from: the product; a change of its rate, when CGST Act s.14 decides
    on the `day` whose rate counts; the invoice that a note changes.
    """

    rate: float
    source: str = "product"  # change, note
    day: date | None = None
    changed_on: date | None = None


class Part(NamedTuple):
    """What of a supply was paid for before its rate changed, beside the rest: CGST Act s.14.

    `due` of its value, in paise, bears the old `rate`; `found` is how much of it does.
    """

    description: str
    rate: float
    changed_on: date
    due: int
    found: int


class Line(NamedTuple):
    """A line of a document. `rate` is percent of IGST, or of CGST and SGST together."""

    hsn: str
    description: str
    rate: float
    taxable: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    quantity: float = 0.0
    uqc: str = ""  # Unique Quantity Code; empty for a service
    nature: str = "taxable"  # or one of UNTAXED
    id: int = 0
    due: Due | None = None  # None if nobody knows it

    @property
    def total(self):
        return self.taxable + self.igst + self.cgst + self.sgst + self.cess


class Original(NamedTuple):
    """The invoice a note belongs to, or the filed document an amendment replaces.

    `lines` and `pos` are those that were filed: only an amendment needs them.
    """

    number: str
    date: date
    value: int = 0  # paise
    lines: tuple = ()
    pos: str = ""  # empty if it is the one of the amendment


class Document(NamedTuple):
    """A tax invoice, bill of supply, credit note or debit note that was issued.

    `treatment` is Odoo's `l10n_in_gst_treatment`: regular, composition, unregistered, consumer,
    overseas, special_economic_zone, deemed_export, uin_holders.
    """

    id: int
    number: str
    date: date
    kind: str  # invoice, credit_note, debit_note
    pos: str  # state code; 96 outside India
    value: int  # of the whole document with tax and rounding, paise
    lines: tuple
    gstin: str = ""  # of the customer
    treatment: str = "consumer"
    reverse_charge: bool = False
    with_payment: bool = True  # of tax: SEZ and export; False under a letter of undertaking
    original: Original | None = None  # of a note
    amends: Original | None = None  # of what corrects a document in a return that was filed
    customer: str = ""
    irn: str = ""  # of an e-invoice
    port: str = ""
    shipping_bill: str = ""
    shipping_date: date | None = None
    whole_rupees: bool = False  # each of its taxes: CGST Act s.170, docs/adr/0045
    rounding: int = 0  # to the rupee, a part of `value`, paise
    drift: int = 0  # what `value` may differ by where lines are not rounded one by one, paise

    # What has to be known before it is issued, in India
    issued_on: date | None = None  # the day on which it gets its number
    supplied_on: date | None = None  # when the work was done
    is_addressed: bool = True  # name, address and state of the customer are known
    known_gstin: str = ""  # of the customer, whatever the document takes him for
    is_abroad: bool = True  # customer or delivery
    rate_reason: str = ""  # why a manager lets it bear another rate
    foreign_currency: str = ""  # its ISO code, unless it is the supplier's own
    payer_state: str = ""  # state code of the address of who holds `gstin`
    later: tuple = ()  # (number, day) in its series that is after its day
    place_due: tuple = ()  # where it is supplied by law, and why: `supply.PlaceOfSupply`
    parts: tuple = ()  # rows of `Part`

    @property
    def sign(self):
        return -1 if self.kind == "credit_note" else 1

    @property
    def is_registered(self):
        return bool(self.gstin)


class Advance(NamedTuple):
    """Tax on money that came before the invoice: Rules 50 and 51.

    `voucher` is the number of the receipt voucher, on its adjustments and refunds as well. Without a
    `rate` no tax was due: the supply is exempt, or zero-rated under a letter of undertaking.
    """

    id: int
    voucher: str
    date: date
    kind: str  # received, adjusted, refunded
    pos: str
    rate: float
    taxable: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    received_on: date | None = None  # of an adjustment or refund: the day of its receipt
    zero_rated: bool = False  # for export or SEZ: IGST Act s.16


class Issued(NamedTuple):
    """A number of the ledger: a document, cancelled or not, that took its place in a series."""

    kind: str  # a key of `table13.NATURES`
    series: str  # all before the counter
    counter: int
    number: str
    cancelled: bool = False


class Purchase(NamedTuple):
    """A vendor bill or its refund, for Tables 3.1(d), 4 and 5 of GSTR-3B.

    `kind` is a row of Table 4(A): IMPG goods and IMPS services imported, ISRC reverse charge, ISD,
    OTH all other. Refunds are negative.
    """

    id: int
    date: date
    taxable: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    kind: str = "OTH"
    reverse_charge: bool = False
    blocked: bool = False  # CGST Act, s.17(5)
    nature: str = "taxable"  # or one of UNTAXED, or composition
    inter: bool = False

    @property
    def credit(self):
        return self.igst + self.cgst + self.sgst + self.cess


class Reversal(NamedTuple):
    """Credit that is given back: Table 4(B).

    `kind` is RUL for s.17(5) and Rules 38, 42, 43 (not to be reclaimed), OTH for the rest.
    """

    kind: str
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0


class Amendment(NamedTuple):
    """New figures for a row of Tables 7, 11A or 11B of an earlier period, and its period.

    `filed` is what was declared then: taxable value, igst, cgst, sgst, cess.
    """

    table: str  # b2cs, at, txpd
    period: str  # MMYYYY that was filed
    pos: str
    rate: float
    taxable: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    filed: tuple = (0, 0, 0, 0, 0)


def add(sums, row, sign=1):
    """Add taxable value and the four heads of `row` to a list of five, all in paise."""
    sums[0] += sign * row.taxable
    sums[1] += sign * row.igst
    sums[2] += sign * row.cgst
    sums[3] += sign * row.sgst
    sums[4] += sign * row.cess
