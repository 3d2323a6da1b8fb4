import re

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import PNG, FsmJobsCommon


@tagged("post_install", "-at_install")
class TestTrack(FsmJobsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._walk(cls._intake(), "diagnosis", "estimate")
        cls.path = f"/t/{cls.job.access_token}"

    def test_customer_reads_his_estimate(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Dell Inspiron 3520", page.text)
        self.assertIn("SSD 512 GB", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_page_tells_nobody_about_the_customer(self):
        page = self.url_open(self.path)
        self.assertNotIn("12345", page.text)

    def test_one_wrong_letter_opens_nothing(self):
        self.assertEqual(self.url_open(self.path[:-1] + "!").status_code, 404)
        self.assertEqual(self.url_open("/t/x").status_code, 404)

    def test_customer_approves_with_his_signature(self):
        self._answer(signature=f"data:image/png;base64,{PNG}")
        self.assertEqual(self.job.state, "approved")
        self.assertEqual(self.job.estimate_ids.channel, "link")
        self.assertTrue(self.job.estimate_ids.signature)

    def test_empty_signature_approves_nothing(self):
        page = self._answer(signature="")
        self.assertIn("Please sign", page.text)
        self.assertEqual(self.job.state, "estimate")

    def test_f8_older_version_approves_nothing(self):
        page = self._answer(signature=f"data:image/png;base64,{PNG}", version="7")
        self.assertIn("has changed", page.text)
        self.assertEqual(self.job.state, "estimate")

    def test_customer_declines(self):
        self._answer(answer="declined")
        self.assertRecordValues(self.job, [{"state": "ready", "outcome": "declined"}])

    def test_f8_answer_without_token_of_the_page_is_refused(self):
        refused = self.url_open(f"{self.path}/answer", data={"answer": "declined", "version": "1"})
        self.assertEqual(refused.status_code, 400)
        self.assertEqual(self.job.state, "estimate")

    def test_code_is_shown_once_when_the_device_is_ready(self):
        self._answer(answer="declined")
        page = self.url_open(
            f"{self.path}/code", data={"csrf_token": self._csrf(), "digits": "2345"}
        )
        code = re.search(r'data-fsm="code">(\d{6})<', page.text)[1]
        self.assertNotIn(code, self.url_open(self.path).text)
        self.job.accessory_ids.returned = True
        self._as("receptionist", self.job).deliver(otp=code)
        self.assertEqual(self.job.state, "delivered")

    def _csrf(self):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.url_open(self.path).text)[1]

    def _answer(self, **values):
        page = self.url_open(
            f"{self.path}/answer",
            data={
                "csrf_token": self._csrf(),
                "version": "1",
                "answer": "approved",
                "name": "Suresh Kumar",
                "digits": "2345",
                **values,
            },
        )
        self.env.invalidate_all()
        return page

    def test_staff_does_not_answer_for_the_customer(self):
        self.receptionist.password = "receptionist_spr"
        self.authenticate(self.receptionist.login, "receptionist_spr")
        page = self._answer(answer="declined")
        self.assertIn("Sign out to answer", page.text)
        self.assertEqual(self.job.state, "estimate")

    def test_nonsense_on_the_page_is_no_error_of_ours(self):
        page = self._answer(answer="declined", name="a\x00b")
        self.assertEqual(page.status_code, 200)
        self.assertIn("could not be read", page.text)
        self.assertEqual(self.url_open("/t/%00").status_code, 404)

    def test_sticker_leads_staff_to_the_job_card_and_others_to_the_counter(self):
        path, nothing = f"/fsm/j/{self.job.id}", "/fsm/j/999999999"
        page = self.url_open(path).text
        self.assertIn("ask at the counter", page)
        self.assertEqual(page.replace(path, ""), self.url_open(nothing).text.replace(nothing, ""))
        stranger = self._create_user("desk", "receptionist", self.other_branch)
        for user, expected in ((self.receptionist, 303), (stranger, 200)):
            user.password = "Counter of the branch"
            self.authenticate(user.login, "Counter of the branch")
            self.assertEqual(self.url_open(path, allow_redirects=False).status_code, expected)

    def test_h5_link_alone_answers_nothing(self):
        for digits in ("", "0000", "12345"):
            page = self._answer(answer="declined", digits=digits)
            self.assertIn("not the last 4 digits", page.text)
        self.assertEqual(self.job.state, "estimate")

    def test_h5_f7_digits_cannot_be_guessed(self):
        for number in range(5):
            self._answer(answer="declined", digits=f"000{number}")
        page = self._answer(answer="declined")
        self.assertIn("Too many wrong numbers", page.text)
        self.assertEqual(self.job.state, "estimate")

    def test_h5_technician_and_accountant_read_no_link(self):
        for role, expected in (
            ("technician", False),
            ("accountant", False),
            ("receptionist", True),
            ("manager", True),
        ):
            job = self._as(role, self.job)
            with self.subTest(role):
                self.assertEqual(self.job.sudo().access_token in job.access_url, expected)
                self.assertEqual(job.get_portal_url(), job.access_url)
                with self.assertRaises(AccessError):
                    job.read(["access_token"])
