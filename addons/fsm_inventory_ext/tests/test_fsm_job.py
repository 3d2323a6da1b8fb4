from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmJob(FsmInventoryCommon):
    # === LIFE CYCLE === #

    def test_missing_part_moves_the_job_to_waiting_for_parts(self):
        job = self._job()
        answer = job.with_user(self.technician).request_part(product_id=self.ssd.id)
        self.assertEqual(answer["state"], "requested")
        self.assertIs(answer["available"], False)
        self.assertEqual(job.state, "parts")

    def test_available_part_is_reserved_and_leaves_the_job_where_it_is(self):
        self._stock_up(self.ssd, 1)
        job = self._job()
        answer = job.with_user(self.technician).request_part(product_id=self.ssd.id)
        self.assertEqual((answer["state"], answer["available"]), ("reserved", True))
        self.assertEqual(job.state, "approved")

    def test_other_branch_s_stock_does_not_help(self):
        self._stock_up(self.ssd, 5, self.other_branch)
        job = self._job()
        answer = job.with_user(self.technician).request_part(product_id=self.ssd.id)
        self.assertIs(answer["available"], False)
        self.assertEqual(job.state, "parts")

    def test_part_requested_and_used_in_one_call_starts_the_repair(self):
        self._stock_up(self.ssd, 1)
        job = self._job()
        answer = job.with_user(self.technician).request_part(product_id=self.ssd.id, use=True)
        self.assertEqual((answer["state"], answer["available"]), ("used", True))
        self.assertEqual(job.state, "repair")
        self.assertEqual(self._on_hand(self.ssd), 0)

    def test_missing_part_that_should_be_used_at_once_is_waited_for(self):
        job = self._job()
        answer = job.with_user(self.technician).request_part(product_id=self.ssd.id, use=True)
        self.assertEqual((answer["state"], answer["available"]), ("requested", False))
        self.assertEqual(job.state, "parts")

    def test_using_a_part_starts_the_repair_when_nothing_else_is_awaited(self):
        ram = self._create_part("RAM 8 GB", 2100)
        job = self._job()
        ssd_usage, ram_usage = self._request(job), self._request(job, ram)
        self._stock_up(self.ssd, 1)
        ssd_usage.use()
        self.assertEqual(job.state, "parts")
        self._stock_up(ram, 1)
        ram_usage.use()
        self.assertEqual(job.state, "repair")

    def test_ready_waits_for_reserved_parts(self):
        self._stock_up(self.ssd, 2)
        job = self._job("repair")
        usage = self._request(job)
        with self.assertRaisesRegex(UserError, "neither used nor returned: SSD 512 GB"):
            job.with_user(self.technician).move_to(state="qc")
        with self.assertRaisesRegex(UserError, "neither used nor returned: SSD 512 GB"):
            job.with_user(self.manager).move_to(
                state="ready", reason="The customer is waiting", override=True
            )
        usage.use()
        job.with_user(self.technician).move_to(state="qc")
        job.with_user(self.manager).mark_ready()
        self.assertEqual(job.state, "ready")

    def test_part_is_not_requested_before_the_customer_has_approved(self):
        job = self._walk(self._intake(), "diagnosis")
        with self.assertRaisesRegex(UserError, "“In Diagnosis”"):
            job.with_user(self.technician).request_part(product_id=self.ssd.id)

    def test_receptionist_cancels_before_any_part_is_used_and_it_goes_back(self):
        self._stock_up(self.ssd, 1)
        job = self._job()
        usage = self._request(job)
        job.with_user(self.receptionist).move_to(state="cancelled", reason="He bought a new one")
        self.assertEqual(usage.state, "returned")
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (1, 1))

    def test_only_a_manager_cancels_after_a_part_was_used(self):
        self._stock_up(self.ssd, 1)
        job = self._job()
        self._request(job, use=True)
        job.with_user(self.manager).move_to(
            state="approved", reason="Back to where it was", override=True
        )
        with self.assertRaisesRegex(UserError, "Parts were used"):
            job.with_user(self.receptionist).move_to(state="cancelled", reason="No more")
        job.with_user(self.manager).move_to(state="cancelled", reason="No more")
        self.assertEqual(job.state, "cancelled")

    # === BILLING === #

    def test_used_part_is_billed_at_the_approved_price(self):
        self._stock_up(self.ssd, 1)
        job = self._job(lines=[(self.ssd, 1, 3200), (self.labour, 1, 600)])
        self.ssd.lst_price = 9999
        self._request(job, use=True)
        self.assertEqual(
            job._billable_lines(),
            [
                {
                    "product_id": self.ssd.id,
                    "name": "SSD 512 GB",
                    "quantity": 1,
                    "price_unit": 3200,
                },
                {
                    "product_id": self.labour.id,
                    "name": "Laptop repair labour",
                    "quantity": 1,
                    "price_unit": 600,
                },
            ],
        )

    def test_approved_part_that_was_never_used_is_not_billed(self):
        job = self._job("repair")
        self.assertEqual([line["name"] for line in job._billable_lines()], ["Laptop repair labour"])

    def test_used_part_keeps_its_price_when_the_price_list_changes(self):
        self._stock_up(self.ssd, 1)
        job = self._job(lines=[(self.labour, 1, 600)])
        usage = self._request(job, use=True)
        self.ssd.lst_price = 9999
        self.assertEqual(usage.price_unit, 3490)
        self.assertEqual(job._billable_lines()[1]["price_unit"], 3490)

    def test_returned_part_is_not_billed(self):
        self._stock_up(self.ssd, 2)
        job = self._job("repair", lines=[(self.ssd, 2, 3490)])
        usage = self._request(job, quantity=2, use=True)
        usage.return_part(quantity=1, reason="One was enough")
        [line] = job._billable_lines()
        self.assertEqual(line["quantity"], 1)

    def test_consumable_is_billed_as_approved(self):
        paste = self._create_part("Thermal Paste", 150, is_storable=False)
        job = self._job("repair", lines=[(paste, 1, 150)])
        self.assertEqual([line["name"] for line in job._billable_lines()], ["Thermal Paste"])

    def test_consumable_that_was_used_beyond_the_estimate_is_billed(self):
        paste, tape = (
            self._create_part(name, price, is_storable=False)
            for name, price in (("Thermal Paste", 150), ("Tape", 40))
        )
        job = self._job("repair", lines=[(paste, 1, 120)])
        for product, quantity in ((paste, 1), (paste, 2), (tape, 3)):
            self._request(job, product, quantity, use=True)
        self.assertEqual(
            [
                (line["name"], line["quantity"], line["price_unit"])
                for line in job._billable_lines()
            ],
            [("Thermal Paste", 1, 120), ("Thermal Paste", 2, 120), ("Tape", 3, 40)],
        )

    # === MARKUP === #

    def _rule(self, percent, categ=False, company=None, **values):
        company = company or self.organization
        values |= {"company_id": company.id, "categ_id": categ and categ.id, "percent": percent}
        return self.env["fsm.markup.rule"].create(values)

    def _estimated(self, product):
        """Return the price that a technician's estimate gives to a part."""
        job = self._intake(customer={"id": self.customer.id})
        self._as("manager", job).assign(technician_ids=self.tech.ids)
        job.with_user(self.technician).add_diagnosis(
            diagnosis="The board is dead.", lines=[{"product_id": product.id}]
        )
        return job.line_ids.price_unit

    def test_part_without_a_fixed_price_is_estimated_at_cost_and_markup(self):
        boards = self.env["product.category"].create({"name": "Boards"})
        gpu = boards.create({"name": "With a GPU", "parent_id": boards.id})
        board = self._create_part("Board", 0.0, categ_id=gpu.id, standard_price=0.0)
        self.assertEqual(self._estimated(board), 0)
        board.fsm_add_stock(
            branch_id=self.branch.id, quantity=3, reason="From the wholesaler", unit_cost=2611
        )
        self.assertEqual(self._estimated(board), 0)  # no rule
        self._rule(20)
        self.assertEqual(self._estimated(board), 3133)  # 3,133.20, in whole rupees
        self._rule(30, boards, round_to=10)
        self.assertEqual(self._estimated(board), 3390)  # the nearer category; of 3,394.30
        self._rule(50, company=self.branch.company_id)
        self.assertEqual(self._estimated(board), 3917)  # the branch goes before its organisation
        shown = board.product_tmpl_id.with_user(self.accountant).with_company(self.company)
        self.assertEqual(shown.fsm_price, 3917)
        board.list_price = 5000
        self.assertEqual(self._estimated(board), 5000)  # fixed

    def test_used_part_that_was_never_estimated_gets_the_markup_too(self):
        board = self._create_part("Board", 0.0)
        board.fsm_add_stock(
            branch_id=self.branch.id, quantity=1, reason="From the wholesaler", unit_cost=1000
        )
        self._rule(25)
        usage = self._request(self._job("repair"), board, use=True)
        self.assertEqual((usage.price_unit, usage.sudo().cost), (1250, 1000))
        self.assertEqual(usage.with_user(self.accountant).margin, 250)

    def test_margin_is_what_is_billed_less_what_the_parts_have_cost(self):
        self.ssd.fsm_add_stock(
            branch_id=self.branch.id, quantity=2, reason="From the wholesaler", unit_cost=2600
        )
        job = self._job("repair")
        seen = job.with_user(self.accountant)
        self.assertEqual((seen.margin, seen.line_ids[0].margin), (1490, 890))
        self._request(job, use=True)
        self.ssd.with_company(self.branch.company_id).standard_price = 3000
        self.env.invalidate_all()
        self.assertEqual(seen.margin, 1490)  # the cost of the used one is frozen
