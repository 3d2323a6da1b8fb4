import base64
import json
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .. import context
from .common import AuditCommon, DoorsCommon

GIF = base64.b64encode(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")


class TestEvents(DoorsCommon):
    """Who left, printed, exported or took a file along, over the web."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asha.group_ids |= cls.env.ref("base.group_allow_export")
        cls.file = cls.env["ir.attachment"].create(
            {"name": "card.txt", "raw": b"x", "res_model": "res.partner", "res_id": cls.customer.id}
        )

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.http"))  # what only reads has to log, and begins again
        self.authenticate("asha", "asha-asha")

    def _last(self, kind):
        events = self._events(kind)
        self.assertTrue(events, f"no {kind} was logged")
        self.assertEqual(events[0]["ctx"]["uid"], self.asha.id)
        return events[0]

    def test_logout_names_who_left(self):
        self.url_open("/web/session/logout")
        self.assertEqual(self._last("logout")["res_id"], self.asha.id)
        self.url_open("/web/session/logout")
        self.assertEqual(len(self._events("logout")), 1)  # nobody was signed in

    def test_export_of_a_pivot_table(self):
        table = {"model": "res.partner", "title": "Customers", "rows": [], "measure_count": 1}
        table |= {"col_group_headers": [], "measure_headers": []}
        answer = self.url_open("/web/pivot/export_xlsx", data={"data": json.dumps(table)})
        self.assertEqual(answer.status_code, 400)  # without csrf token
        data = {"data": json.dumps(table), "csrf_token": http.Request.csrf_token(self)}
        self.assertTrue(self.url_open("/web/pivot/export_xlsx", data=data).ok)
        event = self._last("export")
        self.assertEqual(
            (event["model"], event["changes"]["what"]), ("res.partner", [None, "pivot"])
        )

    def test_contact_card_is_an_export(self):
        self.assertTrue(self.url_open(f"/web/partner/vcard?partner_ids={self.customer.id}").ok)
        event = self._last("export")
        self.assertEqual(event["changes"]["what"], [None, "vcard"])
        self.assertEqual(event["changes"]["ids"], [None, self.customer.ids])

    def test_file_of_an_audited_record(self):
        self.assertEqual(self.url_open(f"/web/content/{self.file.id}").text, "x")
        event = self._last("download")
        self.assertEqual((event["model"], event["res_id"]), ("res.partner", self.customer.id))
        self.assertEqual(event["changes"], {"attachment": [None, self.file.id]})

    def test_picture_is_a_download_its_thumbnail_and_avatars_are_not(self):
        self.file.raw = base64.b64decode(GIF)
        self.customer.image_1920 = False
        for path in (
            f"/web/image/{self.file.id}/128x128",
            f"/web/image/res.partner/{self.customer.id}/avatar_128",
            "/web/image/res.company/1/logo",
            "/web/assets/1/web.assets_frontend.min.css",
        ):
            self.url_open(path)
        self.assertFalse(self._events("download"))
        for number, path in enumerate(("", "/5000x5000", "/0x513"), 1):
            self.url_open(f"/web/image/{self.file.id}{path}")
            self._last("download")
            self.assertEqual(len(self._events("download")), number)

    def test_e7_content_of_a_field_or_read_over_rpc_is_a_download(self):
        self.file.res_field = "vat"  # the server's own way to keep a signature
        self.url_open(f"/web/content/{self.file.id}")
        self._last("download")
        self.file.res_field = False
        for names, more, count in (
            (["datas"], {}, 2),
            (["raw"], {}, 3),
            (["name"], {}, 3),
            (["datas"], {"context": {"bin_size": True}}, 3),
        ):
            self._over_web("ir.attachment", "read", self.file.ids, fields=names, **more)
            with self.subTest(names=names, **more):
                self.assertEqual(len(self._events("download")), count)
        self.assertEqual(self._last("download")["changes"], {"attachment": [None, self.file.id]})


class TestPrinting(AuditCommon):
    def setUp(self):
        super().setUp()
        view = {"type": "qweb", "key": "fsm_audit.card", "name": "card"}
        self.env["ir.ui.view"].create(view | {"arch": "<t t-name='fsm_audit.card'><p>x</p></t>"})
        self.report = self.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.partner",
                "report_type": "qweb-pdf",
                "report_name": "fsm_audit.card",
            }
        )
        self.asha = new_test_user(self.env, "asha", "base.group_user")

    def _print(self, kind, **facts):
        report = self.env["ir.actions.report"].with_user(self.asha)
        with context.known(**facts):
            getattr(report, f"_render_qweb_{kind}")("fsm_audit.card", self.customer.ids)
        return [entry for entry in self._entries(self.customer) if entry["kind"] == "download"]

    def test_what_somebody_prints_is_logged_once(self):
        with patch.object(self.registry["ir.actions.report"], "_run_wkhtmltopdf", _no_pdf):
            [event] = self._print("pdf", ip="203.0.113.7")
        self.assertEqual(
            event["changes"], {"report": [None, "fsm_audit.card"], "as": [None, "pdf"]}
        )
        self.assertEqual(len(self._print("html", ip="203.0.113.7")), 2)

    def test_e1_refused_file_is_logged(self):
        self.registry_enter_test_mode()
        files = self.env["ir.attachment"]
        rights = files.create({"name": "x", "raw": b"x", "res_model": "ir.rule", "res_id": 1})
        try:
            self.env["ir.binary"].with_user(self.asha)._find_record(res_id=rights.id)
            self.fail("It was found.")
        except AccessError:  # not assertRaises, which rolls back: here all cursors are one  # pylint: disable=except-pass
            pass
        [event] = [entry for entry in self._entries() if entry["kind"] == "denied"]
        self.assertEqual(event["changes"]["ids"], [None, [rights.id]])

    def test_what_the_server_prints_for_itself_is_not(self):
        self.assertFalse(self._print("html", src="cron"))


def _no_pdf(_self, *_bodies, **_options):
    return b"%PDF"
