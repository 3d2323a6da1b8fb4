"""The organisation and its three branches."""

ORGANIZATION = {"name": "FixMyLap Service Pvt Ltd", "state": "base.state_in_ka"}

# code: name, GSTIN, state, street, city, PIN code, phone
BRANCHES = {
    "SPR": (
        "SP Road",
        "29AAGCR4375J1ZU",
        "base.state_in_ka",
        "41 Sadar Patrappa Road",
        "Bengaluru",
        "560002",
        "+91 80 4112 3450",
    ),
    "HSR": (
        "HSR Layout",
        "29AAGCR4375J1ZU",
        "base.state_in_ka",
        "27th Main, Sector 2",
        "Bengaluru",
        "560102",
        "+91 80 4112 3460",
    ),
    "RST": (
        "Ritchie Street",
        "33AAGCR4375J1Z5",
        "base.state_in_tn",
        "14 Ritchie Street",
        "Chennai",
        "600002",
        "+91 44 4211 7780",
    ),
}


def found(env):
    """Found the organisation and its branches; return ``{code: branch}``."""
    answer = env["res.company"].fsm_create_organization(
        name=ORGANIZATION["name"],
        state_id=env.ref(ORGANIZATION["state"]).id,
        vat="29AAGCR4375J1ZU",
        owner={
            "name": "Lakshmi Rao",
            "login": "owner",
            "password": "owner",
            "email": "lakshmi@fixmylap.example",
        },
    )
    owner = env["res.users"].browse(answer["owner_id"])
    owner.write({"lang": "en_IN", "tz": "Asia/Kolkata"})
    env["res.company"].browse(answer["organization_id"]).write(
        {"street": "41 Sadar Patrappa Road", "city": "Bengaluru", "zip": "560002"}
    )
    branches = {}
    for code, (name, vat, state, street, city, zip_code, phone) in BRANCHES.items():
        branches[code] = (
            env["fsm.branch"]
            .with_user(owner)
            .create(
                {
                    "name": name,
                    "code": code,
                    "organization_id": answer["organization_id"],
                    "vat": vat,
                    "state_id": env.ref(state).id,
                    "street": street,
                    "city": city,
                    "zip": zip_code,
                    "phone": phone,
                    "email": f"{code.lower()}@fixmylap.example",
                }
            )
            .with_env(env)
        )
    return branches


def furnish(env, branches, users):
    """Put up a shelf for what is ready, and a bench for each technician of SP Road."""
    company = branches["SPR"].company_id
    Place = env["fsm.place"].with_user(users["manager"])
    Place.create({"name": "Shelf A1", "code": "A1", "kind": "shelf", "company_id": company.id})
    for number, login in enumerate(("ravi", "imran", "divya"), 1):
        Place.create(
            {
                "name": f"Bench {number}",
                "code": f"B{number}",
                "kind": "bench",
                "user_id": users[login].id,
                "company_id": company.id,
            }
        )
