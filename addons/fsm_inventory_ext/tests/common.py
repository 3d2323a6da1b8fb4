from odoo.addons.fsm_jobs.tests.common import FsmJobsCommon


class FsmInventoryCommon(FsmJobsCommon):
    """The two branches with shelves, a second technician, and the SSD everybody wants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ssd = cls.part
        cls.ssd.is_storable = True
        cls.imran = cls._create_user("imran", "technician", cls.branch)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Suresh Kumar", "company_id": cls.company.id}
        )

    # === WHAT A WORKSHOP NEEDS === #

    @classmethod
    def _create_part(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "list_price": price,
                "company_id": cls.organization.id,
                **values,
            }
        )

    @classmethod
    def _stock_up(cls, product, quantity, branch=None):
        product.fsm_add_stock(
            branch_id=(branch or cls.branch).id, quantity=quantity, reason="From the wholesaler"
        )

    @classmethod
    def _job(cls, *path, lines=None, user=None):
        """Return an approved job card of `user`, a technician, taken along `path`.

        :param lines: `(product, quantity, price)` of the estimate; by default an SSD and labour
        """
        user = user or cls.technician
        job = cls._intake(
            customer={"id": cls.customer.id},
            device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
        )
        cls._as("manager", job).assign(technician_ids=user.fsm_technician_ids.ids)
        job.with_user(user).add_diagnosis(
            diagnosis="The SSD is dead.",
            lines=[
                {"product_id": product.id, "quantity": quantity, "price_unit": price}
                for product, quantity, price in lines
                or [(cls.ssd, 1.0, 3490.0), (cls.labour, 1.0, 600.0)]
            ],
        )
        job.with_user(user).share_estimate()
        cls._walk_to_approved(job)
        for state in path:
            job.with_user(user).move_to(state=state)
        return job

    @classmethod
    def _job_elsewhere(cls):
        """Return an approved job card of the other branch."""
        job_id = cls._as("owner").intake(
            branch_id=cls.other_branch.id,
            customer={"name": "Meena Iyer", "phone": "98400 11111"},
            device={"category": "Laptop", "brand": "HP", "model": "Pavilion 14"},
            complaint="Slow",
        )["id"]
        job = cls._as("owner").browse(job_id)
        job.add_diagnosis(diagnosis="Needs an SSD", lines=[{"product_id": cls.ssd.id}])
        job.share_estimate()
        job.record_answer(answer="approved")
        return job

    def _request(self, job, product=None, quantity=1.0, user=None, **values):
        """Request a part as its technician, and return the part usage in his name."""
        answer = job.with_user(user or self.technician).request_part(
            product_id=(product or self.ssd).id, quantity=quantity, **values
        )
        usages = self.env["fsm.part.usage"].with_user(user or self.technician)
        return usages.browse(answer["part_usage_id"])

    def _on_hand(self, product):
        return self.branch._on_hand(product)
