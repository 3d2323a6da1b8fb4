"""Two dozen customers' troubles, told by the people who work on them.

Each row of `JOBS` says where, whose, what, who repairs, how far it went and how many hours ago it
came in. The steps are the verbs of the suite, called as the user who has the right; only the clock
is turned back afterwards.
"""

from datetime import timedelta

from odoo import fields

DESK = {"SPR": "priya", "RST": "priya_rst", "HSR": "owner"}
BOSS = {"SPR": "manager", "RST": "manager_rst", "HSR": "owner"}
BOOKS = {"SPR": "anita", "RST": "anita_rst", "HSR": "owner"}

CUSTOMERS = {
    "suresh": {"name": "Suresh Kumar", "phone": "98450 12345", "email": "suresh@example.in"},
    "meera": {"name": "Meera Nair", "phone": "99001 12233"},
    "zenith": {
        "name": "Zenith CA LLP",
        "phone": "98860 45670",
        "email": "office@zenithca.example",
        "vat": "29AABCB1234C1ZA",
        "street": "8 Residency Road",
        "city": "Bengaluru",
        "zip": "560025",
        "company_type": "company",
    },
    "school": {
        "name": "Green Leaf Schools",
        "phone": "97390 88120",
        "street": "5th Cross, HSR Layout",
        "city": "Bengaluru",
        "zip": "560102",
        "company_type": "company",
    },
    "kavya": {"name": "Kavya S", "phone": "90080 70021"},
    "farooq": {"name": "Mohammed Farooq", "phone": "98440 31700"},
    "lata": {"name": "Lata Hegde", "phone": "94480 55211"},
    "tara": {"name": "Tara Menon", "phone": "98840 66120"},
    "joseph": {"name": "Joseph Raj", "phone": "98400 21984"},
}

LAPTOP, PRINTER, DESKTOP = "Laptop", "Printer", "Desktop"
DEVICES = {
    "inspiron": (LAPTOP, "Dell", "Inspiron 3520", "5CD1234XYZ"),
    "pavilion": (LAPTOP, "HP", "Pavilion 14", "CND9988112"),
    "thinkpad": (LAPTOP, "Lenovo", "ThinkPad E14", "PF2XK7J1"),
    "macbook": (LAPTOP, "Apple", "MacBook Air M1", "C02F81JQ6L"),
    "tuf": (LAPTOP, "Asus", "TUF F15", "M3NRCX09"),
    "epson": (PRINTER, "Epson", "L3250", "X8JX104417"),
    "desktop": (DESKTOP, "Assembled", "Desktop", ""),
    "ideapad": (LAPTOP, "Lenovo", "IdeaPad Slim 3", "MP1YZ3W8"),
    "omen": (LAPTOP, "HP", "Omen 16", "5CG2241KLM"),
    "hp14s": (LAPTOP, "HP", "14s", "CND99881"),
    "latitude": (LAPTOP, "Dell", "Latitude 5420", "2ZT5NG3"),
    "vostro": (LAPTOP, "Dell", "Vostro 3400", "7KQ2WV3"),
    "inspiron_rst": (LAPTOP, "Dell", "Inspiron 15", "9HT5RN3"),
    "aspire": (LAPTOP, "Acer", "Aspire 5", "NXA1CSI00"),
}

# (branch, customer, device, complaint, technician, last step, hours ago, lines)
JOBS = [
    ("SPR", "meera", "pavilion", "Very slow since the last update", "", "received", 1, []),
    ("SPR", "kavya", "macbook", "Tea was spilt on it", "imran", "diagnosed", 80, ["board"]),
    (
        "SPR",
        "zenith",
        "thinkpad",
        "Some keys do not type",
        "ravi",
        "estimate",
        26,
        ["labour", "keyboard"],
    ),
    ("SPR", "zenith", "desktop", "Does not start", "imran", "approved", 30, ["labour", "ram"]),
    (
        "SPR",
        "farooq",
        "omen",
        "Keyboard dead after a fall",
        "ravi",
        "parts",
        50,
        ["labour", "keyboard"],
    ),
    (
        "SPR",
        "farooq",
        "tuf",
        "Gets hot and switches off",
        "divya",
        "repair",
        6,
        ["labour", "paste"],
    ),
    (
        "SPR",
        "lata",
        "ideapad",
        "Windows does not start",
        "ravi",
        "failed_qc",
        28,
        ["install", "ssd"],
    ),
    ("SPR", "lata", "vostro", "No sound", "divya", "qc", 22, ["labour"]),
    ("SPR", "suresh", "inspiron", "No display", "ravi", "ready", 27, ["labour", "ssd"]),
    ("SPR", "school", "epson", "Paper jams on every page", "divya", "ready", 150, ["labour"]),
    ("SPR", "suresh", "hp14s", "Hinge broken", "ravi", "delivered", 52, ["labour", "hinge"]),
    ("SPR", "kavya", "latitude", "Screen flickers", "imran", "declined", 47, ["labour", "screen"]),
    ("SPR", "school", "desktop", "Four PCs without network", "", "request", 2, []),
    ("RST", "tara", "inspiron_rst", "No display", "ravi_rst", "delivered", 75, ["labour", "ssd"]),
    ("RST", "joseph", "aspire", "Cannot find the disk", "ravi_rst", "estimate", 20, ["recovery"]),
    ("RST", "joseph", "pavilion", "Battery drains in an hour", "", "received", 3, []),
    ("HSR", "lata", "thinkpad", "Fan is loud", "", "received", 5, []),
]


def tell(env, branches, users, products):
    """Open every job card of `JOBS` and take it as far as it went."""
    for row in JOBS:
        _Story(env, branches, users, products, row).tell()


class _Story:
    """One job card and the people around it."""

    # step: the steps before it, in order
    PATHS = {
        "request": [],
        "received": [],
        "diagnosed": ["diagnose"],
        "estimate": ["diagnose", "share"],
        "declined": ["diagnose", "share", "decline"],
        "approved": ["diagnose", "share", "approve"],
        "parts": ["diagnose", "share", "approve", "take_parts"],
        "repair": ["diagnose", "share", "approve", "take_parts"],
        "qc": ["diagnose", "share", "approve", "take_parts", "finish"],
        "failed_qc": ["diagnose", "share", "approve", "take_parts", "finish", "fail"],
        "ready": ["diagnose", "share", "approve", "take_parts", "finish", "pass_qc", "invoice"],
        "delivered": [
            "diagnose",
            "share",
            "approve",
            "take_parts",
            "finish",
            "pass_qc",
            "invoice",
            "pay",
            "deliver",
        ],
    }

    def __init__(self, env, branches, users, products, row):
        code, customer, device, complaint, technician, step, hours, lines = row
        self.env, self.users, self.products = env, users, products
        self.code, self.branch = code, branches[code]
        self.customer, self.device, self.complaint = customer, device, complaint
        self.technician, self.step, self.hours, self.lines = technician, step, hours, lines

    def tell(self):
        self.job = self.ask() if self.step == "request" else self.take_in()
        for step in self.PATHS[self.step]:
            getattr(self, step)()
        self.env.flush_all()
        self.turn_back_the_clock()

    def by(self, login, records=None):
        """Return `records`, or the job card, as the user `login` in this branch."""
        records = self.job if records is None else records
        return records.with_user(self.users[login]).with_company(self.branch.company_id)

    def ask(self):
        """The customer calls: a request, nothing is on the counter yet."""
        company = self.branch.company_id
        desk = DESK[self.code]
        phone = CUSTOMERS[self.customer]["phone"]
        partner = self.by(desk, self.env["res.partner"])._fsm_find_by_phone(phone, company)
        category, brand, model, serial = DEVICES[self.device]
        device = self.by(desk, self.env["fsm.job"])._intake_device(
            {"category": category, "brand": brand, "model": model, "serial": serial},
            partner,
            self.branch.with_user(self.users[desk]),
        )
        return (
            self.by(desk, self.env["fsm.job"])
            .create(
                {
                    "branch_id": self.branch.id,
                    "partner_id": partner.id,
                    "device_id": device.id,
                    "complaint": self.complaint,
                    "kind": "on_site",
                }
            )
            .with_env(self.env)
        )

    def take_in(self):
        category, brand, model, serial = DEVICES[self.device]
        answer = self.by(DESK[self.code], self.env["fsm.job"]).intake(
            branch_id=self.branch.id,
            customer=CUSTOMERS[self.customer],
            device={"category": category, "brand": brand, "model": model, "serial": serial},
            complaint=self.complaint,
            accessories=[{"name": "Charger"}] if category == LAPTOP else [],
        )
        job = self.env["fsm.job"].browse(answer["id"])
        if self.technician:
            technician = self.users[self.technician].fsm_technician_ids
            self.by(BOSS[self.code], job).assign(technician_ids=technician.ids)
        return job

    def diagnose(self):
        self.by(self.technician).add_diagnosis(
            diagnosis=f"{self.complaint}: confirmed on the bench.",
            lines=[{"product_id": self.products[key].id} for key in self.lines],
        )

    def share(self):
        self.by(self.technician).share_estimate(channels=["link"])

    def approve(self):
        self.by(DESK[self.code]).record_answer(answer="approved", channel="phone")

    def decline(self):
        self.by(DESK[self.code]).record_answer(
            answer="declined", channel="phone", reason="Too dear for such an old machine"
        )

    def take_parts(self):
        for key in self.lines:
            if self.products[key].is_storable:
                self.by(self.technician).request_part(
                    product_id=self.products[key].id, quantity=1.0, use=self.step != "parts"
                )
        if self.job.state == "approved" and self.step != "parts":
            self.by(self.technician).move_to(state="repair")

    def finish(self):
        self.by(self.technician).move_to(state="qc")

    def fail(self):
        self.by(BOSS[self.code]).move_to(state="repair", reason="Restarts after ten minutes")

    def pass_qc(self):
        self.by(BOSS[self.code]).mark_ready()

    def invoice(self):
        answer = self.by(BOOKS[self.code]).create_invoice()
        self.move = self.env["account.move"].browse(answer["invoice_id"])
        self.by(BOOKS[self.code], self.move).action_post()

    def pay(self):
        self.by(BOOKS[self.code], self.move).fsm_record_payment(
            lines=[
                {
                    "method": "upi",
                    "amount": self.move.amount_residual,
                    "reference": f"4265{self.job.id:08d}",
                }
            ]
        )

    def deliver(self):
        self.by(DESK[self.code]).deliver(
            signature=SIGNATURE,
            received_by=CUSTOMERS[self.customer]["name"],
            accessories_returned=True,
            old_parts="returned",
        )

    def turn_back_the_clock(self):
        """Let the job card have come in `hours` ago, and spread its moves over that time."""
        moves = self.job.history_ids.sorted("id")
        came_in = fields.Datetime.now() - timedelta(hours=self.hours)
        last = self.hours * (0.2 if self.step == "ready" else 0.8)
        moments = [
            came_in + timedelta(hours=last * n / max(len(moves) - 1, 1)) for n in range(len(moves))
        ]
        if self.step == "delivered":
            moments[-1] = fields.Datetime.now() - timedelta(hours=1)
        when = {move.to_state: moment for move, moment in zip(moves, moments, strict=True)}
        promised = self.branch._after_working_hours(came_in, 18.0)
        # The past cannot be written through the models, and should not be.
        for move, moment in zip(moves, moments, strict=True):
            self.env.cr.execute(
                "UPDATE fsm_job_history SET at = %s WHERE id = %s", (moment, move.id)
            )
        self.env.cr.execute(
            """
            UPDATE fsm_job
               SET create_date = %(came_in)s, received_at = %(came_in)s, promised_at = %(promised)s,
                   state_since = %(since)s, ready_at = %(ready)s, delivered_at = %(delivered)s
             WHERE id = %(id)s
            """,
            {
                "came_in": came_in,
                "promised": promised,
                "since": moments[-1],
                "ready": when.get("ready"),
                "delivered": when.get("delivered"),
                "id": self.job.id,
            },
        )
        for place_kind, state in (
            ("counter", "received"),
            ("bench", "diagnosis"),
            ("customer", "delivered"),
        ):
            self.env.cr.execute(
                "UPDATE fsm_custody SET at = %s WHERE job_id = %s AND place_kind = %s",
                (when.get(state, came_in), self.job.id, place_kind),
            )
        self.env.cr.execute(
            "UPDATE fsm_estimate SET shared_at = %s WHERE job_id = %s",
            (when.get("estimate", came_in), self.job.id),
        )
        self.env.invalidate_all()


# A short stroke of ink, as a PNG.
SIGNATURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
