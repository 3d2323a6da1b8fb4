"""The roles of people, and the group each stands for (docs/adr/0020).

Whatever a caller passes, an owner's verbs grant one of these groups and no other.
"""

ROLES = {
    "owner": "fsm_jobs.group_fsm_owner",
    "manager": "fsm_jobs.group_fsm_manager",
    "receptionist": "fsm_jobs.group_fsm_receptionist",
    "technician": "fsm_jobs.group_fsm_technician",
    "accountant": "fsm_jobs.group_fsm_accountant",
}

# From the most to the least: a manager holds the groups below his own, too.
ROLE_ORDER = ("owner", "manager", "accountant", "receptionist", "technician")

# Whoever holds one of these is no business of an owner's.
TECHNICAL_GROUPS = ("base.group_system", "base.group_erp_manager")
