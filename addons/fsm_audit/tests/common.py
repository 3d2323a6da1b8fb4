import base64
import os
from unittest.mock import patch

from odoo.tests.common import TransactionCase, tagged

from .. import capture

KEYS = {f"k{number}": base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)}


@tagged("post_install", "-at_install")
class AuditCommon(TransactionCase):
    """A customer whose name, phone and VAT number are audited, and a way to read the trail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Suresh Kumar", "phone": "+91 98450 12345", "vat": "29AAGCR4375J1ZU"}
        )
        cls.cr.flush()
        cls.start = cls._last_entry()

    @classmethod
    def _last_entry(cls):
        cls.cr.execute("SELECT COALESCE(max(id), 0) FROM fsm_audit.entry")
        return cls.cr.fetchone()[0]

    def _entries(self, record=None, since=None):
        """Return the raw entries of this test, oldest first."""
        self.env.flush_all()
        self.cr.execute(
            "SELECT * FROM fsm_audit.entry WHERE id > %s ORDER BY id", [since or self.start]
        )
        entries = self.cr.dictfetchall()
        if record is None:
            return entries
        return [e for e in entries if (e["model"], e["res_id"]) == (record._name, record.id)]

    def _begin(self):
        """Go on as in a new transaction, of which PostgreSQL does not know whose it is."""
        self.cr.flush()
        self.cr.precommit.data.pop("fsm_audit.context", None)
        self.start = self._last_entry()

    def _changes(self, record):
        return [entry["changes"] for entry in self._entries(record)]

    def _declare(self, model, **audits):
        """Declare fields of a model as audited (or, with `False`, not any more) in this test."""
        for name, audit in audits.items():
            field = self.env[model]._fields[name]
            declared = patch.multiple(field, create=True, _extra_keys__=("audit",), audit=audit)
            self.startPatcher(declared)
        self.patch(self.registry[model], "_audited", True)
        capture.sync(self.env)
        self.start = self._last_entry()

    def _use_keys(self, *key_ids):
        """Have a key ring of these keys, the first writes, and no others before it."""
        secrets_sudo = self.env["fsm.audit.secret"].sudo()
        secrets_sudo.search([("model", "=", "fsm.audit.secret")]).unlink()
        self.registry.clear_cache()
        ring = ",".join(f"{key_id}:{KEYS[key_id]}" for key_id in key_ids)
        patcher = patch.dict(os.environ, {"FSM_SECRET_KEYS": ring})
        patcher.start()
        self.addCleanup(patcher.stop)
