from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmWarranty(FsmInventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ssd.part_warranty_months = 12
        cls.vendor = cls.env["res.partner"].create({"name": "SP Road Wholesale"})
        cls.env["product.supplierinfo"].create(
            {
                "partner_id": cls.vendor.id,
                "product_tmpl_id": cls.ssd.product_tmpl_id.id,
                "company_id": cls.organization.id,
                "price": 2600,
                "part_warranty_months": 36,
            }
        )
        cls.ssd.fsm_add_stock(
            branch_id=cls.branch.id, quantity=20, reason="From the wholesaler", unit_cost=2600
        )
        # As the branch counts days; the clock of the machine may be a day behind.
        cls.today = fields.Date.context_today(cls.env.user.with_context(tz="Asia/Kolkata"))

    # === WHAT THE TESTS NEED === #

    def _deliver(self, *jobs):
        """Hand the devices over, past what other addons ask for before: the hook is the same."""
        batch = self.env["fsm.job"].concat(*jobs).with_env(self.env)
        for job in batch:
            if job.outcome is False:
                job.with_context(fsm_gate=GATE).write({"outcome": "repaired"})
        sources = {job: job.state for job in batch}
        batch.with_context(fsm_gate=GATE).write(
            {"state": "delivered", "delivered_at": fields.Datetime.now()}
        )
        for source, group in batch.grouped(sources.get).items():
            group._moved(source, "delivered")

    def _delivered(self):
        """Return a job card on which an SSD was built in, delivered today."""
        job = self._job()
        self._request(job, use=True)
        self._deliver(job)
        return job

    def _rework(self, job, cause="part", lines=None, use=True):
        """Return a rework of `job` in repair, with an SSD used once more."""
        answer = job.with_user(self.receptionist).rework(complaint="Dead again")
        rework = self.env["fsm.job"].browse(answer["id"])
        self._as("manager", rework).assign(technician_ids=self.tech.ids)
        rework.with_user(self.technician).write({"rework_cause": cause})
        rework.with_user(self.technician).add_diagnosis(
            diagnosis="The new SSD failed.",
            lines=[
                {"product_id": product.id, "quantity": quantity, "price_unit": price}
                for product, quantity, price in lines
                or [(self.ssd, 1.0, 3490.0), (self.labour, 1.0, 600.0)]
            ],
        )
        rework.with_user(self.technician).share_estimate()
        self._walk_to_approved(rework)
        if use:
            self._request(rework, use=True)
        return rework

    def _age(self, job, days):
        """Let `job` and its warranties have been delivered `days` ago."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE fsm_warranty SET start = start - %s, "end" = "end" - %s WHERE job_id = %s""",
            (days, days, job.id),
        )
        self.env.invalidate_all()

    def _prices(self, job):
        return [(line["product_id"], line["price_unit"]) for line in job._billable_lines()]

    # === THE LEDGER === #

    def test_delivery_opens_a_row_for_each_part_and_each_work(self):
        job = self._delivered()
        part, labour = job.warranty_ids.sorted("kind", reverse=True)
        self.assertEqual(part.usage_id, job.part_usage_ids)
        self.assertEqual(part.end, self.today + relativedelta(months=12))
        self.assertEqual(
            (part.kind, part.state, part.device_id), ("part", "running", job.device_id)
        )
        self.assertEqual(part.supplier_id, self.vendor)
        self.assertEqual(part.supplier_end, self.today + relativedelta(months=36))
        # The catalogue says nothing for labour: the category of the device does.
        self.assertEqual((labour.kind, labour.end), ("labour", self.today + timedelta(days=90)))
        self.assertEqual(job.part_usage_ids.warranty_until, part.end)

    def test_what_was_not_repaired_is_not_warranted(self):
        job = self._job("repair", lines=[(self.labour, 1.0, 600.0)])
        job.with_context(fsm_gate=GATE).write({"outcome": "unrepairable"})
        self._deliver(job)
        self.assertFalse(job.warranty_ids)

    def test_state_follows_the_date_and_is_searched_alike(self):
        job = self._delivered()
        self._age(job, 100)
        rows = job.warranty_ids
        self.assertEqual(
            {row.kind: row.state for row in rows}, {"part": "running", "labour": "expired"}
        )
        for state in ("running", "expired", "consumed"):
            found = rows.search([("id", "in", rows.ids), ("state", "=", state)])
            self.assertEqual(found, rows.filtered(lambda row, state=state: row.state == state))

    def test_warranty_is_never_rewritten(self):
        row = self._delivered().warranty_ids[0]
        for user in (self.owner, self.manager, self.env.user):
            with self.assertRaises(UserError):
                row.with_user(user).write({"end": "2099-01-01"})
            with self.assertRaises(UserError):
                row.with_user(user).unlink()
        with self.assertRaises(AccessError):
            row.with_user(self.owner).create({"job_id": row.job_id.id})

    def test_roles_read_their_branch_and_the_counter_no_supplier(self):
        row = self._delivered().warranty_ids[0]
        for role in ("owner", "manager", "receptionist", "technician", "accountant"):
            self.assertTrue(self._as(role, row).search_count([("id", "=", row.id)]), role)
        outsider = self._create_user("outsider", "manager", self.other_branch)
        self.assertFalse(row.with_user(outsider).search_count([("id", "=", row.id)]))
        with self.assertRaises(AccessError):
            row.with_user(self.receptionist).read(["supplier_id"])

    def test_delivering_many_costs_queries_by_the_batch_not_by_the_card(self):
        jobs = [self._job("repair", lines=[(self.labour, 1.0, 600.0)]) for _ in range(4)]
        self._deliver(jobs.pop())
        counts = []
        for number in (1, 2):
            batch = self.env["fsm.job"].concat(*[jobs.pop() for _ in range(number)])
            batch.with_context(fsm_gate=GATE).write({"outcome": "repaired"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._open_warranties()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 1)

    # === REWORK === #

    def test_covered_part_and_labour_cost_nothing_and_say_why(self):
        job = self._delivered()
        rework = self._rework(job)
        self.assertEqual(self._prices(rework), [(self.ssd.id, 0), (self.labour.id, 0)])
        for line in rework._billable_lines():
            self.assertIn("under warranty until", line["name"])
            self.assertIn(job.name, line["name"])
        self.assertEqual((rework.amount_untaxed, rework.amount_estimate), (0, 0))
        self.assertEqual(rework.estimate_ids.lines[0]["price_unit"], 0)

    def test_covered_work_starts_without_an_answer(self):
        answer = self._delivered().with_user(self.receptionist).rework(complaint="Again")
        rework = self.env["fsm.job"].browse(answer["id"])
        self._as("manager", rework).assign(technician_ids=self.tech.ids)
        work = rework.with_user(self.technician)
        work.add_diagnosis(diagnosis="Loose", lines=[{"product_id": self.labour.id}])
        with self.assertRaisesRegex(UserError, "has to approve"):
            work.move_to(state="repair")
        work.write({"rework_cause": "workmanship"})
        work.move_to(state="repair")
        work.move_to(state="qc")
        self.assertEqual(rework.state, "qc")

    def test_new_fault_is_charged(self):
        job = self._delivered()
        for cause in ("new_fault", "no_fault"):
            rework = self._rework(job, cause=cause, use=False)
            self.assertEqual(self._prices(rework), [(self.labour.id, 600)])
            self._deliver(rework)

    def test_more_than_was_warranted_is_charged(self):
        rework = self._rework(self._delivered(), lines=[(self.ssd, 3.0, 3490.0)], use=False)
        self._request(rework, quantity=3, use=True)
        quantities = {line["price_unit"]: line["quantity"] for line in rework._billable_lines()}
        self.assertEqual(quantities, {0: 1, 3490: 2})

    def test_extra_part_beside_covered_work_needs_the_customer_s_answer(self):
        rework = self._rework(self._delivered())
        extra = self._create_part("Caddy", 500)
        self._stock_up(extra, 1)
        self._request(rework, extra, use=True)
        with self.assertRaisesRegex(UserError, "has agreed to"):
            rework.with_user(self.technician).move_to(state="qc")

    def test_period_never_restarts(self):
        job = self._delivered()
        self._age(job, 60)
        first = job.warranty_ids.filtered(lambda row: row.kind == "part")
        second_job = self._rework(job)
        self._deliver(second_job)
        second = second_job.warranty_ids.filtered(lambda row: row.kind == "part")
        self.assertEqual((second.replaces_id, second.end), (first, first.end))
        self.assertEqual((first.state, second.state), ("consumed", "running"))
        # A rework of the rework, and one that names the first card again, go on from there.
        for original in (second_job, job):
            third_job = self._rework(original)
            self.assertEqual(self._prices(third_job)[0], (self.ssd.id, 0))
            self._deliver(third_job)
            third = third_job.warranty_ids.filtered(lambda row: row.kind == "part")
            self.assertEqual((third.replaces_id, third.end), (second, first.end))
            self.assertEqual(third.first_job_id, job)
            second = third

    def test_what_one_branch_has_warranted_another_one_repairs_for_nothing(self):
        self.vendor.company_id = self.company  # the other branch does not know him
        job = self._delivered()
        job.device_id.serial = "5CD77XYZ"
        counter = self._create_user("front", "receptionist", self.other_branch)
        answer = (
            self.env["fsm.job"]
            .with_user(counter)
            .intake(
                customer={"name": "Suresh Kumar", "phone": "98450 55555"},
                device={
                    "category": "Laptop",
                    "brand": "Dell",
                    "model": "Inspiron 3520",
                    "serial": "5CD77XYZ",
                },
                complaint="Dead again",
            )
        )
        rework = self.env["fsm.job"].browse(answer["id"])
        with self.assertRaisesRegex(UserError, "has delivered the device"):
            rework.with_user(counter).rework_of(number="SPR-99999")
        with self.assertRaisesRegex(UserError, "when the device is taken in"):
            job.with_user(self.receptionist).rework_of(number=job.name)  # delivered is read-only
        with self.assertRaises(AccessError):
            rework.with_user(self.receptionist).rework_of(number=job.name)
        answer = rework.with_user(counter).rework_of(number=job.name, rework_cause="part")
        self.assertEqual(answer["original"], job.name)
        boss = self._create_user("boss", "manager", self.other_branch)
        bench = self._create_user("bench", "technician", self.other_branch)
        self.ssd.fsm_add_stock(
            branch_id=self.other_branch.id, quantity=1, reason="Bill 3", unit_cost=2600
        )
        lines = [{"product_id": self.ssd.id}, {"product_id": self.labour.id}]
        work = rework.with_user(boss)
        work.add_diagnosis(diagnosis="The new SSD failed.", lines=lines)
        self.assertEqual([line["price_unit"] for line in work._estimate_lines()], [0, 0])
        work.assign(technician_ids=bench.fsm_technician_ids.ids)
        work.move_to(state="repair")
        work.request_part(product_id=self.ssd.id, quantity=1, use=True)
        self.assertEqual([line["price_unit"] for line in work._billable_lines()], [0, 0])
        self._deliver(rework)
        part = rework.warranty_ids.filtered(lambda row: row.kind == "part")
        first = job.warranty_ids.filtered(lambda row: row.kind == "part")
        self.assertEqual((part.replaces_id, part.end, first.state), (first, first.end, "consumed"))
        self.assertEqual(part.with_user(boss).replaces_id.id, first.id)
        claim = self.env["fsm.supplier.claim"].search([("rework_id", "=", rework.id)])
        self.assertEqual(claim.company_id, self.company, "Which has bought the part.")
        self.assertFalse(claim.with_user(boss).search_count([("id", "=", claim.id)]))
        claim = claim.with_user(self.accountant)
        self.assertEqual(claim.send()["state"], "sent")
        if "credit_note_id" in claim:  # with `fsm_purchase`
            self.assertIn(rework.name, claim._credit_line_values()["name"])
        self.assertEqual(claim.replace()["state"], "replaced")

    def test_bill_of_a_delivered_rework_stays_free(self):
        rework = self._rework(self._delivered())
        before = rework._billable_lines()
        self._deliver(rework)
        self.assertEqual(rework._billable_lines(), before)

    def test_day_of_the_return_counts_not_the_day_of_the_repair(self):
        job = self._delivered()
        self._age(job, 89)
        rework = self._rework(job)
        self.assertEqual(self._prices(rework)[1], (self.labour.id, 0))
        self._age(job, 2)
        self.assertEqual(self._prices(rework)[1], (self.labour.id, 600))

    def test_manager_alone_declines_the_cover_and_says_why(self):
        rework = self._rework(self._delivered())
        reason = {"cover_declined_reason": "Liquid inside, seen on the photo"}
        for user in (self.technician, self.receptionist, self.accountant):
            with self.assertRaises(AccessError):
                rework.with_user(user).write(reason)
        with self.assertRaises(ValidationError):
            rework.with_user(self.manager).write({"cover_declined_reason": "No"})
        rework.with_user(self.manager).write(reason)
        self.assertEqual(self._prices(rework), [(self.ssd.id, 3490), (self.labour.id, 600)])
        self._deliver(rework)
        [part] = rework.warranty_ids.filtered(lambda row: row.kind == "part")
        self.assertFalse(part.replaces_id)  # it was bought anew

    # === SUPPLIER CLAIM === #

    def _claim(self):
        """Return the claim that a delivered rework has opened, as the accountant."""
        rework = self._rework(self._delivered())
        self._deliver(rework)
        claim = self.env["fsm.supplier.claim"].search([("rework_id", "=", rework.id)])
        return claim.with_user(self.accountant)

    def test_failed_part_is_claimed_from_its_supplier_at_what_it_has_cost(self):
        claim = self._claim()
        self.assertEqual((claim.supplier_id, claim.product_id), (self.vendor, self.ssd))
        self.assertEqual((claim.amount_claimed, claim.state, claim.age), (2600, "open", 0))
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            claim.warranty_id.action_claim()

    def test_bad_workmanship_is_not_the_supplier_s(self):
        rework = self._rework(self._delivered(), cause="workmanship")
        self._deliver(rework)
        part = rework.warranty_ids.filtered(lambda row: row.kind == "part")
        self.assertTrue(part.replaces_id)
        self.assertFalse(part.replaces_id.claim_ids)
        part.replaces_id.with_user(self.accountant).action_claim()
        self.assertEqual(part.replaces_id.claim_ids.rework_id, rework)

    def test_claim_is_followed_to_its_credit(self):
        claim = self._claim()
        with self.assertRaisesRegex(UserError, "cannot become “Credited”"):
            claim.with_context(fsm_target="credited").action_move()
        self.assertEqual(claim.due_on - claim.opened_on, timedelta(days=3))
        self.assertEqual(claim.send(reference="RMA-77")["state"], "sent")
        [activity] = claim.activity_ids
        self.assertEqual(
            (activity.user_id, activity.date_deadline), (self.accountant, claim.due_on)
        )
        day = fields.Date.to_string(self.today + timedelta(days=9))
        self.assertEqual(claim.accept(due_on=day)["due_on"], day)
        self.assertEqual(fields.Date.to_string(claim.activity_ids.date_deadline), day)
        with self.assertRaisesRegex(UserError, "Fill in first: Credit Note"):
            claim.with_context(fsm_target="credited").action_move()
        if "credit_note_id" in claim:  # with `fsm_purchase` it is in the books: `test_fsm_full`
            return
        answer = claim.credit(amount=2500, credit_reference="CN-5")
        self.assertEqual((answer["state"], answer["amount_credited"]), ("credited", 2500))
        self.assertEqual(claim.credited_on, fields.Date.context_today(claim))
        self.assertFalse(claim.activity_ids)
        with self.assertRaisesRegex(UserError, "is closed"):
            claim.write({"amount_credited": 1})

    def test_replacement_from_the_supplier_is_taken_in_at_what_was_claimed(self):
        claim, before = self._claim(), self._on_hand(self.ssd)
        with self.assertRaisesRegex(UserError, "cannot become “Replaced”"):
            claim.replace()
        claim.send()
        with self.assertRaisesRegex(AccessError, "does not claim"):
            claim.with_user(self.technician).replace()
        answer = claim.replace()
        self.assertEqual((answer["state"], answer["amount_credited"]), ("replaced", 2600))
        self.assertEqual(self._on_hand(self.ssd), before + 1)
        move = claim.sudo().replacement_move_id
        self.assertEqual((move.state, move.location_id.usage), ("done", "supplier"))
        self.assertEqual(self.ssd.with_company(self.company).standard_price, 2600)
        self.assertFalse(claim.activity_ids)

    def test_overdue_claims_are_listed(self):
        claim = self._claim()
        claims = claim.browse()
        [row] = claims.pending(branch_id=self.branch.id)
        self.assertEqual((row["id"], row["overdue"], row["age"]), (claim.id, False, 0))
        self.assertEqual(claims.pending(branch_id=self.branch.id, overdue=True), [])
        claim.due_on = self.today - timedelta(days=2)
        [row] = claims.pending(branch_id=self.branch.id, overdue=True)
        self.assertEqual((row["id"], row["overdue"]), (claim.id, True))
        with self.assertRaises(AccessError):
            claims.with_user(self.receptionist).pending(branch_id=self.branch.id)

    def test_claim_is_refused_in_words_and_claimed_again(self):
        claim = self._claim()
        claim.with_context(fsm_target="sent").action_move()
        with self.assertRaisesRegex(UserError, "Note"):
            claim.with_context(fsm_target="refused").action_move()
        claim.refuse(note="They say it was wet")
        [answer] = claim.warranty_id.claim(client_ref="claim-2")
        self.assertEqual((answer["state"], answer["amount_claimed"]), ("open", 2600))
        self.assertEqual(claim.warranty_id.claim(client_ref="claim-2"), [answer])
        self.assertEqual(claim.warranty_id.claim_ids.mapped("state"), ["refused", "open"])

    def test_claim_is_nobody_s_but_the_branch_s_accounts_and_moves_by_its_gate(self):
        claim = self._claim()
        for role in ("receptionist", "technician"):
            with self.assertRaises(AccessError):
                self._as(role, claim).read(["amount_claimed"])
            with self.assertRaises(AccessError):
                self._as(role, claim.warranty_id).action_claim()
        outsider = self._create_user("outsider", "manager", self.other_branch)
        self.assertFalse(claim.with_user(outsider).search_count([]))
        for user in (self.accountant, self.manager, self.owner, self.env.user):
            with self.assertRaises(AccessError):
                claim.with_user(user).write({"state": "credited"})
            with self.assertRaises(UserError):
                claim.with_user(user).sudo().unlink()
        with self.assertRaisesRegex(UserError, "negative"):
            claim.write({"amount_claimed": -1})

    def test_ageing_counts_what_pends(self):
        claim = self._claim()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_supplier_claim SET opened_on = opened_on - 40 WHERE id = %s", (claim.id,)
        )
        self.env.invalidate_all()
        self.assertEqual(claim.age, 40)
        self.assertEqual(claim.search([("age", ">", 30)]), claim)
        self.assertFalse(claim.search([("age", ">", 60)]))
