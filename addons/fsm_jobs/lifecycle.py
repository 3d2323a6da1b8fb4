"""The life of a job card, as data (`shared/spec/workflow.md`).

This file imports nothing, so it can be read and tested without Odoo.

>>> may_move("ready", "delivered")
True
>>> may_move("delivered", "repair")
False
>>> sorted(FINAL_STATES)
['cancelled', 'delivered', 'disposed']
>>> "receptionist" in movers("estimate", "ready"), "receptionist" in movers("qc", "ready")
(True, False)
>>> clock_of("parts"), clock_of("repair"), clock_of("repair", "customer_asked")
('supplier', 'us', 'customer')
>>> needs_reason("qc", "repair"), needs_reason("approved", "repair")
(True, False)
"""

STATES = [
    ("request", "Requested"),
    ("received", "Received"),
    ("diagnosis", "In Diagnosis"),
    ("estimate", "Awaiting Approval"),
    ("approved", "Approved"),
    ("parts", "Waiting for Parts"),
    ("repair", "In Repair"),
    ("outside", "At Outside Lab"),
    ("qc", "Quality Check"),
    ("ready", "Ready"),
    ("delivered", "Delivered"),
    ("unclaimed", "Unclaimed"),
    ("cancelled", "Cancelled"),
    ("disposed", "Disposed"),
]

# Whose time runs while a job card is in a state: ours, the customer's, a supplier's, a lab's.
CLOCKS = {
    "request": "customer",
    "received": "us",
    "diagnosis": "us",
    "estimate": "customer",
    "approved": "us",
    "parts": "supplier",
    "repair": "us",
    "outside": "lab",
    "qc": "us",
    "ready": "customer",
    "delivered": False,
    "unclaimed": "customer",
    "cancelled": False,
    "disposed": False,
}

CLOCK_OWNERS = [
    ("us", "Us"),
    ("customer", "Customer"),
    ("supplier", "Supplier"),
    ("lab", "Outside Lab"),
]

# From each state, the states a job card may move to. A state that leads nowhere is final.
NEXT_STATES = {
    "request": {"received", "cancelled"},
    "received": {"diagnosis", "cancelled"},
    "diagnosis": {"estimate", "repair", "ready", "cancelled"},
    "estimate": {"approved", "ready", "diagnosis", "cancelled"},
    "approved": {"parts", "repair", "cancelled"},
    "parts": {"repair"},
    "repair": {"parts", "outside", "qc", "estimate"},
    "outside": {"repair"},
    "qc": {"ready", "repair"},
    "ready": {"delivered", "repair", "unclaimed"},
    "unclaimed": {"ready", "delivered", "disposed"},
    "delivered": set(),
    "cancelled": set(),
    "disposed": set(),
}

FINAL_STATES = frozenset(state for state, targets in NEXT_STATES.items() if not targets)

# Who moves a job card to a state. A manager may do whatever one of the other roles may. That one of
# the two persons of a disposal is an owner is a condition (`_blockers`), not a role of the second.
MOVERS = {
    "request": {"receptionist"},
    "received": {"receptionist"},
    "diagnosis": {"technician"},
    "estimate": {"technician"},
    "approved": {"receptionist"},
    "parts": {"technician"},
    "repair": {"technician"},
    "outside": {"manager"},
    "qc": {"technician"},
    "ready": {"technician"},
    "delivered": {"receptionist"},
    "unclaimed": {"manager"},
    "cancelled": {"receptionist"},
    "disposed": {"manager"},
}

# Where the way taken decides, not the place: recording the customer's answer, and a device that
# comes back over the counter.
MOVERS_OF = {
    ("estimate", "ready"): {"receptionist"},
    ("estimate", "diagnosis"): {"receptionist", "technician"},
    ("ready", "repair"): {"receptionist", "technician"},
    ("unclaimed", "ready"): {"receptionist"},
}

# Ways that want a reason, kept in the history: work that failed, and a life that ends early.
REASONED_MOVES = {("qc", "repair"), ("ready", "repair")}
REASONED_STATES = {"cancelled"}

# Why work rests for a while, and whose time that is.
HOLD_REASONS = [
    ("customer_unreachable", "Customer Cannot Be Reached"),
    ("customer_asked", "Customer Asked to Wait"),
    ("data", "Customer Saves His Data First"),
    ("second_opinion", "Second Opinion"),
    ("equipment", "Tool or Equipment Is Missing"),
    ("other", "Other"),
]
HOLD_CLOCKS = {
    "customer_unreachable": "customer",
    "customer_asked": "customer",
    "data": "customer",
    "second_opinion": "us",
    "equipment": "us",
    "other": "us",
}

# Why a device came back: found out by whoever looks at it again.
REWORK_CAUSES = [
    ("part", "Part Failed"),
    ("workmanship", "Workmanship"),
    ("diagnosis", "Wrong Diagnosis"),
    ("new_fault", "New Fault"),
    ("no_fault", "No Fault"),
]

# The moment at which a job card reached a state, kept on the card.
STAMPS = {"received": "received_at", "ready": "ready_at", "delivered": "delivered_at"}

OUTCOMES = [
    ("repaired", "Repaired"),
    ("declined", "Estimate Declined"),
    ("unrepairable", "Cannot Be Repaired"),
    ("no_fault_found", "No Fault Found"),
]

# The outcomes that may end a job card straight from diagnosis.
OUTCOMES_WITHOUT_REPAIR = {"unrepairable", "no_fault_found"}

REASON_MIN_LENGTH = 10  # characters, for an override and for a look at a passcode


def may_move(source, target):
    """Tell whether a job card in state `source` may move to state `target`."""
    return target in NEXT_STATES[source]


def needs_reason(source, target):
    """Tell whether somebody has to say why a job card goes from `source` to `target`."""
    return target in REASONED_STATES or (source, target) in REASONED_MOVES


def clock_of(state, hold_reason=None):
    """Return whose time runs while a job card is in a state, or rests there."""
    return HOLD_CLOCKS[hold_reason] if hold_reason else CLOCKS[state]


def movers(source, target):
    """Return the roles, besides manager and owner, that take a job card from `source` to `target`.

    :rtype: set[str]
    """
    return MOVERS_OF.get((source, target), MOVERS[target])
