import base64
import io
import re
import subprocess
import zipfile
from datetime import timedelta
from unittest import skipUnless
from urllib.parse import quote

from lxml.html import document_fromstring
from PIL import Image
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import PNG, FsmJobsCommon

HINDI_FONT = subprocess.run(
    ["fc-list", ":lang=hi", "family"], capture_output=True, check=False
).stdout.strip()

HINDI = re.compile("[\u0900-\u097f]")  # Devanagari, as Unicode has it

# paper: the roles that print it
PAPERS = {
    "receipt_a4": {"receptionist"},
    "receipt_a5": {"receptionist"},
    "receipt_80mm": {"receptionist"},
    "technician_copy": {"receptionist", "technician"},
    "device_label": {"receptionist", "technician"},
    "accessory_labels": {"receptionist", "technician"},
    "labels": {"receptionist", "technician"},
    "job_estimate": {"receptionist", "technician", "accountant"},
    "delivery_note": {"receptionist"},
}
DOTS_PER_INCH = 203  # of a usual label printer
POINTS = 72 / 25.4  # a millimetre


@tagged("post_install", "-at_install")
class TestDocuments(FsmJobsCommon, HttpCase):
    """What is on paper, printed for real: wkhtmltopdf asks the server for its style sheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._walk(
            cls._intake(
                customer={"name": "सुरेश कुमार", "phone": "98450 12345"},
                complaint="काली है, no display",
                accessories=[{"name": "Charger"}, {"name": "Bag", "quantity": 2}],
                checklist=[{"name": "Screen", "result": "untestable"}],
                spend_limit=123456.0,
            ),
            "diagnosis",
            "estimate",
            "approved",
        )

    def _html(self, paper, role="receptionist", record=None):
        report = self.env["ir.actions.report"].with_user(getattr(self, role))
        return report._render_qweb_html(f"fsm_jobs.report_{paper}", (record or self.job).ids)[0]

    def _text(self, *args, **kwargs):
        document = document_fromstring(self._html(*args, **kwargs))
        for style in document.xpath("//style"):
            style.drop_tree()
        return " ".join(" ".join(document.itertext()).split())

    def _pdf(self, paper, role="receptionist", record=None):
        report = self.env["ir.actions.report"].with_user(getattr(self, role))
        report = report.with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            return report._render_qweb_pdf(f"fsm_jobs.report_{paper}", (record or self.job).ids)[0]

    def test_dispute_pack_holds_what_was_agreed_and_done(self):
        desk = self._as("receptionist", self.job)
        desk.add_photos(photos=[{"name": "../lid.png", "content": PNG}], stage="intake")
        self.env["ir.attachment"].create(
            {"name": "x", "raw": b"x", "res_model": "fsm.job", "res_id": self.job.id}
            | {"description": "/../../etc/cron.d/x"}
        )
        self.job.with_context(fsm_gate=GATE).intake_signature = PNG
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            desk.dispute_pack()
        manager = self._as("manager", self.job).with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            answer = manager.with_context(bin_size=True).dispute_pack()
        self.assertEqual(answer["filename"], f"{self.job.name}.zip")
        pack = zipfile.ZipFile(io.BytesIO(base64.b64decode(answer["content"])))
        self.assertTrue(pack.read("receipt.pdf").startswith(b"%PDF"))
        self.assertIn("photos/01_intake__lid.png", pack.namelist())
        self.assertIn("photos/02__.._.._etc_cron.d_x_x", pack.namelist(), "It stays in its folder.")
        self.assertEqual(pack.read("signatures/intake.png"), base64.b64decode(PNG), "No size.")
        record = zipfile.ZipFile(io.BytesIO(pack.read("record.xlsx")))
        sheets = record.read("xl/workbook.xml").decode()
        for name in ("status_history", "custody", "accessories", "condition", "estimates"):
            self.assertIn(f'name="{name}"', sheets)
        self.assertNotIn("passcode_looks", sheets, "An owner's.")
        self.assertIn(b"SSD 512 GB", record.read("xl/sharedStrings.xml"))
        log = self.env["fsm.audit.log"].search([("kind", "=", "export")], limit=1)
        self.assertEqual((log.record_id, log.user_id), (self.job.id, self.manager))

    def test_manager_downloads_the_dispute_pack_from_the_job_card(self):
        path = self._as("manager", self.job).action_dispute_pack()["url"]
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(path)
        self.assertIn(f"{self.job.name}.zip", answer.headers["Content-Disposition"])
        self.assertIn("record.xlsx", zipfile.ZipFile(io.BytesIO(answer.content)).namelist())
        self.authenticate(self.receptionist.login, self.receptionist.login)
        self.assertEqual(self.url_open(path).status_code, 403)

    def _codes(self, pdf):
        """Return what a scanner reads on the first page, as a label printer would print it."""
        import zxingcpp

        picture = subprocess.run(
            ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", "-singlefile", "-"],
            input=pdf,
            capture_output=True,
            check=True,
        ).stdout
        return {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))}

    def _size(self, pdf):
        """Return the size of the first page in millimetres."""
        box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
        return round(float(box.width) / POINTS), round(float(box.height) / POINTS)

    # === WHAT IT SAYS === #

    def test_receipt_names_branch_number_things_left_and_a_masked_phone(self):
        text = self._text("receipt_a5")
        for part in (
            "Namma Laptop Service LLP",
            "SP Road",
            "12 Main Road",
            "29AAKCN4410R1ZU",
            self.job.name,
            "Dell Inspiron 3520",
            "5CD1234XYZ",
            "+91 ••••• ••345",
            "Charger",
            "Bag × 2",
            "Cannot Be Tested",
            "1,23,456.00",
        ):
            self.assertIn(part, text)
        self.assertNotIn("98450", text)

    def test_technician_copy_has_neither_phone_nor_price(self):
        text = self._text("technician_copy", "technician")
        self.assertIn("The SSD is dead.", text)
        for part in ("345", "₹", "3,490", "1,23,456"):
            self.assertNotIn(part, text)

    def test_estimate_prints_the_version_that_was_shown(self):
        self._as("manager", self.job).move_to(state="repair")
        first = self.job.estimate_ids
        self._as("technician", self.job).write({"line_ids": [fields.Command.clear()]})
        self._as("technician", self.job).write(
            {"line_ids": [fields.Command.create({"product_id": self.labour.id})]}
        )
        self._as("technician", self.job).share_estimate()
        newest = self._text("job_estimate")
        self.assertIn("version 2", newest)
        self.assertNotIn("3,490.00", newest)
        self.assertIn("3,490.00", self._text("estimate", record=first))

    def test_delivery_note_ticks_what_went_back(self):
        job = self._free_job(
            customer={"id": self.job.partner_id.id},
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
            accessories=[{"name": "Cover"}],
        )
        self.assertIn("☐ Cover", self._text("delivery_note", record=job))
        self._as("receptionist", job).deliver(
            signature=PNG, received_by="Asha Kumar", accessories_returned=True
        )
        text = self._text("delivery_note", record=job)
        self.assertIn("☑ Cover", text)
        self.assertIn("Asha Kumar", text)

    def test_nothing_goes_out_before_it_is_ready(self):
        with self.assertRaisesRegex(UserError, "nothing goes out yet"):
            self._text("delivery_note")

    def test_passcode_and_codes_are_on_no_paper(self):
        job = self._ready_job(
            customer={"id": self.job.partner_id.id},
            device={"category": "Phone", "brand": "Nokia", "model": "G42"},
            passcode={"type": "pin", "value": "471147"},
            accessories=[{"name": "Cover"}],
        )
        otp = self.env["fsm.delivery.otp"]._issue(job)
        for paper in PAPERS:
            page = self._html(paper, record=job).decode()
            text = "".join(document_fromstring(page).itertext())
            for secret in ("471147", otp):
                self.assertNotIn(secret, text, paper)

    # === WHO PRINTS IT === #

    def test_who_prints_what(self):
        self._as("manager", self.job).move_to(state="repair")
        self._walk(self.job, "qc", "ready")
        stranger = self._create_user("stranger", "manager", self.other_branch)
        for paper, roles in PAPERS.items():
            for role in ("owner", "manager", "receptionist", "technician", "accountant"):
                with self.subTest(paper=paper, role=role):
                    if role in roles | {"owner", "manager"}:
                        self.assertIn(self.job.name, self._text(paper, role))
                    else:
                        with self.assertRaises(AccessError):
                            self._html(paper, role)
            with self.subTest(paper=paper, branch="other"), self.assertRaises(AccessError):
                self.env["ir.actions.report"].with_user(stranger)._render_qweb_html(
                    f"fsm_jobs.report_{paper}", self.job.ids
                )

    def test_challan_prints_for_both_branches_and_nobody_else(self):
        desk = self._create_user("desk", "receptionist", self.other_branch)
        self._as("manager", self.job).move_device(
            kind="branch",
            to_branch_id=self.other_branch.id,
            due_date=fields.Date.to_string(fields.Date.today() + timedelta(days=2)),
        )
        challan = self.job.custody_id.challan_id
        report = self.env["ir.actions.report"]
        for user in (self.receptionist, desk):
            page = report.with_user(user)._render_qweb_html("fsm_jobs.report_challan", challan.ids)[
                0
            ]
            for part in (challan.name, self.job.name, "5CD1234XYZ", "33AAKCN4410R1Z5"):
                self.assertIn(part, page.decode())
        with self.assertRaises(AccessError):
            report.with_user(self.technician)._render_qweb_html(
                "fsm_jobs.report_challan", challan.ids
            )

    # === ON PAPER === #

    @skipUnless(HINDI_FONT, "no font with Devanagari: scripts/setup brings one")
    def test_receipt_is_one_page_of_a5_whose_codes_and_text_can_be_read(self):
        pdf = self._pdf("receipt_a5")
        reader = PdfReader(io.BytesIO(pdf))
        self.assertEqual((len(reader.pages), self._size(pdf)), (1, (148, 210)))
        text = subprocess.run(
            ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
        ).stdout.decode()
        for part in (self.job.name, "29AAKCN4410R1ZU", "₹", "काली है"):
            self.assertIn(part, text)
        self.assertEqual(self._codes(pdf), {self.job.access_url, self.job.name})

    def _speak_hindi(self):
        """Let the customer read Hindi; the counter goes on in its own language."""
        self.env["res.lang"]._activate_lang("hi_IN")
        addons = self.env["ir.module.module"].search(
            [("name", "=like", "fsm%"), ("state", "=", "installed")]
        )
        addons._update_translations(["hi_IN"])
        self.job.partner_id.lang = "hi_IN"

    @skipUnless(HINDI_FONT, "no font with Devanagari: scripts/setup brings one")
    def test_customer_who_reads_hindi_gets_his_papers_in_hindi(self):
        self._speak_hindi()
        self._as("manager", self.job).move_to(state="repair")
        self._walk(self.job, "qc", "ready")
        self._as("manager", self.job).move_device(kind="courier", partner_id=self.job.partner_id.id)
        challan = self.job.custody_id.challan_id
        papers = ("receipt_a5", "receipt_80mm", "job_estimate", "delivery_note")
        pages = {paper: self._html(paper) for paper in papers} | {
            "challan": self._html("challan", record=challan)
        }
        for paper, page in pages.items():
            with self.subTest(paper=paper):
                document = document_fromstring(page)
                labels = document.xpath(
                    "//*[contains(@class, 'label')] | //*[@class='kind'] | //th"
                )
                english = {
                    text
                    for label in labels
                    if (text := "".join(label.itertext()).strip())
                    and not HINDI.search(text)
                    and text not in {"#", "IMEI", "HSN"}
                }
                self.assertFalse(english)
        self.assertIn("CUSTOMER", self._text("technician_copy"), "It stays in the house.")
        printed = self._read(self._pdf("job_estimate"))
        # Without conjuncts, which poppler splits: their shape is on the page.
        for part in (self.job.name, "उपकरण", "कुल", "₹", "GSTIN"):
            self.assertIn(part, printed)
        page = self.url_open(self.job.access_url).text
        for part in ('<html lang="hi-IN">', "जाँचा गया", "आपका उपकरण तैयार है", "मेरा डिलीवरी कोड"):
            self.assertIn(part, page)
        self.assertIn(quote("तैयार"), self._as("receptionist", self.job)._desk_whatsapp())
        for model, name in (
            ("fsm.job", "state"),
            ("fsm.job", "kind"),
            ("fsm.job", "outcome"),
            ("fsm.job", "delivery_method"),
            ("fsm.job.accessory", "condition"),
            ("fsm.job.check", "result"),
            ("fsm.estimate", "answer"),
            ("fsm.challan", "purpose"),
        ):
            env = self.env(context={"lang": "hi_IN"})
            for value, label in env[model]._fields[name]._description_selection(env):
                self.assertRegex(label, HINDI, f"{model}.{name} {value}")

    def _read(self, pdf):
        return subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
        ).stdout.decode()

    def test_sticker_is_fifty_by_twenty_five_and_both_codes_can_be_read(self):
        pdf = self._pdf("device_label", "technician")
        self.assertEqual(self._size(pdf), (50, 25))
        self.assertEqual(self._codes(pdf), {self.job._sticker_url(), self.job.name})

    def test_each_thing_left_with_us_has_a_sticker(self):
        self.assertEqual(len(PdfReader(io.BytesIO(self._pdf("accessory_labels"))).pages), 3)
        counter = self._html("labels").decode()
        self.assertEqual(counter.count('class="fsm_sticker'), 4)  # and one on the device itself
        self.assertIn("size: 50mm 25mm", counter)

    def test_roll_is_cut_where_the_text_ends(self):
        pdf = self._pdf("receipt_80mm")
        width, height = self._size(pdf)
        self.assertEqual((len(PdfReader(io.BytesIO(pdf)).pages), width), (1, 80))
        self.assertTrue(120 < height < 300, height)
        self.assertEqual(self._codes(pdf), {self.job.access_url, self.job.name})
