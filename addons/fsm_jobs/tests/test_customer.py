import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PNG, FsmJobsCommon

PAPER = base64.b64encode(b"Bill of Suresh Kumar")


@tagged("post_install", "-at_install")
class TestCustomer(FsmJobsCommon):
    """What the counter knows of a customer: no second card by mistake, sites, papers, consents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._intake()
        cls.customer = cls.job.partner_id
        cls.Partner = cls.env["res.partner"].with_user(cls.receptionist)
        cls.stranger_desk = cls._create_user("rst", "receptionist", cls.other_branch)

    # === ONE CUSTOMER, ONE CARD === #

    def test_second_card_with_the_same_number_is_opened_on_purpose_only(self):
        self.customer.email = "suresh@example.in"
        for values in ({"phone": "9845012345"}, {"email": "Suresh@Example.in"}):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "already has this"):
                self.Partner.create({"name": "Asha", **values})
        asha = self.Partner.create(
            {"name": "Asha", "phone": "9845012345", "fsm_allow_duplicate": True}
        )
        self.assertEqual(asha.company_id, self.company)

    def test_who_shares_a_number_on_purpose_locks_nobody(self):
        asha = self.Partner.create(
            {"name": "Asha", "phone": "9845012345", "fsm_allow_duplicate": True}
        )
        self.assertIn("Suresh Kumar", asha.message_ids[0].body)
        suresh = self.customer.with_user(self.receptionist)
        suresh.email = "suresh@example.in"
        suresh.action_archive()
        suresh.action_unarchive()
        with self.assertRaisesRegex(ValidationError, "Suresh Kumar.*already has this"):
            asha.fsm_allow_duplicate = False

    def test_number_of_an_archived_customer_brings_him_back(self):
        self._as("manager", self.job).move_to(state="cancelled", reason="Not worth it")
        self.customer.active = False
        for customer in (
            {"name": "Suresh Kumar", "phone": "98450 12345"},
            {"name": "Asha", "phone": "98450 12345"},
            {"id": self.customer.id},
        ):
            with self.assertRaisesRegex(UserError, "(?s)archived.*[Rr]estore"):
                self._intake(customer=customer)
        with self.assertRaisesRegex(ValidationError, "(?s)archived.*Restore"):
            self.Partner.create({"name": "Asha", "phone": "9845012345"})

    def test_known_customer_is_completed_and_never_replaced(self):
        known = {"name": "Suresh Kumar", "phone": "98450 12345"}
        device = {"id": self.job.device_id.id}
        more = {"email": "suresh@example.in", "vat": "29AABCB1234C1ZA"}
        self._intake(customer={**known, **more}, device=device)
        self.assertRecordValues(self.customer, [more])
        self._intake(customer={"id": self.customer.id, "email": "else@example.in"}, device=device)
        self.assertEqual(self.customer.email, more["email"])
        self.assertIn("else@example.in", self.customer.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "has the GSTIN 29AABCB1234C1ZA"):
            self._intake(customer={**known, "vat": "33AAKCN4410R1Z5"}, device=device)

    def test_namesake_with_the_same_number_gets_a_card_when_asked(self):
        known = {"name": "Suresh Kumar", "phone": "98450 12345"}
        device = {"category": "Phone", "brand": "Nokia", "model": "G42"}
        job = self._intake(customer=known, device=device, allow_duplicate=True)
        self.assertNotEqual(job.partner_id, self.customer)

    def test_number_of_another_card_is_not_written_by_mistake(self):
        asha = self.Partner.create({"name": "Asha", "phone": "99009 90099"})
        with self.assertRaisesRegex(ValidationError, "already has this"):
            asha.phone = "+91 98450 12345"

    def test_import_opens_no_second_card(self):
        answer = self.Partner.load(["name", "phone"], [["Asha", "98450-12345"]])
        self.assertFalse(answer["ids"])
        self.assertIn("already has this phone number", answer["messages"][0]["message"])
        answer = self.Partner.load(["name", "phone"], [["Asha", "98450-54321"]])
        self.assertEqual(self.Partner.browse(answer["ids"]).company_id, self.company)

    def test_same_number_in_another_branch_is_nobodys_business(self):
        theirs = self.env["res.partner"].with_user(self.stranger_desk)
        self.assertTrue(theirs.create({"name": "Suresh Kumar", "phone": "9845012345"}))

    def test_intake_with_a_known_email_is_asked_about(self):
        self.customer.email = "suresh@example.in"
        customer = {"name": "Asha", "phone": "9900990099", "email": "suresh@example.in"}
        with self.assertRaisesRegex(UserError, "already has this.*allow_duplicate"):
            self._intake(customer=customer)
        device = {"category": "Phone", "brand": "Nokia", "model": "G42"}
        job = self._intake(customer=customer, device=device, allow_duplicate=True)
        self.assertIn("Opened on purpose", job.partner_id.message_ids[0].body)

    def test_customer_is_archived_and_restored_but_not_deleted(self):
        partner = self.customer.with_user(self.receptionist)
        partner.action_archive()
        self.assertFalse(self.Partner.search([("id", "=", partner.id)]))
        partner.action_unarchive()
        with self.assertRaises(AccessError):
            partner.unlink()

    # === WHO HE IS === #

    def test_customer_whom_a_program_adds_reads_what_its_user_reads(self):
        self.receptionist.lang = "en_IN"
        job = self._intake(
            customer={"name": "Lata Hegde", "phone": "94480 55211"},
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
        )
        self.assertEqual(job.partner_id.lang, "en_IN")

    def test_flag_is_said_at_the_counter(self):
        self.customer.with_user(self.receptionist).fsm_flag = "Pays in advance"
        row = self._as("receptionist").intake_customer(partner_id=self.customer.id)
        self.assertIn("Pays in advance", row["alerts"])
        self.assertEqual(self.customer.with_user(self.receptionist).fsm_alerts, "Pays in advance")

    def test_last_word_of_a_customer_holds(self):
        partner = self.customer.with_user(self.receptionist)
        self.assertIsNone(partner._fsm_may_contact("marketing"))
        partner.fsm_set_consent(purpose="marketing", granted=True, note="at the counter")
        partner.fsm_set_consent(purpose="marketing", granted=False)
        self.assertIs(partner._fsm_may_contact("marketing"), False)
        with self.assertRaisesRegex(UserError, "write down what he says now"):
            partner.fsm_consent_ids[0].sudo().granted = True
        with self.assertRaisesRegex(UserError, "“purpose” must be one of"):
            partner.fsm_set_consent(purpose="spam", granted=True)

    def test_company_is_a_commercial_customer(self):
        firm = self.Partner.create({"name": "Zenith CA LLP", "is_company": True})
        self.assertEqual(
            (firm.fsm_customer_type, self.customer.fsm_customer_type), ("commercial", "residential")
        )

    # === HISTORY AND FIGURES === #

    def test_history_and_pending_job_cards_of_a_customer(self):
        again = self._free_job()
        partner = self.customer.with_user(self.receptionist)
        self.assertEqual(
            [row["id"] for row in partner.fsm_service_history()], [again.id, self.job.id]
        )
        self._as("receptionist", again).deliver(signature=PNG, received_by="Suresh Kumar")
        self.assertEqual([row["id"] for row in partner.fsm_pending_jobs()], [self.job.id])

    def test_figures_count_the_callers_branch_only(self):
        self.env["res.partner"].with_user(self.stranger_desk).create({"name": "Tara"})
        self._intake()
        month = {"date_from": "2020-01-01", "date_to": "2099-12-31"}
        figures = self.Partner.with_user(self.manager).fsm_customer_stats(**month)
        self.assertEqual(
            figures,
            {
                "total": 1,
                "new": 1,
                "active": 1,
                "repeat": 1,
                "by_type": {"residential": 1},
                "by_branch": [{"branch_id": self.branch.id, "name": "SP Road", "total": 1}],
            },
        )
        with self.assertRaises(AccessError):
            self.Partner.fsm_customer_stats(**month)

    # === SITES === #

    def test_counter_adds_a_site_and_a_crew_sees_it(self):
        partner = self.customer.with_user(self.receptionist)
        site_id = partner.fsm_add_site(
            name="Head office",
            street="1 MG Road",
            notes="Ask at the gate",
            contact="Ramesh",
            phone="99009 90099",
            latitude=12.97,
            longitude=77.59,
        )
        job = self._intake(site_id=site_id, kind="on_site")
        site = self.env["res.partner"].browse(site_id)
        self.assertEqual((job.site_id, site.company_id), (site, self.company))
        self.assertEqual(site.phone, "+91 99009 90099")
        self.assertEqual(site.fsm_access_notes, "Ask at the gate")
        seen = self.env["res.partner"].with_user(self.technician)
        self.assertFalse(seen.search([("id", "=", site_id)]))
        self._as("manager", job).assign(technician_ids=self.tech.ids)
        self.assertTrue(seen.search([("id", "=", site_id)]))

    def test_site_and_consents_are_written_down_at_intake(self):
        job = self._intake(
            kind="on_site",
            site={"name": "Shop on MG Road", "street": "1 MG Road", "phone": "99009 90099"},
            consents={"reminder": True, "marketing": False},
        )
        site = job.site_id
        self.assertEqual((site.parent_id, site.street), (self.customer, "1 MG Road"))
        row = self._as("receptionist").intake_customer(partner_id=self.customer.id)
        self.assertEqual(row["consents"], {"reminder": True, "marketing": False})
        self.assertEqual(row["sites"][0]["id"], site.id)
        self.assertIn(job.name, self.customer.fsm_consent_ids[0].note)
        for wrong, sentence in (
            ({"site": {"street": "2 MG Road"}}, "needs a name"),
            ({"site": {"id": self.customer.id}}, "no such site"),
            ({"consents": {"spam": True}}, "does not know “spam”"),
            ({"consents": {"reminder": "yes"}}, "must be true or false"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self._intake(**wrong)

    def test_site_of_others_is_no_site_of_this_customer(self):
        other = self.Partner.create({"name": "Meera Nair"})
        site_id = other.fsm_add_site(name="Home")
        with self.assertRaisesRegex(UserError, "no such site"):
            self._intake(site_id=site_id)
        with self.assertRaises(AccessError):
            other.with_user(self.stranger_desk).fsm_add_site(name="Home")
        with self.assertRaisesRegex(ValidationError, "latitude"):
            other.fsm_add_site(name="Nowhere", latitude=91.0)

    # === DOCUMENTS === #

    def _file(self, **values):
        Document = self.env["fsm.document"].with_user(self.receptionist)
        return Document.create({"name": "Bill", "file": PAPER, **values})

    def test_document_is_seen_by_those_who_see_its_owner(self):
        papers = self._file(device_id=self.job.device_id.id) + self._file(
            partner_id=self.customer.id, kind="id_proof"
        )
        for role, seen in (("manager", 2), ("accountant", 2), ("technician", 0)):
            with self.subTest(role):
                Document = self.env["fsm.document"].with_user(getattr(self, role))
                self.assertEqual(Document.search_count([("id", "in", papers.ids)]), seen)
        theirs = self.env["fsm.document"].with_user(self.stranger_desk)
        self.assertFalse(theirs.search([("id", "in", papers.ids)]))
        self._as("manager", self.job).assign(technician_ids=self.tech.ids)
        mine = self.env["fsm.document"].with_user(self.technician).search([])
        self.assertEqual(mine, papers[0])  # not the proof of identity

    def test_file_of_a_document_has_the_readers_of_the_document(self):
        paper = self._file(partner_id=self.customer.id)
        file = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "fsm.document"),
                ("res_id", "=", paper.id),
                ("res_field", "!=", False),
            ]
        )
        self.assertTrue(file.with_user(self.manager).has_access("read"))
        self.assertFalse(file.with_user(self.stranger_desk).has_access("read"))

    def test_nobody_files_a_paper_with_a_stranger(self):
        Document = self.env["fsm.document"].with_user(self.stranger_desk)
        with self.assertRaises(AccessError):
            Document.create({"name": "Bill", "file": PAPER, "partner_id": self.customer.id})

    def test_expired_documents_are_found(self):
        old = self._file(partner_id=self.customer.id, expires_on="2020-01-31")
        self._file(partner_id=self.customer.id, expires_on="2099-01-31")
        found = self.env["fsm.document"].search([("is_expired", "=", True)])
        self.assertEqual(found & self.customer.fsm_document_ids, old)
        self.assertTrue(old.is_expired)
