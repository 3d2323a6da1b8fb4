from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user

from .common import AuditCommon


class TestIrAttachment(AuditCommon):
    """E2: what is attached to an audited record stays there, whoever writes, and closed."""

    def setUp(self):
        super().setUp()
        self._declare("res.partner.industry", name=True)
        asha = new_test_user(self.env, "asha", "base.group_system")
        self.env = self.env(user=asha)
        self.record, self.other = self.env["res.partner.industry"].create(
            [{"name": "Repairs"}, {"name": "Sales"}]
        )
        self.file = self._attach()

    def _attach(self, **values):
        place = {"res_model": self.record._name, "res_id": self.record.id}
        return self.env["ir.attachment"].create({"name": "a.txt", "raw": b"a", **place, **values})

    def test_e2_file_is_attached_public_by_nobody(self):
        for values in ({"public": True}, {"access_token": "guess"}, {"res_field": "full_name"}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "stays there"):
                self._attach(**values)
        self.env = self.env(context={"default_public": True})
        with self.assertRaisesRegex(AccessError, "stays there"):
            self._attach()

    def test_e2_file_is_neither_moved_nor_opened(self):
        for values in (
            {"public": True},
            {"access_token": "guess"},
            {"res_id": self.other.id},
            {"res_model": False, "res_id": False},
            {"res_field": "full_name"},
        ):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "stays there"):
                self.file.write(values)
            with self.subTest(values, by="web_save"), self.assertRaises(AccessError):
                self.file.web_save(values, {})
        with self.assertRaisesRegex(AccessError, "stays there"):
            self.file.generate_access_token()

    def test_e2_open_file_is_not_moved_to_it(self):
        free = self._attach(res_model=False, res_id=False, public=True)
        with self.assertRaisesRegex(AccessError, "stays there"):
            free.write({"res_model": self.record._name, "res_id": self.record.id})

    def test_closed_file_may_come_to_it_and_be_renamed(self):
        free = self._attach(res_model=False, res_id=False)
        free.write({"res_model": self.record._name, "res_id": self.record.id})
        free.write({"name": "b.txt", "res_id": self.record.id})
        self.assertEqual((free.res_id, free.name), (self.record.id, "b.txt"))

    def test_server_may_share_it(self):
        self.assertTrue(self.file.sudo().generate_access_token())

    def test_file_of_a_record_that_is_not_audited_is_free(self):
        bank = self.env["res.bank"].create({"name": "SBI"})
        self.assertTrue(self._attach(res_model=bank._name, res_id=bank.id, public=True).public)

    def test_taking_a_file_away_is_logged(self):
        file_id, checksum = self.file.id, self.file.checksum
        self.file.unlink()
        [entry] = [e for e in self._entries() if (e["op"], e["res_id"]) == ("D", file_id)]
        self.assertEqual(entry["changes"]["checksum"], [checksum, None])
