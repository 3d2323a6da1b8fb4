import base64
import io

from freezegun import freeze_time
from lxml.html import document_fromstring
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import FsmGstBillingCommon


@tagged("post_install", "-at_install")
class TestAccountMoveDocument(FsmGstBillingCommon):
    """What stands on paper: T42 of `gst.md`."""

    @freeze_time("2026-11-21 08:00:00")
    def test_tax_invoice_says_what_rule_46_asks_for(self):
        invoice = self._invoice(self._create_job())
        text = self._text(invoice)
        for part in (
            "Tax Invoice",
            "Service Works Pvt Ltd",
            "12, SP Road, Bengaluru 560002, Karnataka",
            "29AAGCB7383J1Z4",
            "29-Karnataka",
            "SPR/26-27/00001",
            "21-Nov-2026",
            "Original for Recipient",
            "Reverse Charge No",
            "Suresh Kumar",
            "84717020",
            "998713",
            "3,490.00",
            "9 % 314.10",
            "CGST 368.10",
            "SGST 368.10",
            "₹ 4,826.20",
            "Four Thousand Eight Hundred and Twenty-Six Rupees and Twenty Paise Only",
            invoice.job_id.name,
            "Inspiron 3520",
            invoice.job_id.device_id.serial,
            "Authorised Signatory",
        ):
            self.assertIn(part, text)
        self.assertNotIn("IGST", text)

    def test_customer_with_gstin_of_another_state(self):
        text = self._text(self._invoice(self._create_job(self.kaveri)))
        for part in ("33AACFK4521M1ZG", "Place of Supply 33-Tamil Nadu", "IGST 736.20"):
            self.assertIn(part, text)
        self.assertNotIn("CGST", text)

    def test_lines_and_summary_add_up(self):
        document = self._invoice(self._create_job())._tax_document()
        self.assertEqual([row["total"] for row in document["rows"]], [4118.20, 708.00])
        self.assertEqual(
            document["hsn"],
            [
                {"hsn": "84717020", "rate": 18.0, "taxable": 3490.0, "cgst": 314.1, "sgst": 314.1},
                {"hsn": "998713", "rate": 18.0, "taxable": 600.0, "cgst": 54.0, "sgst": 54.0},
            ],
        )

    def test_round_off_is_a_line_of_its_own(self):
        """T01: it never touches the taxable value."""
        invoice = self._invoice(self._create_job(lines=[(self.labour, 999.99)]), post=False)
        invoice.invoice_cash_rounding_id = self.env.ref("l10n_in.cash_rounding_in_half_up")
        invoice.action_post()
        totals = dict(invoice._tax_document()["totals"])
        self.assertAlmostEqual(totals["Taxable Value"], 999.99)
        self.assertAlmostEqual(totals["Round-off"], 0.01)

    def test_T08_union_territory_has_utgst(self):
        chandigarh = self.env.ref("base.state_in_ch")
        self.branch.write({"vat": "04AAGCB7383J1ZG", "state_id": chandigarh.id})
        consumer = self._meet("Harpreet", chandigarh)
        with freeze_time("2026-04-15 06:00:00"):
            invoice = self._invoice(self._create_job(consumer, lines=[(self.labour, 1000.0)]))
        text = self._text(invoice)
        self.assertIn("CGST 90.00 UTGST 90.00", text)
        self.assertNotIn("SGST", text)
        april = self.env["fsm.gst.return"].create({"gstin": self.branch.vat, "period": "042026"})
        [row] = april.gstr1()["b2cs"]
        self.assertEqual(
            (row["sply_ty"], row["pos"], row["camt"], row["samt"]), ("INTRA", "04", 90.0, 90.0)
        )

    @freeze_time("2026-04-15 06:00:00")
    def test_T11_credit_note_names_its_invoice_and_the_day_of_it(self):
        with freeze_time("2026-03-30 06:00:00"):
            invoice = self._invoice(self._create_job())
        note = invoice._reverse_moves()
        note.action_post()
        text = self._text(note)
        self.assertIn("Credit Note", text)
        self.assertIn(f"Against Invoice {invoice.name} · 30-Mar-2026", text)

    def test_T25_words_and_digits_do_not_follow_the_language(self):
        self.suresh.street = "4, 8th Cross"
        invoice = self._invoice(self._create_job(lines=[(self.labour, 123456.78)]))
        document = invoice.with_context(lang="en_US")._tax_document()
        self.assertIn("One Lakh Forty-Five Thousand", document["words"])
        self.assertEqual(invoice._inr(document["rows"][0]["taxable"]), "1,23,456.78")

    @freeze_time("2026-11-21 08:00:00")
    def test_vouchers_say_what_rules_50_and_51_ask_for(self):
        job = self._create_job(lines=[(self.labour, 5000.0)])
        answer = job.record_advance(
            lines=[{"method": "upi", "amount": 1180.0, "reference": "412345000077"}]
        )
        voucher = self.env["fsm.gst.advance"].browse(answer["vouchers"][0]["id"])
        voucher.refund(method="cash")
        common = (
            "Service Works Pvt Ltd",
            "12, SP Road, Bengaluru 560002, Karnataka",
            "29AAGCB7383J1Z4",
            "29-Karnataka",
            "21-Nov-2026",
            "Suresh Kumar",
            "Place of Supply 29-Karnataka",
            "Reverse Charge No",
            "1,000.00",
            "9 % 90.00",
            "One Thousand One Hundred and Eighty Rupees Only",
            "Inspiron 3520",
            "Authorised Signatory",
        )
        own = {
            voucher: ("Receipt Voucher", "VSPR/26-27/00001", "UPI · 412345000077"),
            voucher.child_ids: (
                "Refund Voucher",
                "FSPR/26-27/00001",
                "Against Voucher VSPR/26-27/00001 · 21-Nov-2026",
            ),
        }
        for row, parts in own.items():
            text = self._text(row, "fsm_gst_billing.action_report_voucher")
            for part in common + parts:
                self.assertIn(part, text)

    def test_pdf_is_for_those_who_read_invoices(self):
        invoice = self._invoice(self._create_job())
        with self.assertRaises(AccessError):
            invoice.with_user(self.receptionist).fsm_pdf()

    def _text(self, record, report="account.account_invoices"):
        """Return the words of the printed document, one blank between them."""
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(report, record.ids)
        main = document_fromstring(html)
        for style in main.xpath("//style"):
            style.drop_tree()
        return " ".join(" ".join(main.itertext()).split())


@tagged("post_install", "-at_install")
class TestAccountMoveDocumentPdf(FsmGstBillingCommon, HttpCase):
    """Printed for real; wkhtmltopdf asks the server for its style sheets."""

    def test_pdf_has_text_that_can_be_searched(self):
        invoice = self._invoice(self._create_job())
        answer = invoice.with_context(force_report_rendering=True).fsm_pdf()
        self.assertEqual(answer["filename"], f"{invoice.name.replace('/', '-')}.pdf")
        content = base64.b64decode(answer["content"])
        text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
        for part in ("29AAGCB7383J1Z4", "998713", "Twenty-Six Rupees and Twenty Paise Only"):
            self.assertIn(part, text)
