"""Which credit may not be taken although tax was paid: CGST Act, s.17(5).

Such credit stands in Table 4(A) of GSTR-3B with all other and is taken back in 4(B)(1): Notification
14/2022-CT, Circular 170/02/2022. Goods that were lost, written off or given away afterwards, clause
(h), are reversed when that happens.

>>> clause_of("8703 22 91"), clause_of("996331"), clause_of("84717020")
('a', 'b', '')
"""

HELP = "Why no input credit may be taken: CGST Act s.17(5). GSTR-3B takes it back in Table 4(B)(1)."

# Clause → what it is about, in the words of the screen.
CLAUSES = [
    ("a", "(a), (aa), (ab) Vehicles, vessels, aircraft, and what is done for them"),
    ("b", "(b) Food, beauty, health, clubs, insurance or travel of people"),
    ("c", "(c) Works contract for a building"),
    ("d", "(d) Goods and services to build for oneself"),
    ("e", "(e) Bought under composition"),
    ("f", "(f), (fa) Of a non-resident; for social responsibility"),
    ("g", "(g) Personal use"),
    ("h", "(h) Lost, written off or given away"),
    ("i", "(i) Tax paid after fraud or detention"),
]

# HSN or SAC whose goods and services are blocked to nearly everybody; who resells or makes them takes
# the mark off. What is blocked to some uses only (repair and insurance of vehicles) is not here.
_OF_CODES = (
    ("8703", "a"),  # motor cars
    ("99633", "b"),  # food and drink
    ("997132", "b"),  # life insurance
    ("997133", "b"),  # health insurance
    ("99931", "b"),  # health
    ("99972", "b"),  # beauty, fitness
    ("9954", "c"),  # construction
)


def clause_of(hsn):
    """Return the clause that blocks what has this HSN or SAC, empty if none does."""
    code = "".join((hsn or "").split())
    return next((clause for prefix, clause in _OF_CODES if code.startswith(prefix)), "")
