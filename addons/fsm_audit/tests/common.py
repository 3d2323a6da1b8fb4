import base64
import os
import xmlrpc.client
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests.common import HttpCase, TransactionCase, new_test_user, tagged

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


@tagged("post_install", "-at_install")
class DoorsCommon(HttpCase):
    """Asha, who may edit customers, her API key, and every door she may call at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asha = new_test_user(
            cls.env, "asha", "base.group_user,base.group_partner_manager", password="asha-asha"
        )
        cls.key = cls._make_key(cls.asha)
        cls.customer = cls.env["res.partner"].create({"name": "Suresh Kumar"})
        cls.doors = {
            "xmlrpc": cls._over_xmlrpc,
            "jsonrpc": cls._over_jsonrpc,
            "json2": cls._over_json2,
            "ui": cls._over_web,
        }

    @classmethod
    def _make_key(cls, user):
        keys = cls.env(user=user.id)["res.users.apikeys"].sudo()  # no form asks for a password here
        return keys._generate("rpc", "tests", fields.Datetime.now() + timedelta(days=1))

    def _over_xmlrpc(self, model, method, ids, key=None, **kwargs):
        """Call and return the answer, or the sentence of the fault."""
        try:
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, self.asha.id, key or self.key, model, method, _args(ids), kwargs
            )
        except xmlrpc.client.Fault as fault:
            return fault.faultString

    def _over_jsonrpc(self, model, method, ids, key=None, **kwargs):
        call = [
            self.env.cr.dbname,
            self.asha.id,
            key or self.key,
            model,
            method,
            _args(ids),
            kwargs,
        ]
        answer = self.url_open(
            "/jsonrpc",
            json={"params": {"service": "object", "method": "execute_kw", "args": call}},
        ).json()
        return answer["result"] if "result" in answer else answer["error"]["data"]["message"]

    def _over_json2(self, model, method, ids, key=None, **kwargs):
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            json={**({} if ids is None else {"ids": ids}), **kwargs},
            headers={"Authorization": f"Bearer {key or self.key}"},
        )
        return answer.json() if answer.ok else answer.json()["message"]

    def _over_web(self, model, method, ids, **kwargs):
        self.authenticate("asha", "asha-asha")
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {"model": model, "method": method, "args": _args(ids), "kwargs": kwargs}
            },
        ).json()
        return answer["result"] if "result" in answer else answer["error"]["data"]["message"]

    def _events(self, kind):
        """Return the events of a kind, the newest first."""
        self.env.flush_all()
        self.cr.execute(
            "SELECT * FROM fsm_audit.entry WHERE op = 'EV' AND kind = %s ORDER BY id DESC", [kind]
        )
        return self.cr.dictfetchall()


def _args(ids):
    """Return the positional arguments of a call: without ids it is one of the model."""
    return [] if ids is None else [ids]
