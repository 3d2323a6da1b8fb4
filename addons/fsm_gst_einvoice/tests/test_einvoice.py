import base64
import doctest
import io
import json
import subprocess
import xmlrpc.client
from datetime import timedelta

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from freezegun import freeze_time
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from odoo.addons.fsm_gst_billing.gst import dates
from odoo.addons.fsm_gst_billing.tests.common import FsmGstBillingCommon

from ..einvoice import eway, schema, signed

IRN = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe"
NOW = "2026-04-15 06:00:00"

# Who may, who may not, and the keys of the answer; in the order of a document's life.
# tests/test_rpc_verbs.py reads it: each verb of this addon has its row.
VERBS = {
    ("account.move", "fsm_einvoice"): ("accountant", "receptionist", "filename content"),
    ("account.move", "fsm_eway"): ("accountant", "technician", "filename content"),
    ("fsm.challan", "eway"): ("accountant", "receptionist", "filename content"),
    ("account.move", "fsm_import_irn"): ("accountant", "receptionist", "id number irn"),
    ("account.move", "fsm_irn_cancelled"): ("manager", "accountant", "id irn cancelled_at"),
}


def encoded(content):
    if isinstance(content, dict):
        content = json.dumps(content).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@tagged("post_install", "-at_install")
class TestEinvoice(FsmGstBillingCommon, HttpCase):
    """Out to the portal, back from it, on paper, and cancelled: T41 and Rules 46(r), 48, 138."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        cls.owner = cls._hire("owner", "fsm_jobs.group_fsm_owner")
        cls.branch.with_user(cls.owner).einvoice_keys = cls._pem(cls.portal)
        address = {"street": "7, MG Road", "city": "Bengaluru", "zip": "560001"}
        cls.bank = cls._meet("Bharat Bank", cls.karnataka, vat="29AABCB1234C1ZA", **address)
        cls.board = cls._stock("Mainboard", "consu", "84733020", 7750.0)
        with freeze_time(NOW):
            job = cls._create_job(cls.bank, lines=[(cls.board, 7750.0), (cls.labour, 600.0)])
            cls.invoice = cls._invoice(job).with_user(cls.accountant)

    # === THE PORTAL === #

    @staticmethod
    def _pem(key):
        return (
            key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    def _claims(self, **changed):
        """Return what the portal's QR code says of the invoice."""
        return {
            "SellerGstin": self.branch.vat,
            "BuyerGstin": self.bank.vat,
            "DocNo": self.invoice.name,
            "DocTyp": "INV",
            "DocDt": "15/04/2026",
            "TotInvVal": 9853.0,
            "ItemCnt": 2,
            "MainHsnCode": "84733020",
            "Irn": IRN,
            "IrnDt": "2026-04-15 11:31:00",
            **changed,
        }

    def _token(self, key=None, algorithm="RS256", **changed):
        content = ".".join(
            (
                encoded({"alg": algorithm, "kid": "1", "typ": "JWT"}),
                encoded({"data": json.dumps(self._claims(**changed)), "iss": "NIC"}),
            )
        )
        signature = (key or self.portal).sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{content}.{encoded(signature)}"

    def _take(self, token, user=None, **answer):
        file = json.dumps([{"AckNo": 112010036563310, "SignedQRCode": token, **answer}])
        moves = self.env["account.move"].with_user(user or self.accountant)
        return moves.fsm_import_irn(base64.b64encode(file.encode()).decode())

    def _sent(self, move=None):
        return json.loads(base64.b64decode((move or self.invoice).fsm_einvoice()["content"]))

    # === BY THE DOORS OF PROGRAMS === #

    def _over_xmlrpc(self, user, key, model, verb, ids, arguments):
        """Return the answer, or the sentence of the refusal."""
        call = (self.env.cr.dbname, user.id, key, model, verb, [ids] if ids else [], arguments)
        try:
            return self.xmlrpc_object.execute_kw(*call)
        except xmlrpc.client.Fault as fault:
            self.assertIn(fault.faultCode, (2, 4), fault.faultString)  # UserError, AccessError
            return fault.faultString

    def _over_json2(self, user, key, model, verb, ids, arguments):
        answer = self.url_open(
            f"/json/2/{model}/{verb}",
            json={**({"ids": ids} if ids else {}), **arguments},
            headers={"Authorization": f"Bearer {key}"},
        )
        if answer.ok:
            return answer.json()
        self.assertIn(answer.status_code, (403, 422), answer.text)
        return answer.json()["message"]

    def _assert_verbs_by(self, door):
        keys, expiry = {}, fields.Datetime.now() + timedelta(days=1)
        for role in {role for row in VERBS.values() for role in row[:2]}:
            own = self.env(user=getattr(self, role).id)["res.users.apikeys"].sudo()  # no form asks
            keys[role] = own._generate("rpc", "tests", expiry)
        file = json.dumps({"AckNo": 112010036563310, "SignedQRCode": self._token()}).encode()
        arguments = {
            "fsm_import_irn": {"content": base64.b64encode(file).decode()},
            "fsm_irn_cancelled": {"date": "2026-04-15 12:00:00"},
        }
        for (model, verb), (may, may_not, said) in VERBS.items():
            record = self.invoice if model == "account.move" else self._challan()
            call = (model, verb, record.ids if verb != "fsm_import_irn" else [])
            given = arguments.get(verb, {})
            with self.subTest(model=model, verb=verb):
                refused = door(getattr(self, may_not), keys[may_not], *call, given)
                self.assertRegex(refused, "Your role|Only a manager")
                unknown = door(getattr(self, may), keys[may], *call, {**given, "nonsense": 1})
                self.assertIn("does not know the argument “nonsense”", unknown)
                answer = door(getattr(self, may), keys[may], *call, given)
                answer = answer[0] if isinstance(answer, list) else answer
                self.assertEqual(set(answer), set(said.split()))
                self.assertTrue(all(answer.values()))

    def test_each_verb_over_xmlrpc_for_one_who_may_and_one_who_may_not(self):
        self._assert_verbs_by(self._over_xmlrpc)

    def test_each_verb_over_json2_for_one_who_may_and_one_who_may_not(self):
        self._assert_verbs_by(self._over_json2)

    # === OUT === #

    def test_core_is_plain_python_and_its_examples_hold(self):
        for module in (schema, signed, eway):
            self.assertFalse(doctest.testmod(module).failed)
            name = module.__name__.rpartition(".")[2]
            with file_open(f"fsm_gst_einvoice/einvoice/{name}.py") as source:
                self.assertNotRegex(source.read(), r"(?m)^\s*(from|import) odoo")

    def test_T41_payload_is_of_schema_1_1(self):
        [payload] = self._sent()
        self.assertEqual(schema.faults(payload), [])
        self.assertEqual(payload["SellerDtls"]["Gstin"], self.branch.vat)
        self.assertEqual(payload["SellerDtls"]["LglNm"], "Service Works Pvt Ltd")
        self.assertEqual(
            (payload["BuyerDtls"]["Gstin"], payload["BuyerDtls"]["Pos"]), (self.bank.vat, "29")
        )
        values = payload["ValDtls"]
        names = ("AssVal", "CgstVal", "SgstVal", "IgstVal", "TotInvVal")
        self.assertEqual([values[name] for name in names], [8350.0, 751.5, 751.5, 0.0, 9853.0])
        self.assertEqual([item["IsServc"] for item in payload["ItemList"]], ["N", "Y"])
        last = self.env["fsm.audit.log"].search([("kind", "=", "export")], limit=1, order="id desc")
        self.assertEqual(last.raw_changes["what"][1], "e-invoice JSON")

    def test_T41_none_for_consumers_drafts_and_bills_of_supply(self):
        consumer = self._invoice(self._create_job()).with_user(self.accountant)
        draft = self._invoice(self._create_job(self.bank), post=False).with_user(self.accountant)
        for move in (consumer, draft):
            with self.assertRaisesRegex(UserError, "not for the e-invoice portal"):
                move.fsm_einvoice()

    def test_T37_round_off_is_told_and_never_in_the_value(self):
        self.branch.rounds_to_rupee = True
        invoice = self._invoice(self._create_job(self.bank, lines=[(self.labour, 999.99)]))
        [payload] = self._sent(invoice.with_user(self.accountant))
        values = payload["ValDtls"]
        self.assertEqual(
            (values["AssVal"], values["RndOffAmt"], values["TotInvVal"]), (999.99, 0.01, 1180.0)
        )

    def test_R16_taxes_in_whole_rupees_are_so_for_the_portal(self):
        self.branch.rounds_tax = True
        lines = [(self.labour, 333.33), (self.labour, 105.55)]
        invoice = self._invoice(self._create_job(self.bank, lines=lines))
        [payload] = self._sent(invoice.with_user(self.accountant))
        values, items = payload["ValDtls"], payload["ItemList"]
        heads = ("CgstVal", "SgstVal", "IgstVal")
        self.assertEqual(sum(values[head] for head in heads), round(invoice.amount_tax, 2))
        for head in heads:
            self.assertEqual(values[head], round(values[head]))
            of_items = sum(item[head.replace("Val", "Amt")] for item in items)
            self.assertAlmostEqual(of_items, values[head], 2)
        self.assertAlmostEqual(values["TotInvVal"], invoice.amount_total, 2)

    @freeze_time(NOW)
    def test_value_of_an_export_has_the_tax_paid_here_and_in_table_6a(self):
        address = {"street": "1, Elm Street", "city": "Austin", "zip": "733301"}
        ann = self._meet("Ann Smith", None, country=self.env.ref("base.us"), **address)
        export = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "journal_id": self.branch.sale_journal_id.id,
                "partner_id": ann.id,
                "l10n_in_gst_treatment": "overseas",
                "invoice_line_ids": [
                    Command.create({"product_id": self.board.id, "price_unit": 8000.0})
                ],
            }
        )
        export.action_post()
        export = export.with_user(self.accountant)
        [payload] = self._sent(export)
        note = export.browse(export.fsm_credit_note(reason="Came back")["id"])
        [of_note] = self._sent(note)
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": "042026"}
        )
        gstr1 = gst_return.gstr1()
        for sent, row in ((payload, gstr1["exp"][0]["inv"][0]), (of_note, gstr1["cdnur"][0])):
            self.assertEqual((sent["ValDtls"]["TotInvVal"], row["val"]), (9440.0, 9440.0))
        self.assertEqual((export.amount_total, note.amount_total), (8000.0, 8000.0))

    def test_credit_note_names_its_invoice(self):
        note = self.invoice.with_user(self.manager)._reverse_moves()
        note.action_post()
        [payload] = self._sent(note.with_user(self.accountant))
        self.assertEqual(payload["DocDtls"]["Typ"], "CRN")
        [original] = payload["RefDtls"]["PrecDocDtls"]
        self.assertEqual(original, {"InvNo": self.invoice.name, "InvDt": "15/04/2026"})
        self.assertEqual(payload["ValDtls"]["TotInvVal"], 9853.0)

    def test_all_that_the_portal_would_refuse_is_said_at_once(self):
        self.bank.write({"street": False, "city": "B"})
        with self.assertRaisesRegex(
            UserError, "street of the customer is missing.*\n.*“B” as city of the customer"
        ):
            self.invoice.fsm_einvoice()

    # === IN === #

    def test_signed_answer_gives_the_invoice_its_irn(self):
        self.company.l10n_in_hsn_code_digit = "6"
        self.labour.l10n_in_hsn_code = "998713"
        gst_return = (
            self.env["fsm.gst.return"]
            .with_user(self.accountant)
            .create({"gstin": self.branch.vat, "period": "042026"})
        )
        self.assertIn("has no IRN", gst_return.check()["findings"][0]["text"])
        [answer] = self._take(self._token())
        self.assertEqual(answer, {"id": self.invoice.id, "number": self.invoice.name, "irn": IRN})
        self.assertEqual(str(self.invoice.irn_at), "2026-04-15 06:01:00")
        self.assertEqual(self.invoice.l10n_in_edi_status, "sent")
        self.assertEqual(gst_return.check(), {"ok": True, "findings": []})
        self.assertEqual(self._take(self._token())[0]["irn"], IRN)

    def test_what_the_portal_has_not_signed_is_refused(self):
        public = self._pem(self.portal).encode()
        head, body, _signature = self._token().split(".")
        secret = hmac.HMAC(public, hashes.SHA256())
        symmetric = ".".join((encoded({"alg": "HS256"}), body))
        secret.update(symmetric.encode())
        for token in (
            self._token(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            self._token(algorithm="none"),
            f"{encoded({'alg': 'none'})}.{body}.",
            f"{symmetric}.{encoded(secret.finalize())}",
            f"{head}.{encoded({'data': json.dumps(self._claims(TotInvVal=1.0))})}.{_signature}",
            "a.b.c",
            "no token",
        ):
            with self.assertRaisesRegex(UserError, "not the portal's"):
                self._take(token)
        self.assertFalse(self.invoice.irn)

    def test_what_was_registered_otherwise_than_issued_is_refused(self):
        for changed, text in (
            ({"TotInvVal": 9852.0}, "TotInvVal is “9852.0”, not “9853.0”"),
            ({"TotInvVal": float("nan")}, "TotInvVal is “nan”, not “9853.0”"),
            ({"TotInvVal": float("inf")}, "TotInvVal is “inf”, not “9853.0”"),
            ({"TotInvVal": True}, "TotInvVal is “True”"),
            ({"IrnDt": "9999-12-31 23:59:59"}, "cannot have been registered on “9999-12-31"),
            ({"IrnDt": "2026-04-14 23:59:59"}, "cannot have been registered on “2026-04-14"),
            ({"IrnDt": "0001-01-01 00:00:00"}, "is not a time"),
            ({"BuyerGstin": "33AACFK4521M1ZG"}, "BuyerGstin"),
            ({"ItemCnt": 3}, "ItemCnt"),
            ({"DocTyp": "CRN"}, "DocTyp"),
            ({"DocDt": "16/04/2026"}, "No document"),
            ({"DocNo": "SPR/26-27/9%"}, "No document"),
            ({"Irn": "1"}, "of two documents"),
        ):
            with self.assertRaisesRegex(UserError, text):
                self._take(self._token(**changed))
        with self.assertRaisesRegex(UserError, "of two documents"):
            self._take(self._token(), Irn="0" * 64)
        self._take(self._token())
        with self.assertRaisesRegex(UserError, "another IRN"):
            self._take(self._token(Irn="0" * 64))

    def test_file_that_is_no_answer_is_refused_with_a_sentence(self):
        for content in ("%%", "bm90IGpzb24=", "WzFd", "W10=", "eyJJcm4iOiAxfQ=="):
            with self.assertRaises(UserError):
                self.env["account.move"].with_user(self.accountant).fsm_import_irn(content)

    def test_answer_is_not_written_by_hand(self):
        for values in ({"irn": IRN}, {"signed_qr": "x"}, {"l10n_in_edi_status": "sent"}):
            for user in (self.accountant, self.owner):
                move = self.invoice.with_user(user).with_context(fsm_irn_gate=True)
                with self.assertRaisesRegex(UserError, "not by hand"):
                    move.write(values)
        made = self.env["account.move"].with_user(self.accountant).with_context(default_irn=IRN)
        self.assertFalse(made.create({"move_type": "out_invoice"}).irn)

    def test_counter_and_other_branches_take_no_answer_in(self):
        other = self.other_branch
        with self.assertRaises(AccessError):
            self._take(self._token(), user=self.receptionist)
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.receptionist).fsm_einvoice()
        stranger = self._hire("stranger", "fsm_jobs.group_fsm_accountant", other)
        with self.assertRaisesRegex(UserError, "No document"):
            self._take(self._token(), user=stranger)

    def test_keys_are_the_owners_and_look_like_keys(self):
        small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        branch = self.branch.with_user(self.owner)
        for text in ("key", self._pem(small), self._pem(self.portal) + "more"):
            with self.assertRaises(ValidationError):
                branch.einvoice_keys = text
        branch.einvoice_keys = self._pem(self.portal) + self._pem(
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        self.assertEqual(len(self.organization._einvoice_keys()), 2)
        with self.assertRaises(AccessError):
            self.branch.with_user(self.manager).einvoice_keys = self._pem(self.portal)
        branch.einvoice_keys = False
        with self.assertRaisesRegex(UserError, "public key is not known yet"):
            self._take(self._token())

    # === ON PAPER === #

    def test_signed_code_on_the_page_is_the_portals(self):
        """Rule 46(r)"""
        import zxingcpp

        token = self._token()
        self._take(token)
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            pdf = report._render_qweb_pdf("account.account_invoices", self.invoice.ids)[0]
        text = self._run(["pdftotext", "-layout", "-", "-"], pdf).decode()
        self.assertIn(IRN, "".join(text.split()))
        self.assertIn("112010036563310", text)
        picture = self._run(["pdftoppm", "-r", "200", "-png", "-singlefile", "-"], pdf)
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        self.assertIn(token, [code.text for code in codes])

    def _run(self, command, content):
        return subprocess.run(command, input=content, capture_output=True, check=True).stdout

    # === CANCELLED === #

    def test_registered_invoice_is_cancelled_at_the_portal_first_and_within_a_day(self):
        self._take(self._token())
        invoice = self.invoice.with_user(self.manager)
        with freeze_time("2026-04-15 12:00:00"):
            with self.assertRaisesRegex(UserError, "registered at the e-invoice portal"):
                invoice.fsm_cancel(reason="Wrong customer")
            with self.assertRaises(AccessError):
                self.invoice.fsm_irn_cancelled(date="2026-04-15 12:00:00")
            for late in ("2026-04-16 11:32:00", "2026-04-15 11:00:00", "2026-04-15 18:00:00"):
                with self.assertRaisesRegex(UserError, "within 24 hours"):
                    invoice.fsm_irn_cancelled(date=late)
            wizard = self.env["fsm.irn.cancel"].with_user(self.manager)
            wizard.create(
                {"move_id": invoice.id, "cancelled_at": "2026-04-15 06:30:00"}
            ).action_note()
            self.assertEqual(str(invoice.irn_cancelled_at), "2026-04-15 06:30:00")
            invoice.fsm_cancel(reason="Wrong customer")
        self.assertEqual((invoice.state, invoice.l10n_in_edi_status), ("cancel", "cancelled"))

    # === ON THE ROAD === #

    def test_goods_above_the_limit_have_an_eway_bill(self):
        self.assertFalse(self.invoice.needs_eway_bill)
        rack = self._stock("Server", "consu", "84715000", 60000.0)
        lines = [(rack, 60000.0), (self.labour, 600.0)]
        invoice = self._invoice(self._create_job(self.bank, lines=lines), post=False)
        invoice = invoice.with_user(self.accountant)
        gst_return = self.env["fsm.gst.return"].create(
            {
                "gstin": self.branch.vat,
                "period": f"{dates.document_date(fields.Datetime.now()):%m%Y}",
            }
        )

        def asked():
            found = [*invoice.fsm_check()["findings"], *gst_return.check()["findings"]]
            return [row["severity"] for row in found if row["rule"] == "CGST Rule 138"]

        self.assertEqual(asked(), ["warning"], "Before it leaves.")
        invoice.action_post()
        self.assertEqual(asked(), ["warning"] * 2)
        self.assertTrue(invoice.needs_eway_bill)
        with self.assertRaisesRegex(ValidationError, "not a vehicle number"):
            invoice.vehicle_number = "K-1"
        invoice.write(
            {"transport_mode": "1", "vehicle_number": "ka 01 ab 1234", "transport_distance": 12}
        )
        [payload] = self._sent(invoice)
        self.assertEqual(
            payload["EwbDtls"],
            {"TransMode": "1", "Distance": 12, "VehNo": "KA01AB1234", "VehType": "R"},
        )
        file = json.loads(base64.b64decode(invoice.fsm_eway()["content"]))
        [bill] = file["billLists"]
        self.assertEqual(
            (bill["docNo"], bill["totInvValue"], bill["mainHsnCode"], bill["vehicleNo"]),
            (invoice.name, 70800.0, 84715000, "KA01AB1234"),
        )
        invoice.eway_number = "391000123456"
        self.assertEqual(asked(), [])
        book = self._stock("Manual", "consu", "49011010", 90000.0)
        chart = self.env["account.chart.template"].with_company(self.organization)
        book.taxes_id = chart.ref("exempt_sale")
        job = self._create_job(lines=[(book, 90000.0), (self.board, 40000.0)])
        self.assertFalse(self._invoice(job, post=False)._needs_eway(), "Exempt goods do not count.")
        self.assertEqual([item["hsnCode"] for item in bill["itemList"]], [84715000])

    def _challan(self, **lab):
        """Return the challan of a laptop of ₹9,000 that goes to a lab in Chennai."""
        self.model.category_id.l10n_in_hsn_code = "84713010"
        address = {"street": "9, Mount Road", "city": "Chennai", "zip": "600 001", **lab}
        lab = self._meet("Chip Lab", self.tamil_nadu, **address)
        job = self._create_job(state="repair").with_user(self.manager)
        job.move_device(kind="lab", partner_id=lab.id, due_date="2099-01-01", value=9000.0)
        return job.custody_id.challan_id.with_user(self.accountant)

    def test_R35_device_to_a_lab_in_another_state_has_an_eway_bill_for_job_work(self):
        challan = self._challan(street=False)
        with self.assertRaisesRegex(UserError, "street of the customer is missing"):
            challan.eway()
        challan.partner_id.sudo().street = "9, Mount Road"
        challan.write({"transport_mode": "1", "vehicle_number": "KA01AB1234"})
        [bill] = json.loads(base64.b64decode(challan.eway()["content"]))["billLists"]
        self.assertEqual(
            (bill["docType"], bill["docNo"], bill["subSupplyType"], bill["vehicleNo"]),
            ("CHL", challan.name, 4, "KA01AB1234"),
        )
        self.assertEqual(
            (bill["toGstin"], bill["toStateCode"], bill["totInvValue"], bill["mainHsnCode"]),
            ("URP", 33, 9000.0, 84713010),
        )
        with self.assertRaises(AccessError):
            challan.with_user(self.receptionist).eway()

    def test_hsn_that_the_portal_refuses_is_a_sentence(self):
        category = self.model.category_id
        for wrong in ("8471.30", "84713", "0000", "PC"):
            with self.assertRaisesRegex(ValidationError, "4, 6 or 8 digits"):
                category.l10n_in_hsn_code = wrong
        self.env.flush_all()
        self.env.cr.execute("UPDATE fsm_device_category SET l10n_in_hsn_code = '8471.30'")
        self.env.invalidate_all()
        job = self._create_job(state="repair").with_user(self.manager)
        job.move_device(kind="lab", partner_id=self.bank.id, due_date="2099-01-01", value=9000.0)
        challan = job.custody_id.challan_id.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "does not take “8471.30” as HSN"):
            challan.eway()
        self.suresh.write({"street": "1, Main Road", "city": "Mysuru", "zip": "570001"})
        part = self._stock("Hinge", "consu", False, 500.0)
        consumer = self._invoice(self._create_job(lines=[(part, 500.0)]))
        with self.assertRaisesRegex(UserError, "is missing"):
            consumer.with_user(self.accountant).fsm_eway()

    def _eway_bill(self, move):
        content = base64.b64decode(move.with_user(self.accountant).fsm_eway()["content"])
        [bill] = json.loads(content)["billLists"]
        return bill

    def test_returned_goods_travel_from_the_customer_to_the_branch(self):
        note = self.invoice.with_user(self.manager)._reverse_moves()
        note.action_post()
        bill = self._eway_bill(note)
        self.assertEqual((bill["docType"], bill["supplyType"]), ("CNT", "I"))
        self.assertEqual((bill["fromGstin"], bill["toGstin"]), (self.bank.vat, self.branch.vat))
        self.assertEqual((bill["fromPincode"], bill["toPincode"]), (560001, 560002))

    def test_bill_of_supply_travels_as_one(self):
        self.company.partner_id.l10n_in_gst_treatment = "composition"
        invoice = self._invoice(self._create_job(self.bank, lines=[(self.board, 7750.0)]))
        self.assertEqual(self._eway_bill(invoice)["docType"], "BIL")

    def test_eway_bill_of_a_consumer_says_urp(self):
        self.suresh.write({"street": "1, Main Road", "city": "Mysuru", "zip": "570001"})
        consumer = self._invoice(self._create_job()).with_user(self.accountant)
        file = json.loads(base64.b64decode(consumer.fsm_eway()["content"]))
        self.assertEqual(file["billLists"][0]["toGstin"], "URP")
        repair = self._invoice(self._create_job(lines=[(self.labour, 600.0)]))
        with self.assertRaisesRegex(UserError, "no goods that travel"):
            repair.with_user(self.accountant).fsm_eway()
