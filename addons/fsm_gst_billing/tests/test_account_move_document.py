import base64
import io

from freezegun import freeze_time
from lxml.html import document_fromstring
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.fields import Command
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
                {
                    "hsn": "84717020",
                    "rate": "18 %",
                    "taxable": 3490.0,
                    "cgst": 314.1,
                    "sgst": 314.1,
                },
                {"hsn": "998713", "rate": "18 %", "taxable": 600.0, "cgst": 54.0, "sgst": 54.0},
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

    def test_long_document_is_cut_between_rows_and_loses_none(self):
        document = self._invoice(self._create_job(lines=[(self.labour, 10.0)] * 3))._tax_document()
        [only] = self.env["account.move"]._document_pages(document)
        self.assertEqual((only["rows"], only["hsn"]), (document["rows"], document["hsn"]))
        document["rows"] = [document["rows"][0] | {"number": number} for number in range(120)]
        document["hsn"] *= 60
        pages = self.env["account.move"]._document_pages(document)
        self.assertGreater(len(pages), 3)
        self.assertEqual(sum((page["rows"] for page in pages), []), document["rows"])
        self.assertEqual(sum(len(page["hsn"]) for page in pages), 60)
        self.assertEqual([bool(page["end"]) for page in pages][-2:], [False, True])
        self.assertLess(len(pages[0]["rows"]), len(pages[1]["rows"]))

    def test_what_was_credited_was_not_paid(self):
        invoice = self._invoice(self._create_job())
        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": 1000.5}])
        lines = [{"line_id": invoice._credit_lines()[0].id, "quantity": 0.5}]
        answer = invoice.with_user(self.accountant).fsm_credit_note(reason="Half", lines=lines)
        note = self.env["account.move"].browse(answer["id"])
        self.assertEqual(
            [(label, round(rupees, 2)) for label, rupees in invoice._document_payments()],
            [("Paid", 1000.5), (f"Credited {note.name}", 2059.1), ("Balance Due", 1766.6)],
        )

    def test_goods_are_delivered_in_a_state_named_once_and_services_nowhere(self):
        plant = {"name": "Plant", "parent_id": self.kaveri.id, "type": "delivery"}
        plant |= {"street": "Plot 9", "city": "Hosur", "state_id": self.tamil_nadu.id}
        plant = self.env["res.partner"].create(plant | {"country_id": self.india.id})
        for product, delivery in (
            (self.ssd, ["Plant", "Plot 9", "Hosur", "33-Tamil Nadu"]),
            (self.labour, []),
        ):
            sale = {"company_id": self.company.id, "move_type": "out_invoice"}
            sale = self.env["account.move"].new(
                sale | {"partner_id": self.kaveri.id, "partner_shipping_id": plant.id}
            )
            sale.invoice_line_ids = [Command.create({"product_id": product.id})]
            self.assertEqual(sale._document_delivery(), delivery)

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
        [page] = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text().split())
        for part in ("29AAGCB7383J1Z4", "998713", "Twenty-Six Rupees and Twenty Paise Only"):
            self.assertIn(part, text)
        job = self._create_job(lines=[(self.labour, 10.0 + number) for number in range(45)])
        long = self._invoice(job)
        answer = long.with_context(force_report_rendering=True).fsm_pdf()
        pages = PdfReader(io.BytesIO(base64.b64decode(answer["content"]))).pages
        texts = [" ".join(page.extract_text().split()) for page in pages]
        self.assertEqual(len(texts), 2)
        for place, text in enumerate(texts, 1):
            self.assertIn(f"Page {place} of 2".lower(), text.lower())
            self.assertIn("HSN/SAC", text)  # the head of the table
            self.assertIn(long.name, text)
