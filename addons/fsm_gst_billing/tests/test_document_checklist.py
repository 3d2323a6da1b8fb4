"""What the law wants on each document, read from its PDF: T34, T42, Rules 46, 46A, 48, 49, 53, 55."""

import io
import re
import subprocess
from datetime import timedelta
from unittest import skipUnless
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import FsmGstBillingCommon

HINDI_FONT = subprocess.run(
    ["fc-list", ":lang=hi", "family"], capture_output=True, check=False
).stdout.strip()

# The documents that are made below.
SALES = ("tax_invoice", "igst_invoice", "bill_of_supply", "cum_bill", "composition_bill")
# Which tax is on an invoice whose customer does not pay it, or pays none, and whose customer it is.
ZERO_RATED = {
    "export_lut": ("igst_sale_18_sez_exp_lut", "overseas"),
    "export_paid": ("igst_sale_18_sez_exp", "overseas"),
    "sez_lut": ("igst_sale_18_sez_lut", "special_economic_zone"),
    "sez_paid": ("igst_sale_18", "special_economic_zone"),
    "reverse": ("igst_sale_18_rc", "regular"),
}
UNDER_LUT = ("export_lut", "sez_lut")
NOT_IN_TOTAL = ("export_paid", "reverse")
TAXED = ("tax_invoice", "igst_invoice", "cum_bill", "credit_note")
ALL = (
    "credit_note",
    *SALES,
)  # in the order in which they are made: composition stays until the end

# Rule, documents, what must be read. Text comes as `pdftotext -layout` reads it, blanks made one.
CHECKLIST = [
    ("46(a) supplier", ALL, r"Service Works Pvt Ltd .*12, SP Road, Bengaluru 560002, Karnataka"),
    ("46(a) GSTIN, state code", ALL, r"GSTIN 29AAGCB7383J1Z4 · State 29-Karnataka"),
    ("46(b) number", ("tax_invoice", "igst_invoice", "cum_bill"), r"Invoice No\. SPR/\d\d-\d\d/\d{5}\b"),
    ("46(c) date", ALL, r"Date \d\d-[A-Z][a-z]{2}-\d{4}"),
    ("46(d) recipient", ("igst_invoice",), r"Kaveri Textiles .*GSTIN 33AACFK4521M1ZG"),
    ("46(e) recipient's state", ("tax_invoice", "credit_note"), r"Suresh Kumar .*State 29-Karnataka"),
    ("46(g) HSN", ALL, r"\b84717020\b"),
    ("46(g) SAC", ("tax_invoice", "credit_note"), r"\b998713\b"),
    ("46(h) description", ALL, r"SSD 512 GB NVMe"),
    ("46(i) quantity, unit", ALL, r"84717020 1 (NOS|UNT)\b"),
    ("46(j) value", ("tax_invoice", "credit_note"), r"₹ ?4,826\.20"),
    ("46(k) taxable value", ("tax_invoice", "igst_invoice", "credit_note"), r"TAXABLE VALUE 4,090\.00"),
    ("46(l) rate, (m) amount of CGST", ("tax_invoice", "credit_note"), r"9 ?% ?314\.10"),
    ("46(m) CGST and SGST", ("tax_invoice", "credit_note"), r"CGST 368\.10 .*SGST 368\.10"),
    ("46(l), (m) IGST", ("igst_invoice",), r"18 ?% ?628\.20 .*IGST 736\.20"),
    ("46(n) place of supply", ("igst_invoice",), r"PLACE OF SUPPLY 33-Tamil Nadu"),
    ("46(p) reverse charge", TAXED, r"REVERSE CHARGE No\b"),
    ("46(q) signature", ALL, r"For Service Works Pvt Ltd .*Authorised Signatory"),
    ("HSN summary", ("tax_invoice", "credit_note"), r"HSN/SAC Rate Taxable ₹ .*84717020 18 % 3,490\.00"),
    ("48 copy", ALL, r"ORIGINAL FOR RECIPIENT"),
    ("words", ("tax_invoice",), r"Four Thousand Eight Hundred and Twenty-Six Rupees and Twenty"),
    ("job card", ALL, r"JOB CARD SPR-\d{5}"),
    ("device", ALL, r"DEVICE .*Inspiron 3520.*SERIAL NO\. 7HX2K"),
    ("49 title", ("bill_of_supply", "composition_bill"), r"BILL OF SUPPLY"),
    ("49 number", ("bill_of_supply", "composition_bill"), r"BILL NO\. SPR/\d\d-\d\d/\d{5}\b"),
    ("46A title", ("cum_bill",), r"INVOICE-CUM-BILL OF SUPPLY"),
    ("number beside the signature", ("tax_invoice",), r"E\. & O\. E\..* TAX INVOICE SPR/\d\d-\d\d/\d{5}"),
    ("46A exempt and taxed", ("cum_bill",), r"TAXABLE VALUE 600\.00 .*EXEMPT VALUE 500\.00 .*CGST 54\.00"),
    ("46A line, summary", ("cum_bill",), r"500\.00 Exempt – – 500\.00 .*84717020 Exempt 500\.00"),
    ("46, 3rd proviso: export", ("export_lut", "export_paid"), r"COUNTRY OF DESTINATION United States"),
    ("46, 3rd proviso: LUT", UNDER_LUT, r"under bond or letter of undertaking without payment"),
    ("46, 3rd proviso: paid", ("export_paid", "sez_paid"), r"on payment of integrated tax"),
    ("46(l), (m) LUT", UNDER_LUT, r"18 % 0\.00 3,000\.00 .*IGST 0\.00 .*84717020 18 % 3,000\.00 0\.00"),
    ("46(l), (m) not in the total", NOT_IN_TOTAL, r"18 % 540\.00 \* 3,000\.00 .*TAXABLE VALUE 3,000\.00"),
    ("HSN summary", NOT_IN_TOTAL, r"84717020 18 % 3,000\.00 540\.00"),
    ("46(m) paid by the exporter", ("export_paid",), r"\* IGST paid by the supplier 540\.00"),
    ("46(m), (p) paid by the buyer", ("reverse",), r"\* IGST payable by the recipient 540\.00"),
    ("46(p) reverse charge", ("reverse",), r"REVERSE CHARGE Yes"),
    ("46(j) value without tax", (*UNDER_LUT, *NOT_IN_TOTAL), r"Three Thousand Rupees Only .*TOTAL ₹ 3,000\.00"),
    ("46(j) value with tax", ("sez_paid",), r"18 % 540\.00 3,540\.00 .*TOTAL ₹ 3,540\.00"),
    ("5(1)(f) composition", ("composition_bill",), r"not eligible to collect tax on supplies"),
    ("53(1A) title", ("credit_note",), r"CREDIT NOTE"),
    ("53(1A) number", ("credit_note",), r"CREDIT NOTE NO\. RSPR/\d\d-\d\d/\d{5}\b"),
    ("55(1)(i) number", ("challan",), r"DELIVERY CHALLAN .*Challan No\. JSPR/\d\d-\d\d/\d{5}\b"),
    ("55(1)(i) date", ("challan",), r"Date \d\d-[A-Z][a-z]{2}-\d{4}"),
    ("55(1)(ii) consigner", ("challan",), r"Service Works .*GSTIN 29AAGCB7383J1Z4.*Consigner’s State 29-Karnataka"),
    ("55(1)(iii) consignee", ("challan",), r"CONSIGNEE .*Chip Lab .*GSTIN 33AACFK4521M1ZG .*State 33-Tamil Nadu"),
    ("55(1)(iv) HSN, description", ("challan",), r"SPR-\d+ .*Inspiron 3520.* 84713010\b"),
    ("55(1)(v) quantity, unit", ("challan",), r"84713010 1 NOS 64,500\.00"),
    ("55(1)(vi) taxable value", ("challan",), r"Total ₹ 64,500\.00 .*Sixty-Four Thousand Five Hundred Rupees"),
    ("55(1)(vii) no tax, no supply", ("challan",), r"not supplied: no tax is charged"),
    ("55(1)(viii) place of supply", ("challan",), r"Place of Supply 33-Tamil Nadu"),
    ("55(1)(ix) signature", ("challan",), r"Handed over, for SP Road"),
    ("55(2) copies", ("challan",), r"ORIGINAL FOR CONSIGNEE .*DUPLICATE FOR TRANSPORTER .*TRIPLICATE FOR CONSIGNER"),
    ("138A e-way bill, vehicle", ("challan",), r"e-Way Bill No\. 391000123456 .*Vehicle No\. KA01AB1234"),
    ("53(1A) original", ("credit_note",), r"AGAINST INVOICE SPR/\d\d-\d\d/\d{5} · \d\d-[A-Z][a-z]{2}-\d{4}"),
]  # fmt: skip

# What must not stand there.
FORBIDDEN = [
    ("a bill of supply has no tax", ("bill_of_supply", "composition_bill"), r"[CSI]GST \d"),
    ("nobody taxes twice", ("igst_invoice",), r"CGST"),
    ("no GSTIN of a customer who has none", ("tax_invoice",), r"(GSTIN.*){2}"),
    ("no rate twice, no false payment", tuple(ZERO_RATED), r"36 %"),
    ("no payment under LUT", UNDER_LUT, r"on payment of integrated tax"),
    ("nobody declares what is no export", ("reverse",), r"Supply (meant|to SEZ)"),
    ("a credit note asks for no money", ("credit_note",), r"PAY BY UPI"),
]


@tagged("post_install", "-at_install")
class TestDocumentChecklist(FsmGstBillingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch.l10n_in_upi_id = "spr.works@okhdfc"
        cls.report = cls.env["ir.actions.report"].with_context(force_report_rendering=True)

    # === CHECKLIST === #

    def test_T42_each_document_says_what_the_law_wants(self):
        papers = {kind: self._read(self._make_zero_rated(kind)) for kind in ZERO_RATED}
        for kind in (*ALL, "challan"):
            papers[kind] = self._read(getattr(self, f"_make_{kind}")())
        wrong = [
            (rule, kind, papers[kind])
            for rules, expected in ((CHECKLIST, True), (FORBIDDEN, False))
            for rule, kinds, pattern in rules
            for kind in kinds
            if bool(re.search(pattern, papers[kind], re.IGNORECASE)) != expected
        ]
        self.assertFalse(wrong)

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

    @skipUnless(HINDI_FONT, "no font with Devanagari: scripts/setup brings one")
    def test_customer_who_reads_hindi_gets_both_names_of_a_thing(self):
        self.env["res.lang"]._activate_lang("hi_IN")
        modules = self.env["ir.module.module"].search([("name", "=", "fsm_gst_billing")])
        modules._update_translations(["hi_IN"])
        invoice = self._make_tax_invoice()
        invoice.partner_id.lang = "hi_IN"
        text = self._read(invoice)
        for part in (
            "कर",
            "TAX INVOICE",
            "₹ 4,826.20",
            "18 %",
            "Twenty Paise",
            "CGST",
            "29-Karnataka",
        ):
            self.assertIn(part, text)
        page = self.report._render_qweb_html("account.account_invoices", invoice.ids)[0].decode()
        for part in ("कर बीजक / Tax Invoice", "बीजक सं. / Invoice No.", "राज्य / State", "विवरण"):
            self.assertIn(part, page)

    # === UPI === #

    def test_T34_code_on_the_page_pays_what_is_still_due(self):
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

    def _make_igst_invoice(self):
        return self._invoice(self._create_job(self.kaveri))

    def _make_bill_of_supply(self):
        return self._invoice(self._create_job(lines=[(self._exempt(), 500.0)]))

    def _make_cum_bill(self):
        return self._invoice(
            self._create_job(lines=[(self._exempt(), 500.0), (self.labour, 600.0)])
        )

    def _make_composition_bill(self):
        job = self._create_job()
        job.line_ids.product_id.taxes_id = False
        partner = self.company.partner_id
        partner.l10n_in_gst_treatment = "composition"
        self.addCleanup(partner.write, {"l10n_in_gst_treatment": "regular"})
        return self._invoice(job)

    def _make_zero_rated(self, kind):
        tax, treatment = ZERO_RATED[kind]
        home = self.env.ref("base.us") if treatment == "overseas" else self.india
        abroad = treatment == "overseas"
        buyer = self._meet("Acme", None if abroad else self.tamil_nadu, country=home)
        buyer.vat = False if abroad else self.kaveri.vat
        chart = self.env["account.chart.template"].with_company(self.organization)
        line = {"product_id": self.ssd.id, "price_unit": 3000.0}
        line["tax_ids"] = [Command.set(chart.ref(tax).ids)]
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "partner_id": buyer.id,
                "l10n_in_gst_treatment": treatment,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        return invoice

    def _make_credit_note(self):
        note = self._make_tax_invoice()._reverse_moves()
        note.action_post()
        return note

    def _make_challan(self):
        """Return the challan of a laptop that goes to a lab in Chennai."""
        category = self.env.ref("fsm_jobs.category_laptop")
        category.l10n_in_hsn_code = "84713010"
        self.model.category_id = category
        lab = self._meet("Chip Lab", self.tamil_nadu, vat=self.kaveri.vat)
        job = self._create_job(state="repair").with_user(self.manager)
        due_date = fields.Date.to_string(fields.Date.today() + timedelta(days=9))
        job.move_device(kind="lab", partner_id=lab.id, due_date=due_date, value=64500.0)
        challan = job.custody_id.challan_id
        self.assertIn("whatever they are worth", challan.eway_warning)
        challan.write({"vehicle_number": "ka 01 ab 1234", "eway_number": "391000 123456"})
        self.assertFalse(challan.eway_warning)
        return challan

    def _exempt(self):
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.organization.id),
                ("type_tax_use", "=", "sale"),
                ("l10n_in_tax_type", "=", "exempt"),
            ],
            limit=1,
        )
        product = self._stock("SSD 512 GB NVMe", "consu", "84717020", 500.0)
        product.taxes_id = tax
        return product

    def _pay(self, invoice, amount):
        invoice.fsm_record_payment([{"method": "cash", "amount": amount}])

    # === READING === #

    def _pdf(self, document, report=""):
        reports = {"fsm.challan": "fsm_jobs.report_challan"}
        report = report or reports.get(document._name, "account.account_invoices")
        with self.allow_pdf_render():
            return self.report._render_qweb_pdf(report, document.ids)[0]

    def _read(self, document):
        return self._words(self._pdf(document))

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
