from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FsmJobsCommon

WHY = "Nobody has come for it"


@tagged("post_install", "-at_install")
class TestUnclaimed(FsmJobsCommon):
    """A device that nobody fetches: reminders, a fee, a notice, and two persons at the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._free_job()
        cls.ready_at = cls.job.ready_at
        cls.storage = cls.env["product.product"].create(
            {"name": "Storage", "type": "service", "company_id": cls.organization.id}
        )

    def _after(self, days):
        """Let the system look at the job cards `days` after the device was ready."""
        with freeze_time(self.ready_at + timedelta(days=days, minutes=1)):
            Job = self.env["fsm.job"]
            Job._remind_batch([each for each in Job._due_reminders() if each[0] == self.job.id])

    def _charge(self):
        self.branch.with_user(self.owner).write(
            {
                "storage_free_days": 10,
                "storage_product_id": self.storage.id,
                "storage_fee_per_day": 20.0,
            }
        )

    def _unclaimed(self):
        self._after(30)
        return freeze_time(self.ready_at + timedelta(days=50))

    # === THE LADDER === #

    def test_each_rung_is_climbed_once(self):
        for days, count in ((2, 0), (3, 1), (4, 1), (7, 2), (8, 2)):
            self._after(days)
            self.assertEqual(len(self.job.reminder_ids), count, f"day {days}")
        self.assertEqual(self.job.reminder_ids.mapped("sent_to"), ["+91 ••••• ••345"] * 2)
        self.assertEqual(self.job.state, "ready")

    def test_ladder_that_stood_still_sends_one_message(self):
        self._after(20)
        self.assertEqual(self.job.reminder_ids.mapped("days"), [15])
        self.assertEqual(self.job.state, "unclaimed")
        move = self.job.history_ids[:1]
        self.assertEqual((move.user_id, move.reason), (self.env.user, "Third reminder"))

    def test_message_names_device_number_and_link(self):
        self._after(3)
        sms = self.env["sms.sms"].search([("partner_id", "=", self.job.partner_id.id)])
        for part in ("SP Road", "Dell Inspiron 3520", self.job.name, self.job.access_url):
            self.assertIn(part, sms.body)
        self.assertEqual(self.job.reminder_ids.text, sms.body)

    def test_notice_names_the_last_day(self):
        self._after(30)
        last_day = (self.ready_at + timedelta(days=45)).date()
        self.assertEqual(self.job.claim_by, last_day)
        self.assertIn(last_day.strftime("%d-%m-%Y"), self.job.reminder_ids.text)

    def test_email_goes_to_whoever_has_one(self):
        self.job.partner_id.email = "suresh@example.in"
        self._after(7)
        self.assertEqual(self.job.reminder_ids.channel, "email")
        self.assertEqual(self.job.reminder_ids.sent_to, "su•••@example.in")
        mail = self.env["mail.mail"].search(
            [("res_id", "=", self.job.id), ("model", "=", "fsm.job")]
        )
        self.assertIn("waiting for you", mail.subject)

    def test_who_cannot_be_reached_is_written_down(self):
        self.job.partner_id.phone = False
        self._after(3)
        self.assertIn("no phone number", self.job.reminder_ids.problem)

    def test_delivered_device_reminds_nobody(self):
        self._walk(self.job, "delivered")
        self._after(30)
        self.assertFalse(self.job.reminder_ids)

    def test_ladder_starts_again_after_another_repair(self):
        self._after(3)
        self._as("manager", self.job).move_to(state="repair", reason="It came back")
        self._walk(self.job, "qc", "ready")
        self.assertEqual(self.job.reminded_days, 0)

    def test_organisation_with_rules_of_its_own_climbs_those_only(self):
        sms = self.env.ref("fsm_jobs.sms_template_reminder")
        rule = self._as("manager", self.env["fsm.unclaimed.rule"]).create(
            {
                "name": "Call",
                "days": 5,
                "sms_template_id": sms.id,
                "company_id": self.organization.id,
            }
        )
        self._after(4)
        self.assertFalse(self.job.reminder_ids)
        self._after(5)
        self.assertEqual(self.job.reminder_ids.name, rule.name)

    def test_manager_does_not_change_what_holds_for_all(self):
        with self.assertRaises(AccessError):
            self._as("manager", self.env.ref("fsm_jobs.unclaimed_rule_3")).write({"days": 1})

    def test_what_a_customer_was_told_is_never_rewritten(self):
        self._after(3)
        with self.assertRaises(UserError):
            self.job.reminder_ids.write({"text": "x"})
        with self.assertRaises(UserError):
            self.job.reminder_ids.unlink()

    def test_reminders_have_the_readers_of_the_branch(self):
        self._after(3)
        stranger = self._create_user("stranger", "manager", self.other_branch)
        for user, seen in ((self.receptionist, True), (self.manager, True), (stranger, False)):
            reminders = self.env["fsm.unclaimed.reminder"].with_user(user).search([])
            self.assertEqual(bool(reminders), seen)
        with self.assertRaises(AccessError):
            self._as("technician", self.env["fsm.unclaimed.reminder"]).search([])

    def test_system_reminds_in_batches_and_not_at_night(self):
        cron = self.env.ref("fsm_jobs.ir_cron_remind")
        day = self.ready_at + timedelta(days=4)
        for moment, count in (
            (day.replace(hour=17, minute=30), 0),  # 23:00 in India
            ((day + timedelta(days=1)).replace(hour=3, minute=40), 1),  # 9:10
        ):
            with (
                freeze_time(moment),
                self.enter_registry_test_mode(),
                mute_logger("odoo.addons.base.models.ir_cron"),
            ):
                cron.method_direct_trigger()
            self.assertEqual(len(self.job.reminder_ids), count)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        morning = (day + timedelta(days=1)).replace(hour=3, minute=30, second=0, microsecond=0)
        self.assertIn(morning, triggers.mapped("call_at"))

    def test_who_wants_no_messages_gets_the_last_notice_only(self):
        self.job.partner_id.fsm_set_consent(purpose="reminder", granted=False)
        self._after(3)
        self.assertIn("wants no messages", self.job.reminder_ids.problem)
        self.assertFalse(self.env["sms.sms"].search([("partner_id", "=", self.job.partner_id.id)]))
        self._after(30)
        notice = self.job.reminder_ids.sorted("id")[-1]
        self.assertFalse(notice.problem)
        self.assertIn("last notice", notice.text)

    # === STORAGE === #

    def test_storage_costs_from_the_day_after_the_free_ones(self):
        self._charge()
        for days, fee in ((10, 0.0), (11, 20.0), (15, 100.0)):
            with freeze_time(self.ready_at + timedelta(days=days)):
                self.job.invalidate_recordset(["storage_days", "storage_fee"])
                self.assertEqual(self.job.storage_fee, fee)
        with freeze_time(self.ready_at + timedelta(days=15)):
            line = self.job._billable_lines()[-1]
        self.assertEqual((line["product_id"], line["quantity"]), (self.storage.id, 5.0))

    def test_storage_goes_on_when_the_customer_promises_to_come(self):
        self._after(15)
        self._as("receptionist", self.job).move_to(state="ready")
        self.assertEqual(self.job.ready_at, self.ready_at)

    def test_fee_needs_the_service_it_is_invoiced_as(self):
        with self.assertRaisesRegex(ValidationError, "Choose the service"):
            self.branch.storage_fee_per_day = 20.0

    def test_manager_waives_the_fee_with_a_reason(self):
        self._charge()
        with freeze_time(self.ready_at + timedelta(days=20)):
            with self.assertRaises(AccessError):
                self._as("receptionist", self.job).waive_storage_fee(reason=WHY)
            with self.assertRaises(UserError):
                self._as("manager", self.job).waive_storage_fee(reason="no")
            self._as("manager", self.job).waive_storage_fee(reason=WHY)
            self.assertEqual(self.job.storage_fee, 0.0)

    def test_what_has_left_is_not_waived(self):
        self._walk(self.job, "delivered")
        with self.assertRaisesRegex(UserError, "nothing is waived"):
            self._as("manager", self.job).waive_storage_fee(reason=WHY)

    # === THE END === #

    def test_disposal_takes_two_persons_one_of_them_the_owner(self):
        second = self._create_user("second", "manager", self.branch)
        with self._unclaimed():
            self._as("manager", self.job).ask_disposal(reason=WHY)
            with self.assertRaisesRegex(UserError, "Another person"):
                self._as("manager", self.job).dispose()
            with self.assertRaisesRegex(UserError, "must be an owner"):
                self.job.with_user(second).dispose()
            self._as("owner", self.job).dispose()
        self.assertEqual(self.job.state, "disposed")
        self.assertEqual(self.job.history_ids[:1].user_id, self.owner)
        self.assertEqual(self.job.history_ids[:1].reason, WHY)
        self.assertEqual(self.job.custody_id.place_kind, "disposed")

    def test_owner_proposes_and_a_manager_confirms(self):
        with self._unclaimed():
            Dialog = self.env["fsm.job.disposal"]
            proposal = {"job_id": self.job.id, "reason": WHY, "method": "recycled"}
            self._as("owner", Dialog).create(proposal).action_propose()
            dialog = self._as("manager", Dialog).create({"job_id": self.job.id})
            self.assertTrue(dialog.can_confirm)
            dialog.action_confirm()
        self.assertEqual(self.job.state, "disposed")

    def test_nothing_is_disposed_of_before_the_last_day(self):
        self._after(15)
        self._as("manager", self.job).ask_disposal(reason=WHY)
        with self.assertRaisesRegex(UserError, "was sent no notice"):
            self._as("owner", self.job).dispose()
        self._after(30)
        with (
            freeze_time(self.ready_at + timedelta(days=44)),
            self.assertRaisesRegex(UserError, "gives the customer until"),
        ):
            self._as("owner", self.job).dispose()

    def test_nothing_is_disposed_of_whose_notice_reached_nobody(self):
        self.job.partner_id.phone = False
        with self._unclaimed():
            self._as("manager", self.job).ask_disposal(reason=WHY)
            with self.assertRaisesRegex(UserError, "has reached nobody"):
                self._as("owner", self.job).dispose()
            with self.assertRaises(AccessError):
                self._as("technician", self.job).post_notice(reference="RT123456789IN")
            dialog = self._as("receptionist", self.env["fsm.job.notice"])
            dialog.create({"job_id": self.job.id, "reference": "RT123456789IN"}).action_post()
            self.assertEqual(self.job.reminder_ids[:1].channel, "letter")
            with self.assertRaisesRegex(UserError, "gives the customer until"):
                self._as("owner", self.job).dispose()
        with freeze_time(self.job.claim_by + timedelta(days=1)):
            self._as("owner", self.job).dispose()
        self.assertEqual(self.job.state, "disposed")

    def test_proposal_ends_when_the_customer_is_heard_of(self):
        with self._unclaimed():
            self._as("manager", self.job).ask_disposal(reason=WHY)
            self._as("receptionist", self.job).move_to(state="ready")
            gone = dict.fromkeys(
                ("disposal_asked_by_id", "disposal_reason", "disposal_method"), False
            )
            self.assertRecordValues(self.job, [gone | {"ready_at": self.ready_at}])
            self._as("manager", self.job).move_to(state="unclaimed")
            with self.assertRaisesRegex(UserError, "Another person must have proposed"):
                self._as("owner", self.job).dispose()

    def test_nobody_writes_the_notice_or_the_proposal_by_hand(self):
        for name, value in (
            ("claim_by", fields.Date.today()),
            ("disposal_asked_by_id", self.manager.id),
            ("storage_waived_by_id", self.manager.id),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as("owner", self.job).write({name: value})

    def test_letters_say_the_last_day_and_who_disposed(self):
        report = self.env["ir.actions.report"]
        with self._unclaimed():
            letter = report.with_user(self.receptionist)._render_qweb_html(
                "fsm_jobs.report_unclaimed_notice", self.job.ids
            )[0]
            self.assertIn(self.job.claim_by.strftime("%d-%m-%Y"), letter.decode())
            self._as("manager", self.job).ask_disposal(reason=WHY)
            self._as("owner", self.job).dispose()
        page = (
            report.with_user(self.manager)
            ._render_qweb_html("fsm_jobs.report_disposal_certificate", self.job.ids)[0]
            .decode()
        )
        for part in (WHY, "Lakshmi Rao", self.manager.name, "Last notice"):
            self.assertIn(part, page)
