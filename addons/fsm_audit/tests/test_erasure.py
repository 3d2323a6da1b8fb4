from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user

from .common import AuditCommon

REASON = "Asked for by letter of 3 May"


class TestErasure(AuditCommon):
    """G7, G8: personal data goes, what was sealed stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager"
        cls.owner = new_test_user(cls.env, "asha", f"{groups},fsm_audit.group_fsm_audit_reader")
        cls.clerk = new_test_user(cls.env, "vijay", groups)
        cls.customer.write({"email": "suresh@example.com", "street": "4 MG Road"})
        cls.site = cls.customer.create(
            {"name": "Suresh, home", "parent_id": cls.customer.id, "phone": "+91 98450 54321"}
        )

    def _erase(self, user=None, reason=REASON):
        return self.customer.with_user(user or self.owner).fsm_erase_personal_data(reason)

    def _sidecar(self):
        people = [*self.customer.ids, *self.site.ids]
        self.cr.execute("SELECT vals::text FROM fsm_audit.pii WHERE partner_id = ANY(%s)", [people])
        return self.cr.fetchall()

    def test_g8_values_are_gone_from_record_and_trail_and_the_entries_stay(self):
        self.env.flush_all()
        before = self._entries(self.customer, since=0)
        self.assertTrue(self._sidecar())
        self.assertGreaterEqual(self._erase()["entries"], 2)
        self.assertFalse(self._sidecar())
        self.assertFalse(self.customer.active or self.customer.phone or self.customer.street)
        self.assertNotIn("Suresh", self.customer.name + self.site.name)
        after = self._entries(self.customer, since=0)
        self.assertEqual(after[: len(before)], before)
        self.assertEqual((after[-1]["reason"], after[-1]["ctx"]["uid"]), (REASON, self.owner.id))

    def test_g7_nothing_but_the_mask_is_in_the_trail(self):
        self._erase()
        self.cr.execute("SELECT string_agg(entry::text, '') FROM fsm_audit.entry AS entry")
        [trail] = self.cr.fetchone()
        for value in ("98450 12345", "suresh@example.com", "98450 54321", "4 MG Road"):
            self.assertNotIn(value, trail)

    def test_only_the_owner_erases_and_says_why(self):
        with self.assertRaisesRegex(AccessError, "Only the owner"):
            self._erase(self.clerk)
        for reason in ("", "because", None, ["x" * 10]):
            with self.assertRaisesRegex(UserError, "at least 10 characters"):
                self._erase(reason=reason)

    def test_who_signs_in_is_not_erased(self):
        self.customer = self.clerk.partner_id
        with self.assertRaisesRegex(UserError, "sign in as vijay"):
            self._erase()

    def test_card_of_a_company_is_not_erased(self):
        self.customer = self.env.company.partner_id
        with self.assertRaisesRegex(UserError, "card of a company"):
            self._erase()

    def test_dialog_says_what_is_in_the_way(self):
        erasures = self.env["fsm.audit.erasure"].with_user(self.owner)
        self.assertFalse(erasures.create({"partner_id": self.customer.id}).blockers)
        company = erasures.create({"partner_id": self.env.company.partner_id.id})
        self.assertIn("card of a company", company.blockers)
