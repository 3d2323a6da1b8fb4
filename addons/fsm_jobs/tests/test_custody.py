from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmJobsCommon

# role: (reads own custody, reads the branch's, moves the device of the branch), `roles.md`
ACCESS = {
    "owner": (True, True, True),
    "manager": (True, True, True),
    "receptionist": (True, True, True),
    "technician": (True, False, False),
    "accountant": (True, True, False),
}

KANBAN_FIELDS = ["name", "priority", "partner_id", "device_id", "complaint", "custody_id"]
KANBAN_FIELDS += ["promised_at", "is_late", "lead_technician_id", "state", "currency_id"]


@tagged("post_install", "-at_install")
class TestCustody(FsmJobsCommon):
    """Where a device is, who answers for it, and who may know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._intake()
        cls.others = cls._intake(
            customer={"name": "Meera Nair", "phone": "99001 12233"},
            device={"category": "Laptop", "brand": "HP", "model": "14s", "serial": "CND1"},
        )
        Place = cls._as("manager", cls.env["fsm.place"]).with_company(cls.company)
        cls.shelf, cls.bench = Place.create(
            [
                {"name": "Shelf A3", "code": "a 3", "kind": "shelf"},
                {
                    "name": "Bench 1",
                    "code": "B1",
                    "kind": "bench",
                    "user_id": cls.technician.id,
                },
            ]
        )
        cls.lab = cls.env["res.partner"].create(
            {"name": "Chip Level Lab", "company_id": cls.company.id}
        )
        cls.desk_rst = cls._create_user("desk", "receptionist", cls.other_branch)
        cls.tomorrow = fields.Date.to_string(fields.Date.today() + timedelta(days=1))

    def _place(self, job=None):
        return (job or self.job).custody_id.place_name

    def _in_repair(self):
        return self._walk(self.job, "diagnosis", "estimate", "approved", "repair")

    def _to_lab(self, job=None, **values):
        arguments = {"kind": "lab", "partner_id": self.lab.id, "due_date": self.tomorrow}
        return self._as("manager", job or self.job).move_device(**arguments | values)

    def _to_branch(self, **values):
        values |= {"to_branch_id": self.other_branch.id, "due_date": self.tomorrow}
        return self._as("manager", self.job).move_device(kind="branch", **values)

    # === ALONG THE LIFE === #

    def test_device_is_at_the_counter_then_on_the_bench_then_with_the_customer(self):
        self.assertEqual(self.job.custody_id.place_kind, "counter")
        self.assertEqual(self.job.custody_id.by_id, self.receptionist)
        self._walk(self.job, "diagnosis", "estimate", "approved", "repair", "qc", "ready")
        self.assertEqual(self._place(), "Bench 1")
        self.assertEqual(self.job.custody_id.user_id, self.technician)
        self.assertEqual(self.job.custody_ids.mapped("place_kind"), ["bench", "counter"])

    def test_delivered_device_is_with_the_customer(self):
        job = self._free_job(device={"category": "Phone", "brand": "Nokia", "model": "G42"})
        self._walk(job, "delivered")
        self.assertEqual(job.custody_id.place_kind, "customer")
        with self.assertRaisesRegex(UserError, "not with us"):
            self._as("receptionist", job).move_device(place_id=self.shelf.id)

    def test_device_that_is_repaired_on_site_is_not_in_the_house(self):
        job = self._intake(
            kind="on_site", device={"category": "Printer", "brand": "Epson", "model": "L3250"}
        )
        self._walk(job, "diagnosis")
        self.assertFalse(job.custody_id)

    def test_device_that_is_picked_up_is_in_the_house_once_somebody_works_on_it(self):
        job = self._intake(kind="pickup")
        self.assertFalse(job.custody_id)
        self._walk(job, "diagnosis")
        self.assertEqual(job.custody_id.place_kind, "bench")

    def test_lab_needs_a_name_and_a_day(self):
        self._in_repair()
        manager = self._as("manager", self.job)
        with self.assertRaisesRegex(UserError, "which lab has the device"):
            manager.move_to(state="outside")
        with self.assertRaisesRegex(UserError, "due back"):
            self._to_lab(due_date="")
        with self.assertRaisesRegex(UserError, "which lab or courier"):
            self._to_lab(partner_id=0)
        with self.assertRaisesRegex(UserError, "has passed"):
            self._to_lab(due_date="2020-01-01")

    def test_device_in_repair_that_goes_to_a_lab_takes_its_job_card_along(self):
        self._in_repair()
        answer = self._to_lab()
        self.assertEqual(self.job.state, "outside")
        self.assertEqual(answer["challan"], self.job.custody_id.challan_id.name)
        self.assertRegex(answer["challan"], r"SPR/.*00001$")
        self._as("technician", self.job).move_to(state="repair")
        self.assertEqual(self._place(), "Bench 1")

    def test_device_that_is_away_is_not_handed_over(self):
        job = self._free_job(device={"category": "Phone", "brand": "Nokia", "model": "G43"})
        for kind, arguments in (
            ("lab", {"partner_id": self.lab.id, "due_date": self.tomorrow}),
            ("courier", {"partner_id": self.lab.id}),
            ("branch", {"to_branch_id": self.other_branch.id, "due_date": self.tomorrow}),
        ):
            self._as("manager", job).move_device(kind=kind, **arguments)
            with self.subTest(kind), self.assertRaisesRegex(UserError, "not here, but at"):
                self._walk(job, "delivered")
        self._as("receptionist", job).move_device(kind="counter")
        self._walk(job, "delivered")
        self.assertEqual(job.state, "delivered")

    def test_nobody_works_on_a_device_that_is_elsewhere(self):
        self._walk(self.job, "diagnosis", "estimate", "approved")
        self._to_branch()
        why = "The board was in the wrong tray"
        for role, moves in (
            ("technician", ({"state": "repair"},)),
            ("manager", ({"state": state, "override": True} for state in ("diagnosis", "qc"))),
        ):
            for move in moves:
                with self.subTest(move), self.assertRaisesRegex(UserError, "not here, but at"):
                    self._as(role, self.job).move_to(reason=why, **move)
        self._as("manager", self.job).move_to(state="received", override=True, reason=why)
        self.assertEqual(self.job.custody_id.place_kind, "branch")
        self._as("receptionist", self.job).move_device(kind="counter")
        self._as("technician", self.job).move_to(state="diagnosis")
        self.assertEqual(self._place(), "Bench 1")

    def test_customer_answers_while_the_device_is_elsewhere(self):
        self._walk(self.job, "diagnosis", "estimate")
        self._to_branch()
        self._as("receptionist", self.job).record_answer(answer="revise")
        self.assertEqual((self.job.state, self.job.is_away), ("diagnosis", True))

    def test_device_that_left_the_lab_by_courier_is_not_repaired_on_the_way(self):
        self._in_repair()
        self._to_lab()
        self._as("manager", self.job).move_device(kind="courier", partner_id=self.lab.id)
        with self.assertRaisesRegex(UserError, "not here, but at"):
            self._as("technician", self.job).move_to(state="repair")

    # === MOVING === #

    def test_devices_of_one_move_are_on_one_challan(self):
        rows = self._to_lab(self.job + self.others)
        self.assertEqual(len({row["challan"] for row in rows}), 1)
        challan = self.job.custody_id.challan_id
        self.assertEqual(
            challan.line_ids.mapped("reference"), (self.job + self.others).mapped("name")
        )

    def test_sticker_then_shelf_moves_the_device(self):
        Job = self._as("receptionist")
        job = Job.scan(code=self.job._sticker_url())
        place = Job.scan(code=self.shelf._scan_url())
        Job.browse(job["id"]).move_device(place_id=place["id"])
        self.assertEqual((job["kind"], place["kind"], self._place()), ("job", "place", "Shelf A3"))
        self.assertEqual(Job.scan(code=self.job.name)["id"], self.job.id)
        self.assertEqual(Job.scan(code="a3")["id"], self.shelf.id)
        with self.assertRaisesRegex(UserError, "no job card and no place"):
            Job.scan(code="%")

    def test_dialog_moves_all_that_were_chosen(self):
        jobs = self.job + self.others
        dialog = self._as("receptionist", self.env["fsm.device.move"]).with_context(
            active_model="fsm.job", active_ids=jobs.ids, default_job_id=self.job.id
        )
        dialog.create({"kind": "shelf", "place_id": self.shelf.id}).action_move_device()
        self.assertEqual(jobs.custody_id.mapped("place_name"), ["Shelf A3", "Shelf A3"])

    def test_device_leaves_to_its_customer_by_the_delivery_gate_only(self):
        with self.assertRaisesRegex(UserError, "^Deliver job card"):
            self._as("manager", self.job).move_device(kind="customer")
        self._as("manager", self.job).move_to(state="cancelled", reason="Not worth it")
        for note in ("", "  Suresh    "):
            with self.assertRaisesRegex(UserError, "who took the device"):
                self._as("receptionist", self.job).move_device(kind="customer", note=note)
        dialog = self._as("receptionist", self.env["fsm.device.move"]).create(
            {"job_id": self.job.id, "kind": "customer", "note": "Suresh himself, Aadhaar shown"}
        )
        dialog.action_move_device()
        self.assertEqual(self.job.custody_id.note, "Suresh himself, Aadhaar shown")
        self.assertEqual(self.job.custody_id.place_kind, "customer")

    def test_where_a_device_was_is_never_rewritten(self):
        row = self.job.custody_id
        for user in (self.owner, self.env.user):
            own = row.with_user(user)
            with self.assertRaises(UserError):
                own.write({"place_name": "Elsewhere"})
            with self.assertRaises(UserError):
                own.unlink()
            with self.assertRaises(AccessError):
                own.with_user(self.owner).create({"job_id": self.job.id})
        with self.assertRaises(AccessError):
            self._as("manager", self.job).write({"custody_id": False})

    def test_who_knows_and_moves(self):
        self._walk(self.job, "diagnosis")
        for role, (reads_own, reads_branch, moves) in ACCESS.items():
            Custody = self._as(role, self.env["fsm.custody"])
            for job, expected in ((self.job, reads_own), (self.others, reads_branch)):
                with self.subTest(role=role, job=job.name):
                    self.assertEqual(bool(Custody.search([("job_id", "=", job.id)])), expected)
            with self.subTest(role=role, operation="move"):
                others = self._as(role, self.others)
                if moves:
                    others.move_device(place_id=self.shelf.id)
                else:
                    with self.assertRaises(AccessError):
                        others.move_device(place_id=self.shelf.id)
        self._as("technician", self.job).move_device(place_id=self.shelf.id)
        for role, kind in (("receptionist", "lab"), ("technician", "courier")):
            with self.assertRaisesRegex(AccessError, "does not move"):
                self._as(role, self.job).move_device(kind=kind, due_date=self.tomorrow)

    # === OTHER BRANCHES === #

    def test_other_branch_sees_the_row_and_not_the_job_card(self):
        Custody = self.env["fsm.custody"].with_user(self.desk_rst)
        self.assertFalse(Custody.search([]))
        self._to_branch()
        self.assertEqual(self.job.custody_id.challan_id.purpose, "job_work")
        row = Custody.search([])
        self.assertEqual((row.job_number, row.due_date), (self.job.name, row.challan_id.due_date))
        self.assertIn("5CD1234XYZ", row.device_name)
        self.assertTrue(row.is_current and row.is_incoming)
        self.assertFalse(row.job_id.has_access("read"))
        self.assertFalse(Custody.search([("job_id.partner_id.name", "ilike", "Suresh")]))
        with self.assertRaises(AccessError):
            row.action_open_job()

    def test_grouping_tells_the_other_branch_nothing_of_the_customer(self):
        self._to_branch()
        Custody = self.env["fsm.custody"].with_user(self.desk_rst)
        try:
            groups = Custody._read_group([], ["job_id.partner_id"], ["__count"])
        except (AccessError, ValueError):
            return
        self.assertFalse(any(partner for partner, _count in groups))

    def test_other_branch_takes_over_and_sends_back(self):
        self._to_branch(value=30000.0)
        row = self.env["fsm.custody"].with_user(self.desk_rst).search([])
        with self.assertRaisesRegex(UserError, "not sent to your branch"):
            self.job.custody_id.with_user(self.receptionist).accept()
        row.accept()
        self.assertEqual(self.job.custody_id.user_id, self.desk_rst)
        with self.assertRaisesRegex(UserError, "moved on already"):
            row.accept()
        came = self.job.custody_id.challan_id
        answer = self.job.custody_id.with_user(self.desk_rst).send_back()
        self.assertEqual(self.job.custody_id.place_kind, "courier")
        back = self.job.custody_id.challan_id
        self.assertEqual((answer["challan"], back.purpose), (back.name, came.purpose))
        self.assertRecordValues(
            back,
            [
                {
                    "company_id": self.other_branch.company_id.id,
                    "to_company_id": self.company.id,
                    "partner_id": self.company.partner_id.id,
                }
            ],
        )
        self.assertEqual(back.line_ids.reference, self.job.name)
        self.assertEqual(back.line_ids.sudo().value, 30000.0)
        with self.assertRaisesRegex(UserError, "moved on already"):
            row.send_back()
        self._as("receptionist", self.job).move_device(place_id=self.shelf.id)
        seen = self.env["fsm.custody"].with_user(self.desk_rst).search([])
        self.assertNotIn("Shelf A3", seen.mapped("place_name"))

    def test_places_of_another_branch_do_not_exist(self):
        self.assertFalse(self.env["fsm.place"].with_user(self.desk_rst).search([]))
        theirs = self.env["fsm.place"].create(
            {"name": "Shelf 9", "code": "9", "company_id": self.other_branch.company_id.id}
        )
        with self.assertRaisesRegex(UserError, "no such place"):
            self._as("receptionist", self.job).move_device(place_id=theirs.id)
        with self.assertRaisesRegex(UserError, "no job card and no place"):
            self._as("receptionist").scan(code=theirs._scan_url())

    def test_nothing_is_sent_to_a_branch_of_another_organisation(self):
        stranger = self.env["fsm.branch"].search(
            [("organization_id", "!=", self.organization.id)], limit=1
        )
        for branch_id in (self.branch.id, stranger.id or 10**6):
            with self.assertRaisesRegex(UserError, "other branch of your organisation"):
                self._as("manager", self.job).move_device(
                    kind="branch", to_branch_id=branch_id, due_date=self.tomorrow
                )

    def test_device_to_a_branch_is_own_use_under_one_gstin_alone(self):
        """R33, R34: branches with another GSTIN are distinct persons."""
        self.other_branch.company_id.write({"state_id": self.karnataka.id, "vat": self.company.vat})
        self._to_branch()
        self.assertEqual(self.job.custody_id.challan_id.purpose, "own_use")

    # === LISTS === #

    def test_what_is_overdue_at_the_lab_is_found(self):
        self._to_lab()
        Custody = self._as("manager", self.env["fsm.custody"])
        self.assertFalse(Custody.search([("is_overdue", "=", True)]))
        row = self.job.custody_id
        self.env.cr.execute(
            "UPDATE fsm_custody SET due_date = current_date - 3 WHERE id = %s", [row.id]
        )
        row.invalidate_recordset()
        self.assertEqual(Custody.search([("is_overdue", "=", True)]), row)
        self.assertEqual(row.days_overdue, 3)
        self.assertIn(self.job, self._as("manager").search([("is_away", "=", True)]))
        self._as("receptionist", self.job).move_device(place_id=self.shelf.id)
        self.assertFalse(Custody.search([("is_overdue", "=", True)]))
        self.assertNotIn(row, Custody.search([("is_current", "=", True)]))

    def test_job_cards_are_found_by_the_place_of_their_device(self):
        self._as("receptionist", self.job).move_device(place_id=self.shelf.id)
        Job = self._as("receptionist")
        self.assertEqual(Job.search([("custody_id", "ilike", "shelf a")]), self.job)

    def test_workshop_of_eighty_cards_takes_fifteen_queries(self):
        values = {
            "partner_id": self.job.partner_id.id,
            "device_id": self.job.device_id.id,
            "complaint": "No display",
        }
        Job = self._as("receptionist")
        Job.create([values] * 80).move_to(state="received")
        fields_read = {
            name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
            for name in KANBAN_FIELDS
        }
        for _warm in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(15 if _warm else 60):
                Job.web_read_group(
                    [("is_open", "=", True)],
                    ["state"],
                    [],
                    auto_unfold=True,
                    unfold_read_specification=fields_read,
                    unfold_read_default_limit=80,
                )
