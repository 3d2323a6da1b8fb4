"""Who may do what, `shared/spec/roles.md`: one table, every cell of it executed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.fsm_jobs.tests.common import PNG

from .common import FsmFullCommon

ROLES = ("owner", "manager", "receptionist", "technician", "accountant")

# model: what each role may do with a record of its own branch, in the order of ROLES: R read by every
# way of asking, U write, C make another like it, D delete. Another branch's record is the owner's as his
# own is, and does not exist for anybody else; another organisation's does not exist for anybody.
# What a role writes of a record is told beside the model; here it is whether it writes at all.
TABLE = {
    "fsm.branch": ("RU", "R", "R", "R", "R"),
    "fsm.custody": ("R", "R", "R", "R", "R"),
    "fsm.device": ("RUC", "RUC", "RUC", "R", "R"),
    "fsm.estimate": ("R", "R", "R", "R", "R"),
    "fsm.job": ("RUC", "RUC", "RU", "R", "R"),
    "fsm.job.accessory": ("RUCD", "RUCD", "RUCD", "R", "R"),
    "fsm.job.check": ("RUCD", "RUCD", "RUCD", "RUC", "R"),
    "fsm.job.history": ("R", "R", "R", "R", "R"),
    "fsm.job.line": ("RUCD", "RUCD", "R", "RUCD", "R"),
    "fsm.part.usage": ("R", "R", "R", "R", "R"),
    "fsm.supplier.claim": ("RU", "RU", "", "", "RU"),
    "fsm.warranty": ("R", "R", "R", "R", "R"),
    "fsm.technician": ("R", "R", "R", "R", "R"),
    "account.journal": ("R", "R", "", "", "R"),
    "account.move": ("RUC", "RUC", "", "", "RUC"),
    "account.move.line": ("RU", "RU", "", "", "RU"),
    "account.partial.reconcile": ("RUCD", "RUCD", "", "", "RUC"),
    "account.payment": ("RUC", "RUC", "", "", "RUC"),
    "account.payment.method.line": ("RUCD", "RUCD", "R", "R", "RUCD"),
    "ir.attachment": ("RUCD", "RUCD", "RUC", "RUC", "R"),
    "ir.sequence": ("R", "R", "R", "R", "R"),
    "mail.activity": ("RUCD", "RUD", "RUD", "RUD", "R"),
    "mail.message": ("RUC", "RUC", "RUC", "RUC", "RC"),
    "res.company": ("R", "R", "R", "R", "R"),
    "res.partner": ("RU", "RU", "RU", "R", "R"),
    "res.users": ("R", "R", "R", "R", "R"),
    "resource.calendar": ("R", "R", "R", "R", "R"),
    "purchase.order": ("RUC", "RUC", "", "", "RUC"),
    "purchase.order.line": ("RUCD", "RUCD", "", "", "RUCD"),
    "stock.location": ("R", "R", "R", "R", "R"),
    "stock.move": ("R", "R", "", "", "R"),
    "stock.move.line": ("R", "R", "R", "R", "R"),
    "stock.quant": ("R", "R", "R", "R", "R"),
    "stock.warehouse": ("R", "R", "R", "R", "R"),
}  # fmt: skip

# Colleagues of one organisation know each other's names, wherever they work.
SEEN_ACROSS_BRANCHES = {"res.users": "R"}

# Models of ours that have a company and no row, each with where it is tested.
ELSEWHERE = {
    "fsm.audit.log": "fsm_audit: the owner's alone",
    "fsm.audit.secret": "fsm_audit: read by nobody",
    "fsm.challan": "a row of it is wanted: the story prints none yet",
    "fsm.client.ref": "fsm_jobs: read by nobody",
    "fsm.consent": "a row of it is wanted",
    "fsm.low.stock": "fsm_inventory_ext: a view of what runs short, its branch's keepers read it",
    "fsm.markup.rule": "fsm_inventory_ext: who sees costs reads it, a manager writes it",
    "fsm.part.report": "fsm_inventory_ext, test_fsm_report: accountants of the branch",
    "fsm.stock.report": "fsm_inventory_ext, test_fsm_report: accountants of the branch",
    "fsm.credit": "fsm_gst_billing, test_fsm_credit",
    "fsm.device.owner": "a row of it is wanted",
    "fsm.document": "a row of it is wanted",
    "fsm.day.close": "fsm_gst_billing, test_fsm_gst_advance: accountants of the branch",
    "fsm.gst.advance": "fsm_gst_billing, test_fsm_gst_advance: accountants of the branch",
    "fsm.gst.cancellation": "fsm_gst_billing, test_fsm_gst_number: as the number it belongs to",
    "fsm.gst.number": "fsm_gst_billing, test_fsm_gst_number: accountants of the branch",
    "fsm.gst.finding": "fsm_gst_billing, a row of it is wanted",
    "fsm.gst.return": "fsm_gst_billing, a row of it is wanted",
    "fsm.place": "of the branch, a row of it is wanted",
    "fsm.terms": "of the organisation",
    "fsm.supplier.report": "fsm_purchase: a view of the orders of a branch, its keepers read it",
    "fsm.transfer": "fsm_inventory_ext: read by the keepers of both its branches",
    "fsm.unclaimed.reminder": "a row of it is wanted",
    "fsm.unclaimed.rule": "a row of it is wanted",
    "fsm.device.brand": "of the organisation",
    "fsm.device.category": "of the organisation",
    "fsm.device.fault": "of the organisation",
    "fsm.device.model": "of the organisation",
    "fsm.person": "fsm_jobs, test_people: the owner's alone",
    "fsm.signin.policy": "fsm_signin: the owner's alone",
}

# Fields that are written with what is in them, to ask whether one may.
FIELDS = (
    "complaint",
    "comment",
    "body",
    "note",
    "summary",
    "street",
    "serial",
    "description",
    "name",
)


class AccessWorld(FsmFullCommon):
    """The same small story in the branch of all roles, in another branch, in another organisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scopes = {"own": cls._tell(cls.owner, cls.branch, cls.technician)}
        cls.scopes["branch"] = cls._tell(cls.owner, cls.other_branch)
        answer = cls.env["res.company"].fsm_create_organization(
            name="Other Repairs Ltd",
            state_id=cls.karnataka.id,
            owner={"login": "other_owner", "email": "other@example.com"},
        )
        theirs = cls.env["res.users"].browse(answer["owner_id"])
        branch = (
            cls.env["fsm.branch"]
            .with_user(theirs)
            .create({"name": "Elsewhere", "code": "ELS", "state_id": cls.karnataka.id})
        )
        theirs.company_id = branch.company_id
        cls.scopes["organisation"] = cls._tell(theirs, branch.with_env(cls.env))
        cls.env.flush_all()

    @classmethod
    def _tell(cls, owner, branch, technician=None):
        """Take a device in, repair it and bill something; return the company of it all."""
        company = branch.company_id
        env = cls.env(user=owner, context={"allowed_company_ids": company.ids})
        part = cls.part
        if owner != cls.owner:
            part = part.create(
                {
                    "name": "Their SSD",
                    "is_storable": True,
                    "list_price": 3490.0,
                    "l10n_in_hsn_code": "84717020",
                    "company_id": company.parent_id.id,
                }
            )
        part.with_env(env).fsm_add_stock(
            branch_id=branch.id, quantity=5.0, reason="Opening stock", unit_cost=2450.0
        )
        if not technician:
            answer = env["res.users"].fsm_create_user(
                name="Somebody",
                login=f"tech_{branch.code}",
                role="technician",
                branch_ids=branch.ids,
            )
            technician = cls.env["res.users"].browse(answer["id"])
        workman = technician.fsm_technician_ids.filtered(lambda t: t.company_id == company)
        answer = env["fsm.job"].intake(
            customer={"name": f"Customer of {branch.code}", "phone": "98450 77777"},
            device={"category": "Laptop", "brand": f"Brand {branch.code}", "model": "One"},
            complaint="No display",
            accessories=[{"name": "Charger"}],
            checklist=[{"name": "Screen", "result": "ok"}],
            technician_ids=workman.ids,
        )
        job = env["fsm.job"].browse(answer["id"])
        job.add_diagnosis(
            diagnosis="Dead", lines=[{"product_id": part.id}], share_channels=["link"]
        )
        job.record_answer(answer="approved")
        job.request_part(product_id=part.id, quantity=1.0, use=True)
        warranties = job._open_warranties()
        env["fsm.supplier.claim"].sudo().create(
            {
                "warranty_id": warranties[0].id,
                "rework_id": job.id,
                "company_id": company.id,
                "supplier_id": job.partner_id.id,
                "product_id": part.id,
                "quantity": 1.0,
                "opened_on": "2026-01-01",
            }
        )
        job.add_photos(photos=[{"name": "lid.png", "content": PNG}])
        job.message_post(body="Hello")
        job.activity_schedule("mail.mail_activity_data_todo", user_id=owner.id)
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": job.partner_id.id,
                "invoice_line_ids": [(0, 0, {"product_id": part.id, "quantity": 1})],
            }
        )
        invoice.action_post()
        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": invoice.amount_total}])
        line = {"product_id": part.id, "product_qty": 2, "price_unit": 2450.0}
        env["purchase.order"].create(
            {"partner_id": job.partner_id.id, "order_line": [(0, 0, line)]}
        )
        return company


# model: the records of a company, where `company_id` does not say it.
FIND = {
    "res.users": lambda company: [("company_id", "=", company.id)],
    "account.payment.method.line": lambda company: [("journal_id.company_id", "=", company.id)],
    "res.company": lambda company: [("id", "=", company.id)],
    "ir.attachment": lambda company: [
        ("res_model", "=", "fsm.job"), ("company_id", "=", company.id), ("res_field", "=", False),
    ],
}  # fmt: skip
HANGS_ON_JOB = {
    "mail.message": ("model", "res_id"),
    "mail.activity": ("res_model", "res_id"),
    "mail.followers": ("res_model", "res_id"),
}


class AccessProbe(AccessWorld):
    @classmethod
    def _record(cls, model, company):
        """Return a record of `model` that belongs to `company`, in sudo."""
        records = cls.env[model].with_context(active_test=False)
        if model in HANGS_ON_JOB:
            job = cls._record("fsm.job", company)
            name, res_id = HANGS_ON_JOB[model]
            return records.search([(name, "=", "fsm.job"), (res_id, "=", job.id)], limit=1)
        domain = FIND.get(model, lambda company: [("company_id", "=", company.id)])(company)
        return records.search(domain, limit=1, order="id desc")

    @classmethod
    def _may(cls, call):
        """Tell whether `call` goes through; whatever it does is undone."""
        try:
            with mute_logger("odoo.sql_db"), cls.env.cr.savepoint() as savepoint:
                call()
                cls.env.flush_all()
                savepoint.rollback()
                cls.env.invalidate_all()
                return True
        except (AccessError, UserError):
            cls.env.invalidate_all()
            return False

    @classmethod
    def _found(cls, records):
        """Return what of `records` the user reads, by every way of asking."""
        domain = [("id", "in", records.ids)]
        model = records.browse().with_context(active_test=False)
        answers = {
            bool(model.search(domain)),
            bool(model.search_count(domain)),
            bool(model.search_read(domain, ["id"])),
            any(count for (count,) in model._read_group(domain, [], ["__count"])),
        }
        answers.add(cls._may(lambda: records.read(["id"])))
        return answers

    @classmethod
    def _rights(cls, record, user):
        """Return what `user` may do with `record`: letters of CRUD, `?` where ways of asking differ."""
        as_user = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        try:
            found = cls._found(as_user)
        except AccessError:
            found = {False}
        letters = "?" if len(found) > 1 else "R" if found == {True} else ""
        if cls._may(lambda: as_user.write(cls._same(record))):
            letters += "U"
        if cls._may(lambda: as_user.copy()):
            letters += "C"
        if cls._may(lambda: cls._gone(as_user)):
            letters += "D"
        return letters

    @classmethod
    def _gone(cls, record):
        """Delete `record`; some models pass over in silence what their user does not see."""
        record.unlink()
        if record.sudo().exists():
            raise AccessError(record.display_name)

    @classmethod
    def _same(cls, record):
        """Return values of `record` as they are: writing them changes nothing, but asks all."""
        fields = record._fields
        name = next((name for name in FIELDS if name in fields and fields[name].store), None)
        name = name or next(
            name
            for name, field in fields.items()
            if field.store and not field.compute and field.type in ("char", "float", "many2one")
        )
        value = record[name]
        return {name: value.id if fields[name].type == "many2one" else value}


@tagged("post_install", "-at_install")
class TestAccessTable(AccessProbe, HttpCase):
    def test_every_cell_of_the_table(self):
        for model, expected in TABLE.items():
            for scope, company in self.scopes.items():
                record = self._record(model, company)
                self.assertTrue(record, f"no {model} to try in {scope}")
                for number, role in enumerate(ROLES):
                    wanted = expected[number] if scope == "own" else ""
                    if scope == "branch":
                        shared = SEEN_ACROSS_BRANCHES.get(model, "")
                        wanted = expected[number] if role == "owner" else shared
                    with self.subTest(model=model, role=role, of=scope):
                        self.assertEqual(self._rights(record, getattr(self, role)), wanted)

    def test_every_model_with_a_company_has_a_rule_and_a_row(self):
        rules = set(self.env["ir.rule"].search([]).model_id.mapped("model"))
        ours = {
            name
            for name in self.env["ir.model"].search([("model", "=like", "fsm.%")]).mapped("model")
            if "company_id" in (records := self.env[name])._fields
            and not (records._transient or records._abstract)
        }
        self.assertEqual(ours - TABLE.keys() - ELSEWHERE.keys(), set(), "They need a row.")
        nobodys = {name for name in ours if "read by nobody" in ELSEWHERE.get(name, "")}
        self.assertEqual(ours - rules - nobodys, set(), "They need a rule.")

    def test_other_branches_do_not_exist_over_rpc(self):
        """A sample of the table, by the door that programs use."""
        users = self.env["res.users"].with_user(self.manager)
        key = users.fsm_create_api_key(name="Probe")["key"]
        login = (self.env.cr.dbname, self.manager.id, key)
        for model in TABLE.keys() - SEEN_ACROSS_BRANCHES.keys():
            for scope, expected in (("own", 1), ("branch", 0), ("organisation", 0)):
                record = self._record(model, self.scopes[scope])
                domain = [("id", "=", record.id)]
                with self.subTest(model=model, of=scope):
                    found = self.xmlrpc_object.execute_kw(*login, model, "search_count", [domain])
                    self.assertEqual(found, expected)
