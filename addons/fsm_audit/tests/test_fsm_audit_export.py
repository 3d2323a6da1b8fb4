import base64
import json
import subprocess
import sys
import tempfile
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user

from ..tools import verify_trail
from .seal_common import FIRST_TXID, SealCommon


class TestFsmAuditExport(SealCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Another Organisation"})
        for at in ("2026-03-31 18:29:59+00", "2026-03-31 18:30:00+00", "2026-04-30 18:29:59+00"):
            cls._write(FIRST_TXID + 3, at=at)  # Asia/Kolkata is 5:30 ahead: March, April, April
        cls._write(FIRST_TXID + 3, at="2026-04-15 10:00:00+00", company_id=cls.other.id)
        cls._write(
            FIRST_TXID + 3, at="2026-04-15 10:00:00+00", changes='{"name": ["•••", "ü\\\\"]}'
        )
        cls._seal(FIRST_TXID + 4)
        cls.owner = new_test_user(
            cls.env, "asha", "base.group_user,fsm_audit.group_fsm_audit_reader", tz="Asia/Kolkata"
        )

    def setUp(self):
        super().setUp()
        seals = type(self.env["fsm.audit.seal"])
        self.patch(seals, "_keys", lambda _self: self.keys)
        self.patch(seals, "_anchors", lambda _self: [])

    def _export(self, date_from="2026-04-01", date_to="2026-04-30"):
        exports = self.env["fsm.audit.export"].with_user(self.owner)
        export = exports.create({"date_from": date_from, "date_to": date_to})
        export.action_export()
        path = self.enterContext(tempfile.NamedTemporaryFile(suffix=".zip")).name
        with open(path, "wb") as file:
            file.write(base64.b64decode(export.file))
        return path

    def _findings(self, path, keys=None):
        slices = verify_trail.verify_export(path, keys or {self.keys.public})
        return [str(finding) for _, _, findings in slices for finding in findings]

    def _forge(self, path, name, old, new):
        """Change a file in the export."""
        with zipfile.ZipFile(path) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist()}
        self.assertIn(old, files[name])
        files[name] = files[name].replace(old, new)
        with zipfile.ZipFile(path, "w") as archive:
            for file_name, data in files.items():
                archive.writestr(file_name, data)

    def test_export_verifies_without_the_database(self):
        self.assertEqual(self._findings(self._export()), [])

    def test_export_holds_the_entries_of_the_days_of_the_user(self):
        with zipfile.ZipFile(self._export()) as archive:
            lines = archive.read("entries.jsonl").decode().splitlines()
        entries = [json.loads(line) for line in lines]
        shown = sorted(entry[2][:19] for entry in entries if isinstance(entry, list))
        self.assertEqual(
            shown, ["2026-03-31 18:30:00", "2026-04-15 10:00:00", "2026-04-30 18:29:59"]
        )
        self.assertEqual(len(entries), 4)  # the hash of the one in March

    def test_g6_export_tells_nothing_of_another_organisation(self):
        with zipfile.ZipFile(self._export()) as archive:
            seals = archive.read("seals.jsonl").decode().splitlines()
        records = [s for line in seals for s in json.loads(line)["subtrees"] if type(s) is list]
        self.assertNotIn(self.other.id, {record[0] for record in records})

    def test_forged_export_is_found(self):
        for name, old, new in (
            ("entries.jsonl", b'"res.partner"', b'"res.company"'),
            ("entries.jsonl", b"[", b'"00"\n['),
            ("seals.jsonl", b'"ops"', b'"books"'),
            ("manifest.json", b"2026-04-01", b"2026-04-02"),
        ):
            with self.subTest(name, old=old):
                path = self._export()
                self._forge(path, name, old, new)
                self.assertTrue(self._findings(path))

    def test_export_with_another_key_is_found(self):
        findings = self._findings(self._export(), {self._keys(2).public})
        self.assertIn("unknown key", findings[0])

    def test_command_of_the_auditor_tells_by_its_exit_code(self):
        path, key = self._export(), base64.b64encode(self.keys.public).decode()
        for file, public_key, code, told in (
            (path, key, 0, "are as they were sealed"),
            (path, base64.b64encode(bytes(32)).decode(), 1, "unknown key"),
            (path, "nonsense", 2, "This is no public key"),
            ("/nowhere.zip", key, 2, "No such file"),
            (__file__, key, 2, "not a zip file"),
        ):
            command = [sys.executable, verify_trail.__file__, "--file", file, "--public-key"]
            with self.subTest(told):
                result = subprocess.run(
                    [*command, public_key], capture_output=True, text=True, check=False
                )
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(told, result.stdout + result.stderr)
                self.assertNotIn("Traceback", result.stderr)

    def test_export_is_logged(self):
        self._export()
        entry = self.env["fsm.audit.log"].search([("kind", "=", "export")], limit=1)
        self.assertEqual((entry.user_id, entry.model), (self.owner, "fsm.audit.log"))
        self.assertEqual(entry.changes["count"], [False, 3])

    def test_nothing_to_export_is_a_sentence(self):
        with self.assertRaisesRegex(UserError, "Nothing of these days"):
            self._export("2001-01-01", "2001-01-31")
        with self.assertRaisesRegex(UserError, "lies before the first"):
            self._export("2026-04-30", "2026-04-01")

    def test_g6_only_readers_of_the_trail_export(self):
        self.owner = new_test_user(self.env, "vijay")
        with self.assertRaises(AccessError):
            self._export()
