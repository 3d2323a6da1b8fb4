from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PNG, FsmJobsCommon


@tagged("post_install", "-at_install")
class TestFsmJob(FsmJobsCommon):
    # === LIFE CYCLE === #

    def test_job_moves_from_the_counter_to_the_shelf_of_what_is_ready(self):
        self.assertEqual(
            self._ready_job().history_ids.sorted("id").mapped("to_state"),
            ["received", "diagnosis", "estimate", "approved", "repair", "qc", "ready"],
        )

    def test_menus_load_without_one_that_somebody_deleted(self):
        kept = self.env.ref("base.menu_management")
        self.env.ref("fsm_jobs.fsm_desk_menu").unlink()
        menus = self.env["ir.ui.menu"].with_user(self.technician)
        self.assertIn(kept.id, menus._load_menus_blacklist())

    def test_job_cannot_skip_diagnosis(self):
        job = self._intake()
        with self.assertRaisesRegex(UserError, "cannot become “Ready”"):
            self._as("manager", job).write({"state": "ready"})

    def test_new_job_card_is_a_request_whatever_is_asked(self):
        known = self._intake()
        job = self._as("receptionist").create(
            {
                "partner_id": known.partner_id.id,
                "device_id": known.device_id.id,
                "complaint": "It also gets hot.",
                "state": "delivered",
                "outcome": "repaired",
            }
        )
        self.assertRecordValues(job, [{"state": "request", "outcome": False}])

    def test_nonsense_is_no_status(self):
        job = self._intake()
        with self.assertRaisesRegex(UserError, "is no status"):
            self._as("manager", job).move_to(state="broken")

    def test_repair_waits_for_the_customer(self):
        job = self._walk(self._intake(), "diagnosis")
        with self.assertRaisesRegex(UserError, "approve the estimate first"):
            self._as("technician", job).move_to(state="repair")

    def test_repair_within_the_spend_limit_waits_for_nobody(self):
        job = self._walk(self._intake(spend_limit=10000.0), "diagnosis", "repair")
        self.assertEqual(job.state, "repair")

    def test_more_work_than_approved_goes_back_to_the_customer(self):
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair")
        self._as("technician", job).add_diagnosis(
            diagnosis="The hinge, too.", lines=[{"product_id": self.labour.id}]
        )
        with self.assertRaisesRegex(UserError, "share the estimate again"):
            self._walk_to_qc(job)
        self._walk(job, "estimate", "approved", "repair", "qc")

    def test_repairer_does_not_pass_his_own_work(self):
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair", "qc")
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self._as("technician", job).mark_ready()

    def test_branch_with_one_technician_waives_the_second_person(self):
        self.branch.waive_qc = True
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair")
        self._as("technician", job).mark_ready()
        self.assertRecordValues(job, [{"state": "ready", "outcome": "repaired"}])

    def test_unrepairable_device_is_ready_from_diagnosis(self):
        job = self._walk(self._intake(), "diagnosis")
        self._as("technician", job).mark_ready(outcome="unrepairable")
        self.assertRecordValues(job, [{"state": "ready", "outcome": "unrepairable"}])

    def test_repair_that_came_to_nothing_is_said_and_not_billed(self):
        self.branch.waive_qc = True
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair")
        with self.assertRaisesRegex(UserError, "record it at the estimate"):
            self._as("technician", job).mark_ready(outcome="declined")
        self._as("technician", job).mark_ready(outcome="unrepairable")
        self.assertRecordValues(job, [{"state": "ready", "outcome": "unrepairable"}])
        self.assertFalse(job._billable_lines())

    def test_override_to_ready_has_an_outcome(self):
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved", "repair")
        why = {"state": "ready", "reason": "It was finished by hand", "override": True}
        self._as("manager", job).move_to(**why)
        self.assertEqual(job.outcome, "repaired")
        with self.assertRaisesRegex(UserError, "Nobody has looked"):
            self._as("manager", self._intake()).move_to(**why)

    def test_repaired_is_no_outcome_of_a_diagnosis(self):
        job = self._walk(self._intake(), "diagnosis")
        with self.assertRaisesRegex(UserError, "Say the outcome"):
            self._as("technician", job).mark_ready()

    # === OVERRIDE === #

    def test_manager_overrides_with_a_reason(self):
        job = self._intake()
        self._as("manager", job).move_to(
            state="qc", reason="Repaired at the counter", override=True
        )
        self.assertRecordValues(
            job.history_ids.sorted("id")[-1],
            [{"override": True, "reason": "Repaired at the counter"}],
        )

    def test_override_takes_back_what_was_done_and_nobodys_arrival(self):
        with freeze_time("2026-11-16 06:00:00"):
            job = self._free_job()
        arrived = job.received_at
        self.assertTrue(arrived and job.ready_at and job.outcome)
        self._as("manager", job).move_to(
            state="received", reason="The fault is back", override=True
        )
        self.assertRecordValues(
            job, [{"ready_at": False, "outcome": False, "received_at": arrived}]
        )

    def test_override_needs_a_reason_of_ten_characters(self):
        with self.assertRaisesRegex(UserError, "at least 10 characters"):
            self._as("manager", self._intake()).move_to(state="qc", reason="why", override=True)

    def test_receptionist_overrides_nothing(self):
        with self.assertRaises(AccessError):
            self._as("receptionist", self._intake()).move_to(
                state="qc", reason="I would like to", override=True
            )

    def test_nothing_overrides_the_way_to_the_end(self):
        with self.assertRaisesRegex(UserError, "to the end"):
            self._as("owner", self._intake()).move_to(
                state="delivered", reason="He is in a hurry", override=True
            )

    # === HISTORY === #

    def test_history_counts_opening_hours_only(self):
        with freeze_time("2026-11-21 12:30:00"):  # Saturday 18:00 in Bengaluru
            job = self._intake()
            self.env.flush_all()
        with freeze_time("2026-11-23 05:30:00"):  # Monday 11:00
            self._walk_to_diagnosis(job)
        entry = job.history_ids.sorted("id")[-1]
        self.assertEqual((entry.clock, entry.working_seconds), ("us", 2 * 3600))
        self.assertEqual(entry.seconds, 41 * 3600)

    def test_history_cannot_be_changed(self):
        entry = self._intake().history_ids
        with self.assertRaises(UserError):
            entry.write({"reason": "It was not me"})
        with self.assertRaises(UserError):
            entry.unlink()

    # === THE END === #

    def test_delivered_job_cannot_be_changed_by_any_role(self):
        job = self._walk(self._free_job(), "delivered")
        for role in ("owner", "manager", "receptionist", "technician"):
            with self.subTest(role), self.assertRaises(UserError):
                self._as(role, job).write({"complaint": "Something else"})

    def test_delivered_job_cannot_be_changed_through_its_children(self):
        job = self._free_job(
            accessories=[{"name": "Charger"}], checklist=[{"name": "Screen", "result": "ok"}]
        )
        self._as("receptionist", job).deliver(
            signature=PNG, received_by="Suresh Kumar", accessories_returned=True
        )
        manager = self._as("manager", job)
        for attempt in (
            lambda: manager.add_diagnosis(diagnosis="x", lines=[{"product_id": self.labour.id}]),
            lambda: manager.write({"line_ids": [(0, 0, {"product_id": self.labour.id})]}),
            lambda: manager.check_ids.unlink(),
            lambda: manager.accessory_ids.write({"returned": False}),
            lambda: manager.write({"accessory_ids": [(0, 0, {"name": "Bag"})]}),
            lambda: manager.web_save({"complaint": "x"}, {}),
            lambda: job.sudo().write({"diagnosis": "Nothing was wrong"}),
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_delivered_job_is_changed_by_no_import_and_no_server_action(self):
        job = self._walk(self._free_job(), "delivered")
        manager = self._as("manager", job).with_context(fsm_gate=True, import_file=True)
        answer = manager.load([".id", "complaint"], [[str(job.id), "Something else"]])
        self.assertFalse(answer["ids"])
        action = self.env["ir.actions.server"].create(
            {
                "name": "Rewrite",
                "model_id": self.env["ir.model"]._get_id("fsm.job"),
                "state": "code",
                "code": "record.write({'complaint': 'Something else'})",
            }
        )
        run = action.with_user(self.manager).with_context(active_model=job._name, active_id=job.id)
        with self.assertRaises(UserError):
            run.run()
        self.assertEqual(job.complaint, "No display")

    def test_delivered_job_does_not_move(self):
        job = self._walk(self._free_job(), "delivered")
        with self.assertRaisesRegex(UserError, "cannot become"):
            self._as("manager", job).move_to(
                state="repair", reason="The customer came back", override=True
            )

    def test_job_card_is_never_deleted(self):
        with self.assertRaises(UserError):
            self._intake().unlink()

    # === PROMISE === #

    def test_job_past_its_promise_is_late_until_it_is_ready(self):
        with freeze_time("2026-11-16 06:00:00"):
            job = self._intake(promised_at="2026-11-17 06:00:00")
            self.env.flush_all()
        Job = self.env["fsm.job"]
        with freeze_time("2026-11-18 06:00:00"):
            self.assertTrue(job.is_late)
            self.assertIn(job, Job.search([("is_late", "=", True)]))
            self.assertNotIn(job, Job.search([("is_late", "=", False)]))
            self._walk(job, "diagnosis", "estimate", "approved", "repair", "qc", "ready")
            self.assertFalse(job.is_late)

    def test_pace_is_told_counted_and_searched_alike(self):
        now = fields.Datetime.to_datetime("2026-11-18 06:00:00")
        hours = {
            "on_time": 5,
            "at_risk": 3,
            "late": -1,
        }  # until the promise, 4 hours after the start
        paces = {self._free_job(): False}
        for pace, left in hours.items():
            with freeze_time(now - timedelta(hours=4)):
                job = self._intake()
            job.promised_at = now + timedelta(hours=left)
            paces[job] = pace
        jobs = self._as("manager", self.env["fsm.job"].union(*paces))
        with freeze_time(now):
            jobs.invalidate_recordset()
            self.assertEqual({job.with_env(self.env): job.pace for job in jobs}, paces)
            domain = [("id", "in", jobs.ids)]
            bar = {"field": "pace", "colors": dict.fromkeys(hours, "")}
            counts = jobs.read_progress_bar(domain, "kind", bar)
            self.assertEqual(counts, {"carry_in": dict.fromkeys(hours, 1)})
            for job, pace in paces.items():
                found = jobs.search([*domain, ("pace", "=", pace)])
                self.assertEqual(found.with_env(self.env), job)
            rest = jobs.search([*domain, "!", ("pace", "in", list(hours))])
            self.assertEqual(rest.mapped("pace"), [False])

    # === RIGHTS === #

    def test_protected_fields_are_written_by_nobody(self):
        job = self._manager_job()
        for values in (
            {"name": "SPR-99999"},
            {"company_id": self.other_branch.company_id.id},
            {"branch_id": self.other_branch.id},
            {"delivery_method": "otp"},
            {"access_token": "known"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                job.write(values)

    def test_technician_does_not_write_what_belongs_to_the_counter(self):
        job = self._walk(self._intake(), "diagnosis")
        with self.assertRaisesRegex(AccessError, "does not change"):
            self._as("technician", job).write({"complaint": "Nothing"})

    def test_receptionist_does_not_diagnose(self):
        with self.assertRaises(AccessError):
            self._as("receptionist", self._intake()).add_diagnosis(diagnosis="Broken")

    def test_gate_cannot_be_opened_from_a_context(self):
        job = self._intake()
        with self.assertRaises(UserError):
            self._as("manager", job).with_context(fsm_gate=True).write({"state": "delivered"})
        with self.assertRaises(UserError):
            self._as("manager", job).with_context(fsm_gate=1).move_to(state="ready")

    def _manager_job(self):
        return self._as("manager", self._intake())
