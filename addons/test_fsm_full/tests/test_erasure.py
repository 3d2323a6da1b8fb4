from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FsmFullCommon

REASON = "Asked for by letter of 3 May"


@tagged("post_install", "-at_install")
class TestErasure(FsmFullCommon):
    """DPDP Act 2023, s. 12: a customer is forgotten, once the law lets us."""

    def _erase(self, customer):
        return customer.with_user(self.owner).fsm_erase_personal_data(REASON)

    def test_customer_with_an_open_job_card_stays(self):
        job = self._intake()
        with self.assertRaisesRegex(UserError, f"Job card {job.name} is still open"):
            self._erase(job.partner_id)

    @freeze_time("2026-05-04 06:00:00")
    def test_customer_on_an_invoice_stays_until_the_books_may_go(self):
        job = self._repaired_job()
        invoice = self._invoice(job)
        customer = job.partner_id
        with self.assertRaisesRegex(UserError, f"{invoice.name} is in books .* 31 March 2035"):
            self._erase(customer)
        with freeze_time("2035-04-01 06:00:00"):
            self.assertFalse([b for b in customer._erasure_blockers() if "books" in b])

    def test_customer_without_an_invoice_is_forgotten(self):
        job = self._intake()
        customer = job.partner_id
        customer.message_post(body="Rang, wants it tomorrow.")
        self._as("manager", job).move_to(state="cancelled", reason="Not worth it")
        self._erase(customer)
        self.env.flush_all()
        self.assertFalse(customer.message_ids)
        self.assertFalse(customer.phone or customer.active)
        self.cr.execute("SELECT FROM fsm_audit.pii WHERE partner_id = %s", [customer.id])
        self.assertFalse(self.cr.fetchall())
