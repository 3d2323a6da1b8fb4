"""Who works where. Login and password are the same word: this is a demo."""

from contextlib import contextmanager

SHORTEST = "auth_password_policy.minlength"

# login: name, role, branch
STAFF = {
    "manager": ("Arun Shetty", "manager", "SPR"),
    "priya": ("Priya Nair", "receptionist", "SPR"),
    "ravi": ("Ravi Kumar", "technician", "SPR"),
    "imran": ("Imran Pasha", "technician", "SPR"),
    "divya": ("Divya Menon", "technician", "SPR"),
    "anita": ("Anita Desai", "accountant", "SPR"),
    "manager_rst": ("Karthik Raman", "manager", "RST"),
    "priya_rst": ("Priya Subramanian", "receptionist", "RST"),
    "ravi_rst": ("Ravi Chandran", "technician", "RST"),
    "anita_rst": ("Anita Iyer", "accountant", "RST"),
}


@contextmanager
def short_passwords(env):
    """Let passwords be as short as logins while the story is told; then the policy is back."""
    settings = env["ir.config_parameter"]
    policy = settings.get_param(SHORTEST)
    settings.set_param(SHORTEST, "0")
    yield
    settings.set_param(SHORTEST, policy)


def hire(env, branches):
    """Create the staff and give them their roles; return ``{login: user}``."""
    Users = env["res.users"].with_context(no_reset_password=True)
    owner = Users.search([("login", "=", "owner")])
    users = {"owner": owner}
    for login, (name, role, code) in STAFF.items():
        company = branches[code].company_id
        users[login] = Users.create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@fixmylap.example",
                "lang": "en_IN",
                "tz": "Asia/Kolkata",
                "company_id": company.id,
                "company_ids": company.ids,
                "group_ids": env.ref("base.group_user").ids,
            }
        )
        branches[code].with_user(owner).assign_user(user_id=users[login].id, role=role)
    # The books of one GSTIN are one person's: its return is of both branches.
    branches["HSR"].with_user(owner).assign_user(user_id=users["anita"].id, role="accountant")
    owner.company_id = branches["SPR"].company_id
    return users
