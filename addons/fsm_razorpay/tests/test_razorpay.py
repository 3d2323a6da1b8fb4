import hashlib
import hmac
from datetime import UTC, date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from odoo.addons.fsm_gst_billing.tests.common import FsmGstBillingCommon

from .razorpay_server import KEY, SECRET, WEBHOOK_SECRET, Razorpay

WEBHOOK = "/payment/razorpay/webhook"
SUSPICIOUS = "odoo.addons.payment_razorpay.controllers.main"


@tagged("post_install", "-at_install")
class TestRazorpay(FsmGstBillingCommon, HttpCase):
    """A customer pays on his page; Razorpay says so; the branch has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.razorpay = Razorpay()
        cls.addClassCleanup(cls.razorpay.stop)
        cls.startClassPatcher(
            patch.object(
                type(cls.env["payment.provider"]),
                "_build_request_url",
                lambda _self, endpoint, **_options: cls.razorpay.url(endpoint),
            )
        )
        cls.provider = cls._open_account(cls.organization)
        cls.job = cls._create_job()
        cls.invoice = cls._invoice(cls.job)

    @classmethod
    def _open_account(cls, company):
        provider = cls.env.ref("payment.payment_provider_razorpay").copy({"company_id": company.id})
        keys = {"razorpay_key_id": KEY, "razorpay_key_secret": SECRET}
        provider.write({**keys, "razorpay_webhook_secret": WEBHOOK_SECRET})
        provider.write({"state": "enabled", "is_published": True})
        return provider

    def _start(self, invoice=None, **changed):
        """Press *Pay* on the customer's page and return what the page gets to pay with."""
        invoice = invoice or self.invoice
        params = {
            "provider_id": self.provider.id,
            "payment_method_id": self.env.ref("payment.payment_method_upi").id,
            "token_id": None,
            "amount": invoice.amount_residual,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": invoice.get_portal_url(),
            "access_token": invoice._portal_ensure_token(),
            **changed,
        }
        return self.make_jsonrpc_request(f"/invoice/transaction/{invoice.id}", params)

    def _hear(self, entity, name="payment.captured", kind="payment", signature=None):
        body, headers = self.razorpay.event(name, kind, entity)
        if signature:
            headers["X-Razorpay-Signature"] = signature
        return self.url_open(WEBHOOK, data=body, headers=headers).status_code

    def _transaction(self, values):
        return self.env["payment.transaction"].search([("reference", "=", values["reference"])])

    # === THE CUSTOMER PAYS === #

    def test_customer_pays_on_his_page_and_it_lies_in_the_branchs_till(self):
        page = self.url_open(self.invoice.get_portal_url()).text
        self.assertIn('data-provider-code="razorpay"', page)
        values = self._start()
        order = self.razorpay.made[values["razorpay_order_id"]]
        self.assertEqual((order["amount"], order["currency"]), (482620, "INR"))
        paid = self.razorpay.pay(values)
        self.assertEqual([self._hear(paid), self._hear(paid)], [200, 200])
        self.make_jsonrpc_request("/payment/status/poll", {})
        self._transaction(values)._post_process()  # as the job would once more
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertRecordValues(
            self.invoice.reconciled_payment_ids,
            [
                {
                    "amount": 4826.20,
                    "company_id": self.company.id,
                    "fsm_method": "online",
                    "payment_reference": paid["id"],
                    "job_id": self.job.id,
                    "state": "paid",
                }
            ],
        )
        taken = self.branch._figures_of_day(self.invoice.reconciled_payment_ids.date)
        self.assertEqual((taken["online"], taken["upi"], taken["cash"]), (4826.20, 0.0, 0.0))
        closed = self.branch.with_user(self.manager).close_day(cash_counted=0.0)
        self.assertEqual(closed["online"], 4826.20)

    def test_customer_comes_back_from_his_bank_with_a_signature(self):
        values = self._start()
        paid = self.razorpay.pay(values, method="netbanking")
        text = f"{paid['order_id']}|{paid['id']}".encode()
        back = {
            "razorpay_order_id": paid["order_id"],
            "razorpay_payment_id": paid["id"],
            "razorpay_signature": hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest(),
        }
        route = f"/payment/razorpay/return?reference={values['reference']}"
        self.url_open(route, data=back, allow_redirects=False)
        self.assertEqual(self._transaction(values).state, "done")

    def test_his_own_page_leads_to_the_invoice_once_he_proves_who_he_is(self):
        page = self.url_open(f"/t/{self.job.access_token}")
        self.assertIn("pay-online", page.text)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        for digits, leads in (("0000", False), ("2345", True)):
            answer = self.url_open(
                f"/t/{self.job.access_token}/pay",
                data={"csrf_token": token, "digits": digits},
                allow_redirects=False,
            )
            self.assertEqual(self.invoice.access_url in answer.headers.get("Location", ""), leads)

    # === WHAT IS REFUSED === #

    def test_nobody_but_razorpay_says_that_it_was_paid(self):
        values = self._start()
        paid = self.razorpay.pay(values)
        with mute_logger(SUSPICIOUS):
            self.assertEqual(self._hear(paid, signature="0" * 64), 403)
        self.assertEqual(self._transaction(values).state, "draft")
        with mute_logger("odoo.addons.payment.models.payment_transaction"):
            self._hear({**paid, "amount": 100})
        self.assertEqual(self._transaction(values).state, "error")
        self.assertEqual(self.invoice.payment_state, "not_paid")

    @mute_logger("odoo.http")
    def test_browser_does_not_choose_who_gets_the_money(self):
        stranger = self._found_organization("Cheap Repairs Pvt Ltd")
        theirs = self._open_account(stranger)
        hidden = self._open_account(self.organization)
        hidden.is_published = False
        for changed in (
            {"provider_id": theirs.id},
            {"provider_id": hidden.id},
            {"amount": -4826.20},
        ):
            with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
                self._start(**changed)
        self.assertFalse(self.invoice.transaction_ids)

    # === WHERE IT GOES === #

    def test_money_that_is_no_longer_asked_for_is_an_advance(self):
        values = self._start()
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 4800.0}])
        self._hear(self.razorpay.pay(values))
        self._transaction(values)._post_process()
        self.assertEqual(self.invoice.amount_residual, 0.0)
        payment = self._transaction(values).payment_id
        [advance] = self.env["fsm.gst.advance"].search([("payment_id", "=", payment.id)])
        self.assertEqual(advance.amount, 4800.0)

    def test_refund_of_an_advance_has_its_voucher_and_leaves_none(self):
        values = self._start()
        self.invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 4800.0}])
        paid = self.razorpay.pay(values)
        self._hear(paid)
        self._transaction(values)._post_process()
        source = self._transaction(values).payment_id
        back = {"payment_id": paid["id"], "amount": 480000, "currency": "INR"}
        refund = self.razorpay.make("rfnd", {**back, "status": "processed", "notes": []})
        self._hear(refund, "refund.processed", "refund")
        child = self._transaction(values).child_transaction_ids
        child._post_process()
        advance = self.env["fsm.gst.advance"].search([("payment_id", "=", source.id)])
        self.assertEqual((advance.amount, advance.amount_left), (4800.0, 0.0))
        [voucher] = advance.child_ids
        self.assertEqual((voucher.kind, voucher.payment_id), ("refunded", child.payment_id))
        self.assertTrue(voucher.number)
        self.assertFalse(sum(child.payment_id._receivable_lines().mapped("amount_residual")))

    def test_payment_is_of_the_day_on_which_it_was_made(self):
        values = self._start()
        evening = datetime(2026, 10, 31, 18, 29, tzinfo=UTC)  # 23:59 in India
        self._hear(self.razorpay.pay(values, created_at=int(evening.timestamp())))
        transaction = self._transaction(values)
        self.assertEqual(transaction.fsm_paid_on, date(2026, 10, 31))
        for now, day in (("2026-11-01", "2026-10-31"), ("2027-04-01", "2027-04-01")):
            with freeze_time(f"{now} 06:00:00"):
                self.assertEqual(str(transaction._day_of_receipt()), day)
        october = {"gstin": self.company.vat, "period": "102026"}
        with freeze_time("2026-11-01 06:00:00"):
            self.env["fsm.gst.return"].create(october).lock()
            self.assertEqual(str(transaction._day_of_receipt()), "2026-11-01")

    def test_till_of_an_addon_that_comes_back_is_found_again(self):
        till = self.branch._tills()["online"]
        till.fsm_method = False  # as uninstalling leaves it
        self.branch._create_online_till()
        self.assertEqual(self.branch._tills()["online"], till)

    def test_refund_leaves_the_till_it_came_into(self):
        values = self._start()
        paid = self.razorpay.pay(values)
        self._hear(paid)
        self._transaction(values)._post_process()
        back = {"payment_id": paid["id"], "amount": 100000, "currency": "INR"}
        refund = self.razorpay.make("rfnd", {**back, "status": "processed", "notes": []})
        self.assertEqual(self._hear(refund, "refund.processed", "refund"), 200)
        child = self._transaction(values).child_transaction_ids
        child._post_process()
        self.assertEqual(child.payment_id.payment_type, "outbound")
        taken = self.branch._figures_of_day(child.payment_id.date)
        self.assertEqual(taken["online"], 3826.20)

    def test_each_branch_sees_and_keeps_its_own(self):
        other = self._found_branch("HSR Layout", "HSR", "29AAGCB7383J1Z4", self.karnataka)
        customer = self._meet("Leela Menon", self.karnataka, other)
        invoice = self._invoice(self._create_job(customer, other), self.env.user)
        values = self._start(invoice)
        self._hear(self.razorpay.pay(values))
        transaction = self._transaction(values)
        transaction._post_process()
        self.assertEqual(transaction.payment_id.journal_id, other._tills()["online"])
        for user, sees in ((self.accountant, False), (self.env.user, True)):
            found = (
                self.env["payment.transaction"]
                .with_user(user)
                .search_count([("id", "=", transaction.id)])
            )
            self.assertEqual(bool(found), sees)
