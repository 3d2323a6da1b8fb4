from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.fsm_audit.declaration import Relation, declared

from .common import FsmFullCommon

# What somebody may have to answer for: model → class, kind, a statement around the ORM, the field.
ANSWERABLE = {
    "account.journal": ("books", "config", "code = 'XX'", "code"),
    "account.move": ("books", None, "ref = 'forged'", "ref"),
    "account.move.line": ("books", None, "discount = 7", "discount"),
    "account.payment": ("books", "payment", "amount = amount + 1", "amount"),
    "account.tax": ("books", "config", "amount = amount + 1", "amount"),
    "fsm.branch": ("ops", "config", "waive_qc = NOT COALESCE(waive_qc, false)", "waive_qc"),
    "fsm.custody": ("ops", None, "place_name = 'forged'", "place_name"),
    "fsm.estimate": ("ops", None, "amount = amount + 1", "amount"),
    "fsm.job": ("ops", None, "promised_at = promised_at + interval '1 day'", "promised_at"),
    "fsm.job.accessory": ("ops", None, "quantity = quantity + 1", "quantity"),
    "fsm.job.line": ("ops", None, "price_unit = price_unit + 1", "price_unit"),
    "fsm.part.usage": ("ops", None, "quantity = quantity + 1", "quantity"),
    "fsm.technician": ("ops", "config", "active = false", "active"),
    "ir.actions.server": ("access", "config", "code = 'forged'", "code"),
    "ir.attachment": ("ops", None, "checksum = 'forged'", "checksum"),
    "ir.config_parameter": ("access", "config", "value = 'forged'", "value"),
    "ir.cron": ("access", "config", "interval_number = interval_number + 1", "interval_number"),
    "ir.module.module": ("access", "config", "latest_version = '0'", "latest_version"),
    "ir.rule": ("access", "config", "domain_force = '[(1, ''='', 1)]'", "domain_force"),
    "mail.template": ("ops", "config", "email_from = 'forged'", "email_from"),
    "product.product": ("ops", None, "standard_price = '{\"1\": 1}'", "standard_price"),
    "product.template": ("ops", None, "list_price = list_price + 1", "list_price"),
    "res.company": ("ops", "config", "sale_lock_date = '2026-01-01'", "sale_lock_date"),
    "res.partner": ("ops", None, "vat = 'forged'", "vat"),
    "res.users": ("access", None, "login = login || 'x'", "login"),
    "sms.template": ("ops", "config", 'body = \'{"en_US": "forged"}\'', "body"),
    "stock.move": ("ops", "stock", "quantity = quantity + 1", "quantity"),
    "stock.quant": ("ops", "stock", "quantity = quantity + 1", "quantity"),
    "stock.warehouse.orderpoint": ("ops", "stock", "product_min_qty = 7", "product_min_qty"),
}
RELATIONS = {
    ("account.move.line", "tax_ids"),
    ("fsm.job", "technician_ids"),
    ("ir.actions.server", "group_ids"),
    ("res.groups", "implied_ids"),
    ("res.users", "company_ids"),
    ("res.users", "group_ids"),
}


@tagged("post_install", "-at_install")
class TestTrail(FsmFullCommon):
    """What the trail tells of a job card and its invoice, whoever wrote it, and by which way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._repaired_job(accessories=[{"name": "Charger"}])
        job_model = cls.env.ref("fsm_jobs.model_fsm_job")
        cls.env["sms.template"].create({"name": "x", "model_id": job_model.id, "body": "x"})
        cls.env["mail.template"].create({"name": "x", "model_id": job_model.id})
        warehouse = cls.branch.warehouse_id
        cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.part.id,
                "warehouse_id": warehouse.id,
                "company_id": warehouse.company_id.id,
            }
        )
        cls.invoice = cls._invoice(cls.job)
        cls.invoice.with_user(cls.accountant).fsm_record_payment(
            lines=[{"method": "cash", "amount": 826.2}]
        )
        cls.env.flush_all()

    def _since(self, work):
        """Return the entries that `work` makes."""
        self.env.flush_all()
        self.cr.execute("SELECT COALESCE(max(id), 0) FROM fsm_audit.entry")
        [start] = self.cr.fetchone()
        work()
        self.env.flush_all()
        self.cr.execute("SELECT * FROM fsm_audit.entry WHERE id > %s ORDER BY id", [start])
        return self.cr.dictfetchall()

    def _forge(self, model, statement):
        """Change the last row of `model` around the ORM; return the entries of it."""
        table = self.env[model]._table
        newest = f"SELECT max(id) FROM {table}"  # noqa: S608 - of the table above
        forge = f"UPDATE {table} SET {statement} WHERE id = ({newest})"  # noqa: S608 - as above
        entries = self._since(lambda: self.cr.execute(forge))
        return [entry for entry in entries if entry["model"] == model]

    def test_what_is_answerable_is_captured_also_around_odoo(self):
        for model, (class_, kind, statement, field) in ANSWERABLE.items():
            with self.subTest(model):
                [entry] = self._forge(model, statement)
                self.assertEqual((entry["class"], entry["kind"]), (class_, kind))
                self.assertEqual((entry["op"], list(entry["changes"])), ("U", [field]))

    def test_relations_are_captured(self):
        captured = declared(self.registry).values()
        found = {(each.model, each.field) for each in captured if isinstance(each, Relation)}
        self.assertFalse(RELATIONS - found)

    def test_entries_belong_to_the_branch(self):
        for model in ("account.move", "account.payment", "fsm.job", "fsm.part.usage", "stock.move"):
            self.cr.execute(
                "SELECT company_id FROM fsm_audit.entry WHERE model = %s ORDER BY id DESC LIMIT 1",
                [model],
            )
            self.assertEqual(self.cr.fetchone(), (self.company.id,), model)

    def test_of_a_parameter_only_the_change_is_told(self):
        entries = self._since(
            lambda: self.env["ir.config_parameter"].set_param("fsm.test", "kanarienvogel")
        )
        self.assertEqual(
            entries[-1]["changes"], {"key": [None, "fsm.test"], "value": [None, "•••"]}
        )
        self.assertNotIn("kanarienvogel", str(entries))

    def test_invoice_makes_no_noise(self):
        job = self._repaired_job()
        noon = fields.Datetime.now().replace(hour=6)  # here and in India it is the same day
        with freeze_time(noon):
            made = self._since(lambda: self._as("accountant", job).create_invoice())
            posted = self._since(job.invoice_ids.with_user(self.accountant).action_post)
        self.assertLessEqual(len(made), 12)
        self.assertLessEqual(len(posted), 1)
        self.assertFalse(self._since(lambda: job.invoice_ids.line_ids.modified(["price_unit"])))
