"""What the law wants on each document, read from its PDF: T34, T42 and Rules 46, 46A, 48, 49, 53."""

import io
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestDocumentChecklist(FsmGstBillingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch.l10n_in_upi_id = "spr.works@okhdfc"
        cls.report = cls.env["ir.actions.report"].with_context(force_report_rendering=True)

    def test_copies_are_marked_for_whom_they_are(self):
        """Rule 48(1), (2): three of goods, two of services."""
        invoice = self._make_tax_invoice()
        pdf = self._pdf(invoice, "fsm_gst_billing.report_tax_copies")
        marks = re.findall(r"(\w+ FOR \w+)", self._words(pdf))
        self.assertEqual(
            marks,
            ["ORIGINAL FOR RECIPIENT", "DUPLICATE FOR TRANSPORTER", "TRIPLICATE FOR SUPPLIER"],
        )
        repair = self._invoice(self._create_job(lines=[(self.labour, 600.0)]))
        self.assertEqual(
            repair._document_copies(), ["Original for Recipient", "Duplicate for Supplier"]
        )
        with self.assertRaises(UserError):
            self.env["account.move"].create({"move_type": "entry"})._document_copies()

    # === UPI === #

    def test_code_on_the_page_pays_what_is_still_due(self):
        """T34"""
        invoice = self._make_tax_invoice()
        self._pay(invoice, 1000.0)
        [code] = self._codes(self._pdf(invoice))
        read = {key: value for key, [value] in parse_qs(urlsplit(code).query).items()}
        self.assertEqual(
            read,
            {
                "pa": "spr.works@okhdfc",
                "pn": "Service Works Pvt Ltd",
                "am": "3826.20",
                "cu": "INR",
                "tr": invoice.name.replace("-", "").replace("/", "", 1).replace("/", "-"),
                "tn": f"{invoice.name} {invoice.job_id.name}",
            },
        )
        self._pay(invoice, 3826.20)
        self.assertFalse(self._codes(self._pdf(invoice)))

    def test_no_code_on_a_draft_or_without_an_upi_id(self):
        draft = self._invoice(self._create_job(), post=False)
        self.assertFalse(draft._upi_url())
        draft.action_post()
        self.assertTrue(draft._generate_qr_code())
        self.company.l10n_in_upi_id = False
        self.assertFalse(draft._upi_url())
        self.assertFalse(draft._generate_qr_code())

    def test_owner_sets_the_upi_id_of_a_branch_and_it_looks_like_one(self):
        owner = self._hire("owner", "fsm_jobs.group_fsm_owner")
        branch = self.branch.with_user(owner)
        branch.l10n_in_upi_id = "other@ybl"
        self.assertEqual(self.company.l10n_in_upi_id, "other@ybl")
        for wrong in ("ybl", "98450 12345@ybl", "a@b@c", "https://pay.example/x"):
            with self.assertRaises(ValidationError):
                branch.l10n_in_upi_id = wrong
        with self.assertRaises(AccessError):
            self.branch.with_user(self.technician).l10n_in_upi_id = "thief@ybl"

    # === DOCUMENTS === #

    def _make_tax_invoice(self):
        return self._invoice(self._create_job())

    def _pay(self, invoice, amount):
        invoice.fsm_record_payment([{"method": "cash", "amount": amount}])

    # === READING === #

    def _pdf(self, move, report="account.account_invoices"):
        with self.allow_pdf_render():
            return self.report._render_qweb_pdf(report, move.ids)[0]

    def _words(self, pdf):
        text = self._run(["pdftotext", "-layout", "-", "-"], pdf).decode()
        return " ".join(text.split())

    def _codes(self, pdf):
        """Return what a phone reads from the page."""
        import zxingcpp

        picture = self._run(["pdftoppm", "-r", "200", "-png", "-singlefile", "-"], pdf)
        return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]

    def _run(self, command, pdf):
        return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
