from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestPartner(FsmJobsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._intake().partner_id
        cls.Partner = cls.env["res.partner"].with_user(cls.receptionist)

    def test_any_form_of_the_number_finds_the_customer(self):
        for typed in (
            "9845012345",
            "98450 12345",
            "+919845012345",
            "45012345",
            "2345",
            "098450-12345",
            "0 98450",
            "098450",
            "tel:98450",
            "tel:+919845012345",
        ):
            with self.subTest(typed):
                found = [id_ for id_, _name in self.Partner.name_search(typed)]
                self.assertIn(self.customer.id, found)
                self.assertIn(
                    self.customer.id,
                    [row["id"] for row in self.Partner.fsm_search_by_mobile(mobile=typed)],
                )

    def test_number_of_a_site_or_a_colleague_finds_no_customer(self):
        site = self.customer.with_user(self.receptionist).fsm_add_site(
            name="Office", phone="98860 00002"
        )
        self.assertTrue(site)
        self.assertFalse(self.Partner.fsm_search_by_mobile(mobile="9886000002"))
        self.assertFalse(self.Partner._fsm_find_by_phone("98860 00002", self.company))

    def test_letters_are_no_phone_number_and_no_error(self):
        self.assertIn(self.customer.id, [id_ for id_, _name in self.Partner.name_search("Su")])
        self.assertFalse(self.Partner.name_search("no such name"))

    def test_three_digits_are_too_few(self):
        with self.assertRaisesRegex(UserError, "at least 4 digits"):
            self.Partner.fsm_search_by_mobile(mobile="234")

    def test_search_tells_what_is_open(self):
        row = self.Partner.fsm_search_by_mobile(mobile="9845012345")[0]
        self.assertEqual((row["name"], row["open_jobs"]), ("Suresh Kumar", 1))

    def test_quick_create_gives_the_customer_its_branch(self):
        partner_id, _name = self.Partner.name_create("Asha Rao")
        self.assertEqual(self.Partner.browse(partner_id).company_id, self.company)

    def test_customer_cannot_be_put_into_another_branch(self):
        with self.assertRaises(AccessError):
            self.Partner.create({"name": "Asha", "company_id": self.other_branch.company_id.id})

    def test_accountant_changes_tax_data_only(self):
        partner = self.customer.with_user(self.accountant)
        partner.write({"vat": "29AABCB1234C1ZA"})
        with self.assertRaisesRegex(AccessError, "tax data"):
            partner.write({"phone": "+91 99009 90099"})

    def test_technician_sees_the_customers_of_his_job_cards_only(self):
        Partner = self.env["res.partner"].with_user(self.technician)
        self.assertFalse(Partner.search([("id", "=", self.customer.id)]))
        self._as("manager", self.customer.fsm_job_ids).assign(technician_ids=self.tech.ids)
        self.assertTrue(Partner.search([("id", "=", self.customer.id)]))
