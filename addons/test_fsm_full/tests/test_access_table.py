"""Who may do what, `shared/spec/roles.md`: one table, every cell of it executed."""

import itertools
from xmlrpc.client import Fault

import psycopg2

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.fsm_jobs.tests.common import PNG

from .common import FsmFullCommon

ROLES = ("owner", "manager", "receptionist", "technician", "accountant")

# model: what each role may do with a record of its own branch, in the order of ROLES: R read by every
# way of asking, U write, C make another like it, D delete. Another branch's record is the owner's as his
# own is, and does not exist for anybody else; another organisation's does not exist for anybody.
# What a role writes of a record is told beside the model; here it is whether it writes at all.
# A GST return is the business of whoever works in all branches under its GSTIN: here the owner.
TABLE = {
    "fsm.audit.log": ("R", "", "", "", ""),
    "fsm.branch": ("RU", "R", "R", "R", "R"),
    "fsm.challan": ("R", "R", "R", "", "R"),
    "fsm.challan.line": ("R", "R", "R", "", "R"),
    "fsm.consent": ("RC", "RC", "RC", "", "R"),
    "fsm.credit": ("R", "R", "R", "", "R"),
    "fsm.custody": ("R", "R", "R", "R", "R"),
    "fsm.day.close": ("R", "R", "", "", "R"),
    "fsm.device": ("RUC", "RUC", "RUC", "R", "R"),
    "fsm.device.owner": ("R", "R", "R", "R", "R"),
    "fsm.document": ("RUCD", "RUCD", "RUC", "R", "R"),
    "fsm.estimate": ("R", "R", "R", "R", "R"),
    "fsm.gst.advance": ("R", "R", "", "", "R"),
    "fsm.gst.cancellation": ("R", "R", "", "", "R"),
    "fsm.gst.finding": ("R", "R", "", "", "R"),
    "fsm.gst.number": ("R", "R", "", "", "R"),
    "fsm.gst.payment.voucher": ("R", "R", "", "", "R"),
    "fsm.gst.return": ("R", "R", "", "", "R"),
    "fsm.job": ("RUC", "RUC", "RU", "R", "R"),
    "fsm.job.accessory": ("RUCD", "RUCD", "RUC", "R", "R"),  # counted: ticked back
    "fsm.job.check": ("RUCD", "RUCD", "RUCD", "RUC", "R"),
    "fsm.job.history": ("R", "R", "R", "R", "R"),
    "fsm.job.line": ("RUCD", "RUCD", "R", "RUCD", "R"),
    "fsm.job.report": ("R", "R", "", "", "R"),
    "fsm.low.stock": ("R", "R", "", "", "R"),
    "fsm.markup.rule": ("RUCD", "RUCD", "", "", "R"),
    "fsm.overdue.reminder": ("R", "R", "", "", "R"),
    "fsm.part.report": ("R", "R", "", "", "R"),
    "fsm.part.usage": ("R", "R", "R", "R", "R"),
    "fsm.place": ("RUC", "RUC", "R", "R", "R"),
    "fsm.small.sale": ("R", "R", "", "", "R"),
    "fsm.small.sale.line": ("R", "R", "", "", "R"),
    "fsm.stock.report": ("R", "R", "", "", "R"),
    "fsm.supplier.claim": ("RU", "RU", "", "", "RU"),
    "fsm.supplier.report": ("R", "R", "", "", "R"),
    "fsm.transfer": ("R", "R", "", "", "R"),  # of both its branches: this one goes to none of them
    "fsm.transfer.line": ("R", "R", "", "", "R"),
    "fsm.unclaimed.reminder": ("R", "R", "R", "", "R"),
    "fsm.warranty": ("R", "R", "R", "R", "R"),
    "fsm.technician": ("R", "R", "R", "R", "R"),
    "account.journal": ("R", "R", "", "", "R"),
    "account.move": ("RUC", "RUC", "", "", "RUC"),
    "account.move.line": ("RU", "RU", "", "", "RU"),
    "account.partial.reconcile": ("RUD", "RUD", "", "", "RU"),  # a copy would match what is matched
    "account.payment": ("RUC", "RUC", "", "", "RUC"),
    "account.payment.method.line": ("RUCD", "RUCD", "R", "R", "RUCD"),
    "calendar.attendee": ("RUD", "RUD", "RUD", "RUD", "RUD"),
    "calendar.event": ("RUCD", "RUD", "RUD", "RUD", "RUD"),
    "ir.attachment": ("RUCD", "RUCD", "RUC", "RUC", "R"),
    "ir.sequence": ("R", "R", "R", "R", "R"),
    "mail.activity": ("RUCD", "RUD", "RUD", "RUD", "R"),
    "mail.followers": ("R", "R", "R", "R", "R"),
    "mail.message": ("RUC", "RUC", "RUC", "RUC", "RC"),
    "res.company": ("R", "R", "R", "R", "R"),
    "res.partner": ("RUC", "RUC", "RUC", "R", "R"),
    "res.users": ("R", "R", "R", "R", "R"),
    "resource.calendar": ("R", "R", "R", "R", "R"),
    "purchase.order": ("RUC", "RUC", "", "", "RUC"),
    "purchase.order.line": ("RUCD", "RUCD", "", "", "RUCD"),
    "resource.resource": ("R", "R", "R", "R", "R"),
    "stock.location": ("R", "R", "R", "R", "R"),
    "stock.lot": ("RUC", "RUC", "", "R", "R"),  # it has moved
    "stock.move": ("RC", "RC", "", "", "R"),  # it is done; its like is planned, not done
    "stock.move.line": ("R", "R", "R", "R", "R"),
    "stock.picking": ("RUC", "RUC", "", "", "R"),
    "stock.quant": ("R", "R", "R", "R", "R"),
    "stock.warehouse": ("R", "R", "R", "R", "R"),
    "stock.warehouse.orderpoint": ("RUC", "RUC", "", "", "RUC"),
}  # fmt: skip

# The same for what the branches of an organisation share; another organisation's does not exist.
SHARED = {
    "fsm.device.brand": ("RUC", "RUC", "RUC", "R", "R"),
    "fsm.device.category": ("RUC", "RUC", "R", "R", "R"),
    "fsm.device.fault": ("RUC", "RUC", "R", "R", "R"),
    "fsm.device.model": ("RUC", "RUC", "RUC", "R", "R"),
    "fsm.overdue.rule": ("RUCD", "RUCD", "", "", "R"),
    "fsm.person": ("RU", "", "", "", ""),
    "fsm.signin.policy": ("R", "", "", "", ""),
    "fsm.terms": ("RC", "R", "R", "R", "R"),
    "fsm.unclaimed.rule": ("RUCD", "RUCD", "R", "", ""),
    "product.product": ("RUC", "RUC", "R", "R", "RUC"),
    "product.template": ("RUC", "RUC", "R", "R", "RUC"),
}  # fmt: skip

# Read, written, made and deleted by nobody, not even by whoever runs the system.
NOBODYS = {
    "fsm.audit.secret",
    "fsm.audit.throttle",
    "fsm.client.ref",
    "fsm.delivery.otp",
    "fsm.job.link.try",
    "fsm.stock.guard",
}

# Colleagues of one organisation know each other's names, wherever they work.
SEEN_ACROSS_BRANCHES = {"res.users": "R"}

# Models of ours without a row, each with the reason.
ELSEWHERE = {
    "fsm.audit.transaction": "the entries of `fsm.audit.log` by transaction, under the same rule",
    "fsm.gst.amendment": "hangs on a return of a GSTIN, under the rule of that return",
}

# What people make every day, and what says where it belongs.
MADE = (
    "fsm.job",
    "fsm.device",
    "fsm.part.usage",
    "res.partner",
    "account.move",
    "account.payment",
    "stock.picking",
)
BELONGS = (
    "company_id",
    "branch_id",
    "journal_id",
    "picking_type_id",
    "location_id",
    "location_dest_id",
)

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
            .create(
                {
                    "name": "Elsewhere",
                    "code": "ELS",
                    "state_id": cls.karnataka.id,
                    "vat": "29AAFCR1234M1Z5",
                }
            )
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
        vendor = env["res.partner"].create({"name": f"Vendor of {branch.code}"})
        line = {"product_id": part.id, "product_qty": 1, "price_unit": 2450.0}
        order = {"partner_id": vendor.id, "order_line": [(0, 0, line)]}
        orders = cls.env["purchase.order"].with_context(allowed_company_ids=company.ids)
        orders.create(order).button_confirm()
        cls._tell_of_reverse_charge(env, vendor)
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
        job.record_advance(lines=[{"method": "cash", "amount": 118.0}])
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
        check_up = part.create(  # nothing of it leaves the shelf when it is billed
            {
                "name": "Check-up",
                "type": "service",
                "list_price": 500.0,
                "l10n_in_hsn_code": "998713",
                "company_id": company.parent_id.id,
            }
        )
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": job.partner_id.id,
                "invoice_line_ids": [(0, 0, {"product_id": check_up.id, "quantity": 1})],
            }
        )
        invoice.action_post()
        invoice.fsm_record_payment(lines=[{"method": "cash", "amount": invoice.amount_total}])
        branch.consolidates_small_sales = True
        small = [{"product_id": check_up.id, "price_unit": 100.0}]
        branch.sell(lines=small, payments=[{"method": "cash", "amount": 118.0}])
        env["purchase.order"].create(order)
        cancelled = invoice.copy()
        cancelled.action_post()
        cancelled.fsm_cancel(reason="Billed twice")
        cls._tell_the_rest(env, job, part)
        return company

    @classmethod
    def _tell_of_reverse_charge(cls, env, vendor):
        """Buy from who has no GSTIN, and pay him."""
        tax = cls.env["account.tax"].search(
            [
                ("l10n_in_reverse_charge", "=", True),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "group"),
                ("company_id", "=", env.company.root_id.id),
            ],
            limit=1,
        )
        line = {"name": "Carriage", "price_unit": 100.0, "tax_ids": [(6, 0, tax.ids)]}
        bill = env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [(0, 0, line)],
            }
        )
        bill.action_post()
        register = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        )
        register.create({})._create_payments()

    @classmethod
    def _tell_the_rest(cls, env, job, part):
        """What a shop keeps beside: its papers, shelves, meetings, rules and returns."""
        company, organization = job.company_id, job.company_id.root_id
        lab = env["res.partner"].create({"name": "Data Lab"})
        job.move_device(kind="courier", partner_id=lab.id)
        job.partner_id.fsm_set_consent(purpose="marketing", granted=True)
        env["fsm.document"].create({"name": "Bill", "file": PNG, "device_id": job.device_id.id})
        env["fsm.place"].create({"name": "Shelf A1", "code": "A1"})
        guests = (env.user.partner_id | job.partner_id).ids
        env["calendar.event"].create({"name": "Visit", "partner_ids": [(6, 0, guests)]})
        gst_return = env["fsm.gst.return"].create({"gstin": company.vat, "period": cls._month()})
        cls.env["fsm.gst.finding"].create(
            {"return_id": gst_return.id, "severity": "warning", "rule": "R1", "text": "A word"}
        )
        cls._tell_of_money(job)
        cls._tell_of_stock(company, part)
        if not env["fsm.unclaimed.rule"].search_count([("company_id", "=", organization.id)]):
            cls._tell_of_organization(env(context={"allowed_company_ids": organization.ids}))
        cls.env["fsm.unclaimed.reminder"].create(
            {"job_id": job.id, "company_id": company.id, "name": "First", "at": "2026-01-01"}
        )

    @classmethod
    def _tell_of_organization(cls, env):
        """What all of its branches share."""
        company = {"company_id": env.company.id}
        env["fsm.terms"].create({"body": "Fetched within 30 days."})
        drone = env["fsm.device.category"].create({"name": "Drone", **company})
        fault = {"name": "It hums", "category_id": drone.id}
        env["fsm.device.fault"].create({**fault, **company})
        sms = cls.env["sms.template"].search([("model", "=", "fsm.job")], limit=1)
        rung = {"name": "First", "days": 3, "sms_template_id": sms.id}
        env["fsm.unclaimed.rule"].create({**rung, **company})
        sms = cls.env["sms.template"].search([("model", "=", "account.move")], limit=1)
        rung |= {"channel": "sms", "sms_template_id": sms.id}
        env["fsm.overdue.rule"].create({**rung, **company})
        env["fsm.signin.policy"].action_open()

    @classmethod
    def _tell_of_money(cls, job):
        """What billing writes down by itself."""
        of_branch = {"company_id": job.company_id.id}
        branch = cls.env["fsm.branch"].search([("company_id", "=", job.company_id.id)])
        day = fields.Date.subtract(fields.Date.today(), days=2)  # the probe still takes money today
        branch.close_day(cash_counted=0.0, date=str(day), explanation="The first day")
        cls.env["fsm.credit"].create(
            {
                **of_branch,
                "job_id": job.id,
                "amount": 100.0,
                "reason": "Pays on Monday",
                "user_id": job.env.uid,
            }
        )
        bill = job.env["account.move"].search([("partner_id", "=", job.partner_id.id)], limit=1)
        cls.env["fsm.overdue.reminder"]._write_down(
            [
                {
                    **of_branch,
                    "invoice_id": bill.id,
                    "partner_id": job.partner_id.id,
                    "name": "First",
                    "days": 3,
                    "at": "2026-01-01",
                }
            ]
        )

    @classmethod
    def _tell_of_stock(cls, company, part):
        """What the store keeps besides what lies there."""
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        of_branch = {"company_id": company.id, "product_id": part.id}
        board = {"name": "Board", "tracking": "serial", "company_id": company.root_id.id}
        board = cls.env["product.product"].create({**board, "is_storable": True})
        branch = cls.env["fsm.branch"].search([("company_id", "=", company.id)])
        board.fsm_add_stock(branch_id=branch.id, quantity=1.0, reason="Bill 4711", lots=["B-1"])
        cls.env["fsm.transfer"].create(
            {
                "name": "T-1",
                "company_id": company.id,
                "to_company_id": company.root_id.id,
                "line_ids": [(0, 0, {"product_id": part.id, "quantity": 1.0})],
            }
        )
        cls.env["fsm.markup.rule"].create({"company_id": company.id, "percent": 20.0})
        cls.env["stock.warehouse.orderpoint"].create(
            {
                **of_branch,
                "location_id": warehouse.lot_stock_id.id,
                "product_min_qty": 50.0,
                "product_max_qty": 60.0,
            }
        )
        cls.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
            }
        )

    @classmethod
    def _month(cls):
        """Return the month of the invoices as a return names it."""
        return fields.Date.today().strftime("%m%Y")


# model: the records of a company, where `company_id` does not say it.
FIND = {
    "fsm.challan.line": lambda company: [("challan_id.company_id", "=", company.id)],
    "fsm.gst.finding": lambda company: [("return_id.company_ids", "in", company.ids)],
    "fsm.transfer.line": lambda company: [("transfer_id.company_id", "=", company.id)],
    "fsm.gst.return": lambda company: [("company_ids", "in", company.ids)],
    "calendar.attendee": lambda company: [("event_id.company_id", "=", company.id)],
    "res.partner": lambda company: [("fsm_job_ids.company_id", "=", company.id)],
    "res.users": lambda company: [("company_id", "=", company.id)],
    "account.payment.method.line": lambda company: [("journal_id.company_id", "=", company.id)],
    "res.company": lambda company: [("id", "=", company.id)],
    "ir.attachment": lambda company: [
        ("res_model", "=", "fsm.job"), ("company_id", "=", company.id), ("res_field", "=", False),
    ],
}  # fmt: skip
# (role, model): which of reading, writing, making and deleting a program of his may do in his own branch.
# Over HTTP all four are tried there, in another branch and in another organisation.
OVER_RPC = {
    ("manager", "fsm.document"): "RUCD",
    ("manager", "fsm.job"): "RUC",
    ("receptionist", "fsm.job"): "RUC",
    ("receptionist", "res.partner"): "RUC",
    ("technician", "fsm.job"): "R",
    ("technician", "fsm.job.line"): "RUCD",
    ("technician", "account.move"): "",
}
# model: the text a program writes, and what it makes another of
WRITTEN = {
    "account.move": ("ref", ("move_type", "partner_id", "company_id")),
    "fsm.document": ("name", ("name", "device_id", "file")),
    "fsm.job": ("complaint", ("complaint", "partner_id", "device_id", "branch_id")),
    "fsm.job.line": ("name", ("name", "job_id", "product_id", "price_unit")),
    "res.partner": ("comment", ("name", "company_id")),
}
REFUSED = {403, 404, 422}  # AccessError, MissingError, UserError
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
    def _may(cls, call, clash=False):
        """Tell whether `call` goes through, but for a `clash`; whatever it does is undone."""
        try:
            with mute_logger("odoo.sql_db"), cls.env.cr.savepoint() as savepoint:
                call()
                cls.env.flush_all()
                savepoint.rollback()
                cls.env.invalidate_all()
                return True
        except (ValidationError, psycopg2.IntegrityError):
            cls.env.invalidate_all()
            return clash
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
            bool(model.name_search("", domain)),
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
        if cls._may(lambda: as_user.copy(), clash=True):  # its likes are there already
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
    def _expected(self, model, scope):
        """Return what each role may do there, in the order of ROLES."""
        if scope == "own":
            return TABLE.get(model) or SHARED[model]
        shared = SEEN_ACROSS_BRANCHES.get(model, "")
        owner = TABLE[model][0] if scope == "branch" else ""
        return (owner, *[shared if scope == "branch" else ""] * 4)

    def _executed(self, model, company, scope):
        record = self._record(model, company)
        self.assertTrue(record, f"no {model} to try in {scope}")
        for role, wanted in zip(ROLES, self._expected(model, scope), strict=True):
            with self.subTest(model=model, role=role, of=scope):
                self.assertEqual(self._rights(record, getattr(self, role)), wanted)

    def test_every_cell_of_the_table(self):
        for model in TABLE:
            for scope, company in self.scopes.items():
                self._executed(model, company, scope)

    def _lands_in(self, model, role, vals):
        """Return the company in which `role` makes a `model` of `vals`; none where it is refused."""
        user, made = getattr(self, role), []
        records = self.env[model].with_user(user)
        records = records.with_context(allowed_company_ids=user.company_ids.ids)
        self._may(lambda: made.append(records.create(vals).sudo().company_id.id))
        return made and made[0]

    def test_nobody_makes_anything_in_another_branch_or_organisation(self):
        """All values of a record there, and those of one's own with its company, branch, journal."""
        for model, role in itertools.product(MADE, ("manager", "receptionist")):
            mine = self._record(model, self.scopes["own"])
            for scope, company in self.scopes.items():
                theirs = self._record(model, company)
                there = {name: theirs[name].id for name in BELONGS if name in theirs._fields}
                for forged in (theirs.copy_data()[0], {**mine.copy_data()[0], **there}):
                    forged |= {"phone": "98450 66666"} if model == "res.partner" else {}
                    with self.subTest(model=model, role=role, of=scope):
                        landed = self._lands_in(model, role, forged)
                        if scope != "own":
                            self.assertFalse(landed)
                        elif "C" in TABLE[model][ROLES.index(role)]:
                            self.assertEqual(landed, company.id)

    def test_what_branches_share_is_their_organisations(self):
        for model in SHARED:
            for scope in ("own", "organisation"):
                self._executed(model, self.scopes[scope].root_id, scope)

    def test_what_is_nobodys_is_not_asked_for(self):
        for model in NOBODYS:
            for role in ROLES:
                records = self.env[model].with_user(getattr(self, role))
                allowed = [
                    o for o in ("read", "write", "create", "unlink") if records.has_access(o)
                ]
                with self.subTest(model=model, role=role):
                    self.assertFalse(allowed)
                    with self.assertRaises(AccessError):
                        records.search_count([])

    def test_every_model_of_ours_has_a_row_or_a_reason(self):
        rules = set(self.env["ir.rule"].search([]).model_id.mapped("model"))
        kept = {
            name: records
            for name in self.registry
            if (records := self.env[name])._original_module.startswith("fsm_")
            and not (records._transient or records._abstract)
        }
        rows = {*TABLE, *SHARED, *NOBODYS, *ELSEWHERE}
        self.assertEqual(kept.keys() - rows, set(), "They need a row.")
        self.assertEqual({n for n in rows if n.startswith("fsm.")} - kept.keys(), set(), "Gone.")
        of_companies = {name for name, records in kept.items() if "company_id" in records._fields}
        self.assertEqual(of_companies - rules - NOBODYS, set(), "They need a rule.")

    def test_dialogs_are_their_users(self):
        """What is neither stored for long nor shared: Odoo gives it to who opened it alone."""
        dialogs = [
            records
            for name in self.registry
            if (records := self.env[name])._original_module.startswith("fsm_")
            and records._transient
        ]
        self.assertIn("fsm.job.move", [dialog._name for dialog in dialogs])
        for dialog in dialogs:
            if dialog._auto and dialog.with_user(self.manager).has_access("read"):
                domain = dialog.with_user(self.manager)._search([]).where_clause
                with self.subTest(dialog._name):
                    self.assertIn("create_uid", domain.code)

    def _keys(self, *roles):
        users = self.env["res.users"]
        return {
            role: users.with_user(getattr(self, role)).fsm_create_api_key(name="Probe")["key"]
            for role in roles
        }

    def _json2(self, key, model, method, **arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            json=arguments,
            headers={"Authorization": f"Bearer {key}"},
        )

    def test_other_branches_do_not_exist_over_rpc(self):
        """A sample of the table, by the doors that programs use."""
        keys = self._keys("manager", "technician")
        login = (self.env.cr.dbname, self.manager.id, keys["manager"])
        for model in TABLE.keys() - SEEN_ACROSS_BRANCHES.keys():
            for scope, expected in (("own", 1), ("branch", 0), ("organisation", 0)):
                record = self._record(model, self.scopes[scope])
                domain = [("id", "=", record.id)]
                with self.subTest(model=model, of=scope, by="XML-RPC"):
                    if TABLE[model][1]:
                        found = self.xmlrpc_object.execute_kw(
                            *login, model, "search_count", [domain]
                        )
                        self.assertEqual(found, expected)
                with self.subTest(model=model, of=scope, by="JSON-2"):
                    answer = self._json2(keys["technician"], model, "search_count", domain=domain)
                    if TABLE[model][3]:
                        self.assertEqual(answer.json(), expected)
                    else:
                        self.assertEqual(answer.status_code, 403)

    def _likes(self, record):
        """Return the values with which a program makes another one like `record`."""
        record = record.with_context(bin_size=False)
        values = {name: record[name] for name in WRITTEN[record._name][1]}
        return {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()
        }

    def _tried(self, key, record, said):
        """Try all four over HTTP, writing what is `said`; return the letters that went through.

        What is refused is refused in words for a program, and has changed nothing.
        """
        name = record._name
        text, _others = WRITTEN[name]
        likes = self._likes(record)
        likes = {k: v.decode() if isinstance(v, bytes) else v for k, v in likes.items()}
        records = self.env[name].with_context(active_test=False)
        through = ""
        for letter, method, arguments in (
            ("R", "read", {"ids": record.ids, "fields": [text]}),
            ("U", "write", {"ids": record.ids, "vals": {text: said}}),
            ("C", "create", {"vals_list": [likes]}),
            ("D", "unlink", {"ids": record.ids}),
        ):
            before = (records.search([]).ids, record[text])
            answer = self._json2(key, name, method, **arguments)
            self.env.invalidate_all()
            after = (records.search([]).ids, record.exists() and record[text])
            if answer.status_code == 200:
                through += letter
                self.assertEqual(after != before, letter != "R")
            else:
                self.assertIn(answer.status_code, REFUSED)
                self.assertTrue(answer.json()["message"])
                self.assertEqual(after, before)
        return through

    def test_sample_of_the_table_is_read_written_made_and_deleted_over_rpc(self):
        keys = self._keys("manager", "receptionist", "technician")
        tried = {  # looked up before more of them are made
            (role, model, scope): self._record(model, company)
            for role, model in OVER_RPC
            for scope, company in self.scopes.items()
        }
        for (role, model, scope), record in tried.items():
            with self.subTest(model=model, role=role, of=scope):
                wanted = OVER_RPC[role, model] if scope == "own" else ""
                self.assertEqual(self._tried(keys[role], record, f"By a {role}"), wanted)
        record = self._record("fsm.job", self.scopes["branch"])
        login = (self.env.cr.dbname, self.manager.id, keys["manager"], "fsm.job")
        for method, arguments in (
            ("read", [record.ids]),
            ("write", [record.ids, {"complaint": "By XML-RPC"}]),
            ("create", [self._likes(record)]),
            ("unlink", [record.ids]),
        ):
            with self.subTest(method, by="XML-RPC"), self.assertRaises(Fault):
                self.xmlrpc_object.execute_kw(*login, method, arguments)
        self.env.invalidate_all()
        self.assertNotIn("XML", record.complaint)
