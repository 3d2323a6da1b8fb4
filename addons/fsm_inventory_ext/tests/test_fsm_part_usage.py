from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fsm_jobs.models.fsm_job import GATE

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestFsmPartUsage(FsmInventoryCommon):
    # === USE === #

    def test_part_used_leaves_stock_one_less_and_one_done_move(self):
        self._stock_up(self.ssd, 5)
        job = self._job("repair")
        usage = self._request(job)
        answer = usage.use()
        self.assertEqual(answer, {"id": usage.id, "state": "used", "quantity": 1})
        self.assertEqual(self._on_hand(self.ssd), 4)
        [move] = usage.sudo().move_ids
        self.assertEqual((move.state, move.quantity, move.origin), ("done", 1, job.name))
        self.assertEqual(move.location_dest_id, self.branch.usage_location_id)
        self.assertEqual(usage.used_by_id, self.technician)
        self.assertTrue(usage.used_at)

    def test_last_unit_cannot_be_used_twice(self):
        self._stock_up(self.ssd, 1)
        first, second = self._job("repair"), self._job("repair")
        waiting = self._request(second)
        self.assertEqual(waiting.state, "reserved")
        taken = self._request(first)
        self.assertEqual(taken.state, "requested")
        with self.assertRaisesRegex(UserError, "Only 0 of SSD 512 GB are in stock at SP Road"):
            taken.use()
        waiting.use()
        with self.assertRaisesRegex(UserError, "already is “Used”"):
            waiting.use()
        self.assertEqual(self._on_hand(self.ssd), 0)

    def test_more_than_there_is_cannot_be_used(self):
        self._stock_up(self.ssd, 2)
        usage = self._request(self._job("repair"), quantity=3)
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB are in stock at SP Road"):
            usage.use()

    def test_part_that_is_given_up_is_for_who_was_promised_first(self):
        self._stock_up(self.ssd, 2)
        jobs = [self._job(*path) for path in (["repair"], [], ["repair"], ["repair"])]
        for job, day in zip(jobs[2:], ("2099-03-03", "2099-01-01"), strict=True):
            job.with_context(fsm_gate=GATE).sudo().promised_at = day
        holder, cancelled, late, first = (self._request(job) for job in jobs)
        self.assertEqual((late.state, first.state), ("requested", "requested"))
        holder.return_part()
        self.assertEqual((late.state, first.state), ("requested", "reserved"))
        self.assertEqual(self._last_told(jobs[3]).partner_ids, self.technician.partner_id)
        jobs[2].with_context(fsm_gate=GATE).sudo().technician_ids = False
        jobs[1].with_user(self.manager).move_to(state="cancelled", reason="He bought a new one")
        self.assertEqual((cancelled.state, late.state), ("returned", "reserved"))
        self.assertEqual(self._last_told(jobs[2]).partner_ids, self.manager.partner_id)

    def test_job_cards_of_two_branches_give_up_their_parts_in_one_call(self):
        self._stock_up(self.ssd, 1)
        self._stock_up(self.ssd, 1, self.other_branch)
        jobs = self._as("owner", self._job()) + self._job_elsewhere()
        for job in jobs:
            job.request_part(product_id=self.ssd.id)
        jobs.move_to(state="cancelled", reason="He bought a new one")
        self.assertEqual(jobs.part_usage_ids.mapped("state"), ["returned", "returned"])

    def test_part_that_is_not_delivered_after_all_is_for_who_waits(self):
        self._stock_up(self.ssd, 1)
        warehouse = self.branch.warehouse_id
        move = self.env["stock.move"].create(
            {
                "product_id": self.ssd.id,
                "product_uom_qty": 1,
                "location_id": self.branch.stock_location_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": warehouse.out_type_id.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        usage = self._request(self._job("repair"))
        self.assertEqual((move.state, usage.state), ("assigned", "requested"))
        move.picking_id.action_cancel()
        self.assertEqual((move.state, usage.state), ("cancel", "reserved"))

    def _last_told(self, job):
        return self.env["mail.message"].search(
            [("res_id", "=", job.id), ("model", "=", "fsm.job")], order="id desc", limit=1
        )

    def test_what_arrives_is_for_who_was_promised_first(self):
        jobs = [self._job("repair") for _ in range(3)]
        for job, day in zip(jobs, ("2099-03-03", "2099-01-01", "2099-02-02"), strict=True):
            job.with_context(fsm_gate=GATE).sudo().promised_at = day
        late, first, big = (
            self._request(job, quantity=quantity)
            for job, quantity in zip(jobs, (1, 1, 9), strict=True)
        )
        self._stock_up(self.ssd, 1)
        self.assertEqual((first.state, late.state, big.state), ("reserved", *["requested"] * 2))
        told = self._last_told(jobs[1])
        self.assertEqual(told.subject, f"Job card {jobs[1].name}: its part is there")
        self.assertEqual(told.partner_ids, self.technician.partner_id)
        first.use()
        first.return_part(reason="It was the cable")
        self.assertEqual((late.state, big.state), ("reserved", "requested"))

    def test_store_says_when_and_the_promise_follows(self):
        job = self._job("repair")
        usage = self._request(job)
        self.assertEqual((job.state, job.clock), ("parts", "supplier"))
        job.sudo().promised_at = "2099-01-05 10:00:00"
        with self.assertRaisesRegex(UserError, "a day to come"):
            usage.with_user(self.accountant).say_when(expected_on="2020-01-01")
        with self.assertRaises(AccessError):
            usage.say_when(expected_on="2099-01-07")
        usage.with_user(self.accountant).say_when(expected_on="2099-01-02")
        self.assertEqual(str(job.promised_at), "2099-01-05 10:00:00", "It can be kept.")
        usage.with_user(self.accountant).say_when(expected_on="2099-01-07")
        self.assertGreater(str(job.promised_at), "2099-01-08")
        self.assertIn("parts are expected", job.message_ids[0].body)

    def test_using_less_leaves_the_rest_reserved(self):
        self._stock_up(self.ssd, 3)
        job = self._job("repair")
        usage = self._request(job, quantity=3)
        usage.use(quantity=1)
        self.assertEqual((usage.state, usage.quantity), ("used", 1))
        rest = job.part_usage_ids - usage
        self.assertEqual((rest.state, rest.quantity), ("reserved", 2))
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (2, 0))

    def test_serial_number_is_asked_for_and_kept(self):
        screen = self._create_part("3520 Screen", 5200, tracking="serial")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": screen.id, "company_id": self.branch.company_id.id}
                for name in ("SN-1", "SN-2")
            ]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                screen, self.branch.stock_location_id, 1, lot_id=lot
            )
        usage = self._request(self._job("repair"), screen)
        with self.assertRaisesRegex(UserError, "serial or lot number"):
            usage.use()
        usage.use(lot_id=lots[1].id)
        self.assertEqual(usage.lot_id, lots[1])
        self.assertEqual(
            usage.sudo().move_ids.filtered(lambda m: m.state == "done").lot_ids, lots[1]
        )

    def test_cost_is_kept_as_it_was(self):
        self.ssd.fsm_add_stock(
            branch_id=self.branch.id, quantity=1, reason="Bought", unit_cost=2600
        )
        usage = self._request(self._job("repair"), use=True)
        self.ssd.with_company(self.branch.company_id).standard_price = 1
        self.assertEqual(usage.sudo().cost, 2600)

    # === RETURN === #

    def test_used_part_comes_back_by_a_move_back(self):
        self._stock_up(self.ssd, 1)
        usage = self._request(self._job("repair"), use=True)
        with self.assertRaisesRegex(UserError, "Say why"):
            usage.return_part()
        answer = usage.return_part(reason="Did not fit")
        self.assertEqual(answer, {"id": usage.id, "state": "returned", "quantity": 1})
        self.assertEqual(self._on_hand(self.ssd), 1)
        taken, back = usage.sudo().move_ids.sorted("id")
        self.assertEqual(back.origin_returned_move_id, taken)
        self.assertEqual((taken.state, back.state), ("done", "done"))

    def test_part_of_a_used_quantity_comes_back(self):
        self._stock_up(self.ssd, 3)
        job = self._job("repair")
        usage = self._request(job, quantity=3, use=True)
        answer = usage.return_part(quantity=2, reason="One was enough")
        self.assertEqual(answer, {"id": usage.id, "state": "used", "quantity": 1})
        self.assertEqual(self._on_hand(self.ssd), 2)
        with self.assertRaisesRegex(UserError, "Only 1 of SSD 512 GB are on job card"):
            usage.return_part(quantity=2, reason="Once more")

    def test_reserved_part_that_is_returned_is_free_again(self):
        self._stock_up(self.ssd, 1)
        usage = self._request(self._job("repair"))
        usage.return_part()
        self.assertEqual(usage.state, "returned")
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (1, 1))

    def test_request_that_is_not_needed_is_cancelled(self):
        usage = self._request(self._job("repair"))
        usage.return_part()
        self.assertEqual(usage.state, "cancelled")

    # === REQUEST === #

    def test_create_requests_under_the_same_rules(self):
        self._stock_up(self.ssd, 1)
        job = self._job("repair")
        usage = (
            self.env["fsm.part.usage"]
            .with_user(self.technician)
            .create({"job_id": job.id, "product_id": self.ssd.id, "quantity": 1})
        )
        self.assertEqual((usage.state, usage.requested_by_id), ("reserved", self.technician))

    def test_create_cannot_set_what_the_methods_set(self):
        job = self._job("repair")
        for values in ({"state": "used"}, {"price_unit": 1}, {"warranty_until": "2099-01-01"}):
            with self.assertRaisesRegex(AccessError, "Nobody writes this by hand"):
                self.env["fsm.part.usage"].with_user(self.manager).create(
                    {"job_id": job.id, "product_id": self.ssd.id, **values}
                )
        usage = self._request(
            job.with_context(default_state="used", default_price_unit=1, default_quantity=7)
        )
        self.assertEqual((usage.state, usage.price_unit, usage.quantity), ("requested", 0, 1))

    def test_same_client_ref_requests_once(self):
        self._stock_up(self.ssd, 5)
        job = self._job("repair").with_user(self.technician)
        PartUsage = self.env["fsm.part.usage"].with_user(self.technician)
        values = {"job_id": job.id, "product_id": self.ssd.id, "client_ref": "van-17"}
        self.assertEqual(PartUsage.create(values), PartUsage.create(values))
        with self.assertRaisesRegex(UserError, "already used for something else"):
            PartUsage.create({**values, "quantity": 2})
        asked = {"product_id": self.ssd.id, "client_ref": "van-18", "use": True}
        self.assertEqual(job.request_part(**asked), job.request_part(**asked))
        self.assertEqual(len(job.part_usage_ids), 2)
        self.assertEqual(self._on_hand(self.ssd), 4)

    def test_nonsense_is_answered_with_a_sentence(self):
        job = self._job("repair").with_user(self.technician)
        for quantity in (0, -1, 1e-9, 1e308, float("nan"), float("inf"), "two"):
            with self.subTest(quantity=quantity), self.assertRaises(UserError):
                job.request_part(product_id=self.ssd.id, quantity=quantity)
        with self.assertRaisesRegex(UserError, "Laptop repair labour is not a part"):
            job.request_part(product_id=self.labour.id)
        with self.assertRaisesRegex(UserError, "no such part"):
            job.request_part(product_id=2**31 - 1)
        self.assertFalse(job.part_usage_ids)

    def test_part_of_another_organisation_is_not_there(self):
        foreign = self._create_part("Their SSD", 1)
        foreign.company_id = self.env["res.company"].create({"name": "Another Organisation"})
        job = self._job("repair").with_user(self.technician)
        with self.assertRaisesRegex(UserError, "no such part"):
            job.request_part(product_id=foreign.id)

    # === READ ONLY === #

    def test_delivered_job_s_parts_are_read_only_by_every_door(self):
        self._stock_up(self.ssd, 5)
        job = self._job("repair")
        usage = self._request(job, use=True)
        # Past what other addons ask for before a delivery, e.g. a paid invoice.
        job.with_context(fsm_gate=GATE).write({"state": "delivered"})
        for user in (self.technician, self.manager, self.owner):
            job, usage = job.with_user(user), usage.with_user(user)
            doors = {
                "use": usage.use,
                "return": lambda usage=usage: usage.return_part(reason="Never mind"),
                "request": lambda job=job: job.request_part(product_id=self.ssd.id),
                "write": lambda usage=usage: usage.write({"quantity": 9}),
                "unlink": usage.unlink,
                "create": lambda usage=usage, job=job: usage.create(
                    {"job_id": job.id, "product_id": self.ssd.id}
                ),
                "parent update": lambda job=job, usage=usage: job.write(
                    {"part_usage_ids": [Command.update(usage.id, {"quantity": 9})]}
                ),
                "parent create": lambda job=job: job.write(
                    {"part_usage_ids": [Command.create({"product_id": self.ssd.id})]}
                ),
                "parent delete": lambda job=job, usage=usage: job.write(
                    {"part_usage_ids": [Command.delete(usage.id)]}
                ),
            }
            for door, walk in doors.items():
                with self.subTest(user=user.name, door=door), self.assertRaises(UserError):
                    walk()
        self.assertEqual(job.sudo().part_usage_ids.mapped("quantity"), [1])
        self.assertEqual(self._on_hand(self.ssd), 4)

    def test_state_is_never_written_by_hand(self):
        self._stock_up(self.ssd, 1)
        usage = self._request(self._job("repair"))
        for user in (self.technician, self.manager, self.owner, self.accountant):
            with self.assertRaises(AccessError):
                usage.with_user(user).write({"state": "used"})
        with self.assertRaises(UserError):
            usage.sudo().unlink()
