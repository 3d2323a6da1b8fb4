from ast import literal_eval
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestOverdue(FsmGstBillingCommon):
    """What is not paid in time: terms, what is due of whom, and the ladder of reminders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch.reminds_overdue = True
        cls.company.l10n_in_upi_id = "rcblr@okhdfc"
        cls.suresh.email = "suresh@example.in"
        cls.suresh.fsm_payment_term_id = cls.env.ref("account.account_payment_term_15days")
        cls.invoice = cls._invoice(cls._create_job())
        cls.due = cls.invoice.invoice_date_due

    def _after(self, days, only=None):
        """Let the system look at the invoices of this class `days` after the due date."""
        moment = fields.Datetime.to_datetime(self.due + timedelta(days=days))
        with freeze_time(moment + timedelta(hours=6)):
            Move = self.env["account.move"]
            due = [
                each
                for each in Move._due_payment_reminders()
                if next(iter(each)).company_id == self.company
            ]
            Move._remind_overdue(due)

    def _mails(self, invoice=None):
        return self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", (invoice or self.invoice).id)]
        )

    # === TERMS, AND WHAT IS DUE === #

    def test_due_date_follows_the_terms_of_the_customer(self):
        self.assertEqual(self.due, self.invoice.invoice_date + timedelta(days=15))
        terms = self.env.ref("account.account_payment_term_30days").id
        suresh = self.suresh.with_user(self.accountant)
        suresh.write({"fsm_payment_term_id": terms})
        invoice = self._invoice(self._create_job())
        self.assertEqual(invoice.invoice_date_due, invoice.invoice_date + timedelta(days=30))

    def test_nothing_is_due_before_the_day_it_is_issued_on(self):
        self.suresh.fsm_payment_term_id = False
        with freeze_time("2026-11-20 06:00:00"):
            invoice = self._invoice(self._create_job(), post=False)
        with freeze_time("2026-11-25 20:00:00"):  # the 26th in India
            invoice.action_post()
        self.assertEqual(str(invoice.invoice_date_due), "2026-11-26")
        terms = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(str(terms.date_maturity), "2026-11-26")

    def test_customer_shows_what_he_owes_to_those_who_may_know(self):
        self._invoice(self._create_job()).fsm_record_payment(
            lines=[{"method": "cash", "amount": 1000.0}]
        )
        with freeze_time(self.due + timedelta(days=1)):
            suresh = self.suresh.with_user(self.accountant)
            self.assertEqual(suresh.fsm_amount_due, 2 * 4826.20 - 1000.0)
            self.assertEqual(suresh.fsm_amount_overdue, suresh.fsm_amount_due)
            self.assertEqual(self.invoice.fsm_days_overdue, 1)
            late = self.env["res.partner"].with_user(self.accountant)
            late = late.search([("fsm_amount_overdue", ">", 0)])
            self.assertIn(self.suresh, late)
            self.assertNotIn(self.kaveri, late)
        with self.assertRaises(AccessError):
            self.suresh.with_user(self.receptionist).read(["fsm_amount_due"])

    def test_what_was_paid_and_not_used_is_taken_off(self):
        self._invoice(self._create_job(lines=[(self.labour, 1000.0)]))  # ₹1,180, due later
        money = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.suresh.id,
                "amount": 5000.0,
                "journal_id": self.branch._tills()["bank"].id,
            }
        )
        money.action_post()
        with freeze_time(self.due + timedelta(days=1)):
            suresh = self.suresh.with_user(self.accountant)
            self.assertEqual(suresh.fsm_amount_due, 1006.20)
            self.assertEqual(suresh.fsm_amount_overdue, 1006.20)
        self._after(3)
        self.assertFalse(self.invoice.fsm_reminder_ids)  # the oldest is covered
        self.assertIn(
            "₹1,006.20 due", self._mails(self.invoice.fsm_open_ids - self.invoice).subject
        )
        self.assertTrue(self.env["fsm.branch"].default_get(["reminds_overdue"])["reminds_overdue"])

    # === THE LADDER === #

    def test_each_rung_is_climbed_once_until_it_is_paid(self):
        other = self._invoice(self._create_job(lines=[(self.labour, 500.0)]))
        for days, count in ((2, 0), (3, 1), (4, 1), (10, 2), (11, 2)):
            self._after(days)
            self.assertEqual(len(self.invoice.fsm_reminder_ids), count, f"day {days}")
        self.assertEqual(sorted(self.invoice.fsm_reminder_ids.mapped("days")), [3, 10])
        self.assertEqual(sorted(other.fsm_reminder_ids.mapped("days")), [3, 10])
        self.assertEqual(self.invoice.fsm_reminder_ids.mapped("sent_to"), ["su•••@example.in"] * 2)
        # One mail a customer and rung, with all of it.
        self.assertEqual((len(self._mails()), len(self._mails(other))), (2, 0))
        mail = self._mails()[0]
        self.assertEqual(mail.subject, "₹5,416.20 due to SP Road")
        for part in (self.invoice.name, other.name, "₹4,826.20", "₹590.00", "upi://pay?pa="):
            self.assertIn(part, mail.body_html)
        self.assertIn(f"/my/invoices/{other.id}?access_token=", mail.body_html)
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 4826.20}])
        self._after(21)
        self.assertEqual(len(self.invoice.fsm_reminder_ids), 2)
        self.assertEqual(other.fsm_reminder_ids.sorted("days")[-1].channel, "sms")
        sms = self.env["sms.sms"].search([("partner_id", "=", self.suresh.id)])
        self.assertIn("SP Road: ₹590.00 is due", sms.body)

    def test_first_instalment_that_is_not_paid_decides(self):
        half = {"value": "percent", "value_amount": 50}
        parts = [Command.create(half | {"nb_days": days}) for days in (0, 30)]
        terms = self.env["account.payment.term"].create({"name": "Halves", "line_ids": parts})
        self.suresh.fsm_payment_term_id = terms
        invoice = self._invoice(self._create_job(lines=[(self.labour, 1000.0)]))
        day, last = invoice.invoice_date, invoice.invoice_date_due
        facts = dict(invoice._document_due())
        self.assertEqual(facts["Instalment 1"], f"{day:%d-%b-%Y} · ₹ 590.00")
        self.assertEqual(facts["Instalment 2"], f"{last:%d-%b-%Y} · ₹ 590.00")
        domain = literal_eval(self.env.ref("fsm_gst_billing.account_move_action_overdue").domain)
        for late, count in ((day, 1), (last, 2)):
            with freeze_time(late + timedelta(days=4)):
                self.assertIn(invoice, self.env["account.move"].search(domain))
                invoice.invalidate_recordset()
                self.assertEqual(invoice.fsm_days_overdue, 4)
                self._after((late - self.due).days + 4)
                self.assertEqual(invoice.fsm_reminder_ids.mapped("days"), [3] * count)
                invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 590.0}])
                self.assertNotIn(invoice, self.env["account.move"].search(domain))

    def test_ladder_that_stood_still_sends_one_message(self):
        self._after(15)
        self.assertEqual(self.invoice.fsm_reminder_ids.mapped("days"), [10])

    def test_who_is_not_reminded(self):
        with self.env.cr.savepoint() as undone:
            self.branch.reminds_overdue = False
            self._after(3)
            self.assertFalse(self.invoice.fsm_reminder_ids)
            undone.rollback()
        for record in (self.invoice, self.suresh):
            record = record.with_user(self.accountant)
            record.fsm_no_reminder_reason = "He disputes the price"
            self._after(3)
            self.assertFalse(self.invoice.fsm_reminder_ids)
            record.fsm_no_reminder_reason = False
        pay_by = str(self.due + timedelta(days=2))
        job = self.invoice.job_id.with_user(self.manager)
        job.approve_credit(reason="Known for years", pay_by=pay_by)
        self._after(3)
        self.assertFalse(self.invoice.fsm_reminder_ids)
        self.suresh._fsm_note_consents({"reminder": False}, "by phone")
        self._after(5)
        self.assertIn("call him", self.invoice.fsm_reminder_ids.problem)
        self.assertFalse(self._mails())

    def test_reminder_goes_the_way_the_customer_likes(self):
        self.suresh.fsm_contact_by = "sms"
        self._after(3)
        self.assertEqual(self.invoice.fsm_reminder_ids.channel, "sms")
        self.suresh.write({"email": False, "phone": False})
        self._after(10)
        self.assertIn(
            "neither e-mail nor phone", self.invoice.fsm_reminder_ids.sorted("days")[-1].problem
        )

    def test_system_reminds_in_batches_and_not_at_night(self):
        day = fields.Datetime.to_datetime(self.due + timedelta(days=4))
        for moment, count in (
            (day.replace(hour=17, minute=30), 0),  # 23:00 in India
            ((day + timedelta(days=1)).replace(hour=3, minute=40), 1),  # 9:10
        ):
            with (
                freeze_time(moment),
                self.enter_registry_test_mode(),
                mute_logger("odoo.addons.base.models.ir_cron"),
            ):
                self.env.ref("fsm_gst_billing.ir_cron_remind_overdue").method_direct_trigger()
            self.assertEqual(len(self.invoice.fsm_reminder_ids), count)

    def test_more_customers_cost_no_more_queries(self):
        def queries(customers):
            for number in range(customers):
                email = f"c{customers}{number}@example.in"
                partner = self._meet("Customer", self.karnataka, email=email)
                self._invoice(self._create_job(partner, lines=[(self.labour, 100.0)]))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._after(30)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        self._after(60)
        few, many = queries(2), queries(8)
        self.assertLessEqual(many, few + 12, (few, many))

    # === WHO MAY === #

    def test_ladder_belongs_to_the_manager_and_what_was_said_to_nobody(self):
        self._after(3)
        reminder = self.invoice.fsm_reminder_ids
        for attack in (
            lambda: reminder.write({"text": "x"}),
            lambda: reminder.unlink(),
            lambda: reminder.create({"invoice_id": self.invoice.id}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        rules = self.env["fsm.overdue.rule"]
        for_all = self.env.ref("fsm_gst_billing.overdue_rule_3")
        with self.assertRaises(AccessError):
            for_all.with_user(self.manager).write({"days": 1})
        sms = self.env.ref("fsm_gst_billing.sms_template_overdue").id
        values = {"name": "Own", "days": 5, "channel": "sms", "sms_template_id": sms}
        with self.assertRaises(AccessError):
            rules.with_user(self.accountant).create(values | {"company_id": self.organization.id})
        rules.with_user(self.manager).create(values | {"company_id": self.organization.id})
        with self.assertRaisesRegex(ValidationError, "needs its e-mail"):
            rules.create(values | {"channel": "email"})
        self._after(12)
        self.assertIn("Own", self.invoice.fsm_reminder_ids.mapped("name"))
        stranger = self._hire(
            "anand",
            "fsm_jobs.group_fsm_accountant",
            self.other_branch,
        )
        self.assertFalse(self.env["fsm.overdue.reminder"].with_user(stranger).search([]))
