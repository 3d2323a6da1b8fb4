from odoo.addons.fsm_jobs.tests.common import FsmJobsCommon


class FsmFullCommon(FsmJobsCommon):
    """Two branches with everything: five SSDs on the shelf of SP Road, 18 % GST on all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.write({"is_storable": True, "l10n_in_hsn_code": "84717020"})
        cls.labour.l10n_in_hsn_code = "998713"
        cls.part.with_user(cls.owner).fsm_add_stock(
            branch_id=cls.branch.id, quantity=5.0, reason="Opening stock", unit_cost=2450.0
        )

    @classmethod
    def _use_part(cls, job):
        usage = cls._as("technician", job).request_part(product_id=cls.part.id, quantity=1.0)
        cls.env["fsm.part.usage"].browse(usage["part_usage_id"]).with_user(cls.technician).use()

    @classmethod
    def _repaired_job(cls, **values):
        """Return a job card that is ready, its part used."""
        job = cls._walk(cls._intake(**values), "diagnosis", "estimate", "approved")
        cls._use_part(job)
        return cls._walk(job, "qc", "ready")

    @classmethod
    def _invoice(cls, job):
        """Bill `job` as the accountant and post the invoice."""
        answer = cls._as("accountant", job).create_invoice()
        invoice = cls.env["account.move"].browse(answer["invoice_id"])
        invoice.with_user(cls.accountant).action_post()
        return invoice

    @classmethod
    def _taxes(cls, invoice):
        """Return the tax of each group in rupees: ``{"IGST": 736.2}``."""
        taxes = invoice.line_ids.filtered("tax_line_id")
        return {line.tax_group_id.name: round(-line.balance, 2) for line in taxes}
