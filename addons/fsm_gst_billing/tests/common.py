from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.fsm_jobs.models.fsm_job import GATE
from odoo.addons.fsm_jobs.tests.world import World


class FsmGstBillingCommon(World, TransactionCase):
    """Branches in Bengaluru (SPR) and Chennai (CHN), their people, and a laptop that was repaired.

    The branches are founded as in production: nothing here is made by accounting's test classes.
    Their names and GSTINs are not those of the demo story, which may be in the same database.
    """

    WORLD = "__fsm_gst_billing_tests__"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls._enter_world()

    @classmethod
    def _found_world(cls):
        cls.india = cls.env.ref("base.in")
        cls.karnataka = cls.env.ref("base.state_in_ka")
        cls.tamil_nadu = cls.env.ref("base.state_in_tn")
        cls.organization = cls._found_organization("Service Works Pvt Ltd")
        cls.branch = cls._found_branch("SP Road", "SPR", "29AAGCB7383J1Z4", cls.karnataka)
        cls.company = cls.branch.company_id
        cls.other_branch = cls._found_branch("Anna Salai", "CHN", "33AAGCB7383J1ZF", cls.tamil_nadu)
        cls.manager = cls._hire("manager", "fsm_jobs.group_fsm_manager")
        cls.accountant = cls._hire("anita", "fsm_jobs.group_fsm_accountant")
        cls.receptionist = cls._hire("priya", "fsm_jobs.group_fsm_receptionist")
        cls.technician = cls._hire("ravi", "fsm_jobs.group_fsm_technician")
        cls.ssd = cls._stock("SSD 512 GB NVMe", "consu", "84717020", 3490.0)
        cls.labour = cls._stock("Repair of the display", "service", "998713", 600.0)
        cls.suresh = cls._meet("Suresh Kumar", cls.karnataka, phone="+91 98450 12345")
        cls.kaveri = cls._meet("Kaveri Textiles", cls.tamil_nadu, vat="33AACFK4521M1ZG")
        brand = cls.env["fsm.device.brand"].create(
            {"name": "Dell", "company_id": cls.organization.id}
        )
        cls.model = cls.env["fsm.device.model"].create(
            {
                "name": "Inspiron 3520",
                "brand_id": brand.id,
                "category_id": cls.env["fsm.device.category"].search([], limit=1).id,
                "company_id": cls.organization.id,
            }
        )

    @classmethod
    def _found_organization(cls, name):
        rupee = cls.env.ref("base.INR")
        rupee.active = True
        return cls.env["res.company"].create(
            {
                "name": name,
                "country_id": cls.india.id,
                "state_id": cls.karnataka.id,
                "currency_id": rupee.id,
            }
        )

    @classmethod
    def _found_branch(cls, name, code, gstin, state, organization=None, **values):
        return cls.env["fsm.branch"].create(
            {
                "name": name,
                "code": code,
                "vat": gstin,
                "state_id": state.id,
                "organization_id": (organization or cls.organization).id,
                "street": f"12, {name}",
                "city": "Bengaluru",
                "zip": "560002",
                **values,
            }
        )

    @classmethod
    def _hire(cls, login, groups, branch=None):
        company = (branch or cls.branch).company_id
        return new_test_user(
            cls.env,
            f"{login}_{company.id}",
            groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _stock(cls, name, kind, hsn, price):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": kind,
                "l10n_in_hsn_code": hsn,
                "list_price": price,
                "taxes_id": [Command.set(cls.organization.account_sale_tax_id.ids)],
            }
        )

    @classmethod
    def _meet(cls, name, state, branch=None, country=None, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "state_id": state.id if state else False,
                "country_id": (country or cls.india).id,
                "company_id": (branch or cls.branch).company_id.id,
                **values,
            }
        )

    @classmethod
    def _create_job(cls, partner=None, branch=None, state="ready", lines=None):
        """Return a job card in `state` with SSD ₹3,490 and labour ₹600, unless told otherwise.

        :param list lines: ``[(product, price)]``
        """
        branch, partner = branch or cls.branch, partner or cls.suresh
        lines = [(cls.ssd, 3490.0), (cls.labour, 600.0)] if lines is None else lines
        device = cls.env["fsm.device"].create(
            {
                "model_id": cls.model.id,
                "partner_id": partner.id,
                "company_id": branch.company_id.id,
                "serial": f"7HX2K{cls.env['fsm.device'].search_count([])}",
            }
        )
        job = cls.env["fsm.job"].create(
            {
                "branch_id": branch.id,
                "partner_id": partner.id,
                "device_id": device.id,
                "complaint": "No display",
                "line_ids": [
                    Command.create({"product_id": product.id, "price_unit": price})
                    for product, price in lines
                ],
            }
        )
        job.with_context(fsm_gate=GATE).write({"state": state})
        return job

    @classmethod
    def _invoice(cls, job, user=None, post=True):
        """Return the invoice of a job card, made and posted by the manager."""
        job = job.with_user(user or cls.manager)
        answer = job.create_invoice()
        invoice = job.env["account.move"].browse(answer["invoice_id"])
        if post:
            invoice.action_post()
        return invoice

    def _taxes(self, invoice):
        """Return the tax of each group in rupees: ``{"IGST": 736.2}``."""
        lines = invoice.line_ids.filtered("tax_line_id")
        return {line.tax_group_id.name: abs(line.balance) for line in lines}
