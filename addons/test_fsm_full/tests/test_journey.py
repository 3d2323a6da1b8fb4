import base64

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fsm_jobs.tests.common import PNG

from .common import FsmFullCommon

CHENNAI = {
    "name": "Marina Exports LLP",
    "phone": "98400 11223",
    "vat": "33AACFK4521M1ZG",
    "street": "3 Beach Road",
    "city": "Chennai",
    "zip": "600001",
    "company_type": "company",
}


@tagged("post_install", "-at_install")
class TestJourney(FsmFullCommon):
    """The main job: over the counter, to the bench, onto an invoice, paid, and home."""

    def test_laptop_is_taken_in_repaired_billed_paid_and_delivered(self):
        job = self._repaired_job()
        self.assertEqual(self.part.with_company(self.company).qty_available, 4.0)

        invoice = self._invoice(job)
        self.assertRegex(invoice.name, r"^SPR/\d\d-\d\d/00001$")
        self.assertRecordValues(
            invoice,
            [
                {
                    "amount_untaxed": 4090.0,
                    "amount_tax": 736.2,
                    "amount_total": 4826.2,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(self._taxes(invoice), {"CGST": 368.1, "SGST/UTGST": 368.1})

        paid = invoice.with_user(self.accountant).fsm_record_payment(
            lines=[
                {"method": "cash", "amount": 826.2},
                {"method": "upi", "amount": 4000.0, "reference": "426512345678"},
            ]
        )
        self.assertEqual((paid["payment_state"], paid["amount_residual"]), ("paid", 0.0))

        self._walk_to_delivered(job)
        self.assertRecordValues(job, [{"state": "delivered", "amount_due": 0.0}])

    def test_same_job_billed_to_a_chennai_gstin_is_inter_state(self):
        invoice = self._invoice(self._repaired_job(customer=CHENNAI))
        self.assertEqual(self._taxes(invoice), {"IGST": 736.2})
        self.assertEqual(invoice.l10n_in_state_id, self.tamil_nadu)

    def test_estimate_says_what_the_invoice_will(self):
        job = self._walk(self._intake(), "diagnosis")
        self.assertEqual(job.amount_estimate, 4826.2)

    def test_maker_pays_for_the_parts_that_were_used_not_for_those_estimated(self):
        job = self._walk(self._intake(), "diagnosis")
        job.line_ids.write({"billing": "oem"})
        job.line_ids.filtered(lambda line: line.product_id == self.part).quantity = 2.0
        job.oem_partner_id = self.env["res.partner"].create(
            {"name": "Acme Laptops", "is_company": True, "state_id": self.tamil_nadu.id}
        )
        self._walk(job, "estimate", "approved")
        self._use_part(job)
        claimed = self._as("accountant", self._walk(job, "qc", "ready"))._claim_lines()
        self.assertEqual(
            {(line["product_id"], line["quantity"], line["price_unit"]) for line in claimed},
            {(self.labour.id, 1.0, 600.0), (self.part.id, 1.0, 3490.0)},
        )

    def test_T31_parts_for_a_branch_with_the_same_gstin_travel_with_a_challan_of_rule_55(self):
        sister = self.other_branch.company_id
        sister.write({"state_id": self.karnataka.id, "vat": self.company.vat})
        transfers = self._as("manager", self.env["fsm.transfer"])
        answer = transfers.request(
            from_branch_id=self.branch.id,
            to_branch_id=self.other_branch.id,
            lines=[{"product_id": self.part.id, "quantity": 2}],
        )
        transfers.browse(answer["id"]).send_parts()
        challan = self.env["fsm.transfer"].browse(answer["id"]).challan_id
        self.assertRegex(challan.name, r"^DSPR/\d\d-\d\d/00001$")
        self.assertEqual((challan.gst_number_ids.kind, challan.purpose), ("challan", "own_use"))
        printed = challan.with_user(self.accountant)._print_challan()
        self.assertEqual(
            printed["goods"],
            [{"hsn": "84717020", "unit": printed["goods"][0]["unit"], "value": "4,900.00"}],
        )
        self.assertIn(printed["goods"][0]["unit"], ("UNT", "NOS"))
        with self.assertRaisesRegex(AccessError, "an accountant prints it"):
            challan.with_user(self.receptionist)._print_challan()
        with self.assertRaises(AccessError):
            challan.line_ids.with_user(self.receptionist).read(["value"])
        with self.assertRaisesRegex(UserError, "on the way"):
            challan.with_user(self.manager).cancel(reason="The box stayed here")

    def test_each_branch_has_its_series(self):
        first = self._invoice(self._repaired_job())
        self.assertEqual(first.journal_id.company_id, self.company)
        journals = self.env["account.journal"].search([("type", "=", "sale")])
        rst = journals.filtered(lambda j: j.company_id == self.other_branch.company_id)
        self.assertEqual((first.journal_id.code, rst.code), ("SPR", "RST"))

    def test_night_of_new_years_day_is_already_the_new_year_in_india(self):
        with freeze_time("2027-03-31 18:30:00"):  # 1 April 2027, 00:00 in India
            invoice = self._invoice(self._repaired_job())
        self.assertEqual(invoice.name, "SPR/27-28/00001")

    def test_device_stays_until_it_is_paid(self):
        job = self._repaired_job()
        with self.assertRaisesRegex(UserError, "(?i)invoice"):
            self._walk_to_delivered(job)
        self._invoice(job)
        with self.assertRaisesRegex(UserError, "4,826.20"):
            self._walk_to_delivered(job)

    def test_device_that_leaves_unasked_says_so_in_its_history(self):
        job = self._repaired_job()
        self._invoice(job)
        self._as("manager", job).deliver(
            signature=PNG,
            received_by="Suresh Kumar",
            accessories_returned=True,
            payments=[{"method": "cash", "amount": 4826.2}],
        )
        asked = f"Nobody was asked what became of the old parts: {self.part.display_name}."
        self.assertEqual(job.history_ids.sorted("id")[-1].reason, asked)
        self.assertTrue(any(asked in row["text"] for row in self._as("manager", job).timeline()))

    def test_whole_job_takes_six_calls(self):
        self.branch.ask_old_parts = "must"
        answer = self._as("manager").intake(
            customer={"name": "Suresh Kumar", "phone": "98450 12345"},
            device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
            complaint="No display",
            technician_ids=self.tech.ids,
        )
        job = self.env["fsm.job"].browse(answer["id"])
        self._as("technician", job).add_diagnosis(
            diagnosis="The SSD is dead.",
            lines=[{"product_id": self.labour.id}, {"product_id": self.part.id}],
            share_channels=["link"],
        )
        self._as("receptionist", job).record_answer(answer="approved")
        self._as("technician", job).request_part(product_id=self.part.id, quantity=1.0, use=True)
        self.assertEqual(job.state, "repair")
        self._as("manager", job).mark_ready(pass_qc=True, invoice=True)
        handover = {"signature": PNG, "received_by": "Suresh Kumar"}
        with self.assertRaisesRegex(UserError, "became of the old parts"):
            self._as("manager", job).deliver(**handover)
        self.assertFalse(job.part_usage_ids.old_part, "Nobody has said it.")
        with self.assertRaisesRegex(UserError, "returned, waived"):
            self._as("manager", job).deliver(**handover, old_parts="sold")
        self._as("manager", job).deliver(
            **handover,
            old_parts="returned",
            payments=[{"method": "cash", "amount": 4826.2}],
        )
        self.assertRecordValues(job, [{"state": "delivered", "amount_due": 0.0}])
        self.assertEqual(job.part_usage_ids.old_part, "customer")
        self.assertEqual(job.repaired_by_id, self.technician)

    def test_receptionist_neither_bills_nor_collects(self):
        job = self._repaired_job()
        with self.assertRaises(AccessError):
            self._as("receptionist", job).create_invoice()
        invoice = self._invoice(job)
        with self.assertRaises(AccessError):
            invoice.with_user(self.receptionist).fsm_record_payment(
                lines=[{"method": "cash", "amount": 1.0}]
            )
        with self.assertRaises(AccessError):
            invoice.with_user(self.receptionist).read(["amount_total"])
        self.assertEqual(self._as("receptionist", job).amount_due, 4826.2)

    def test_invoice_prints(self):
        invoice = self._invoice(self._repaired_job())
        with self.allow_pdf_render():
            printer = invoice.with_user(self.accountant)
            answer = printer.with_context(force_report_rendering=True).fsm_pdf()
        self.assertTrue(base64.b64decode(answer["content"]).startswith(b"%PDF"))

    def test_state_changes_are_in_the_audit_trail(self):
        job = self._repaired_job()
        self.env.flush_all()
        entries = self.env["fsm.audit.log"].search(
            [("model", "=", "fsm.job"), ("record_id", "=", job.id)]
        )
        states = [
            entry.changes["state"][1] for entry in entries.sorted("id") if "state" in entry.changes
        ]
        self.assertEqual(states[0], "received")
        self.assertEqual(states[-1], "ready")

    def test_cancelled_job_gives_no_part_away(self):
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved")
        self._use_part(job)
        with self.assertRaises(UserError):
            self._as("receptionist", job).move_to(state="cancelled")

    def test_parts_go_to_a_branch_with_another_gstin_on_a_tax_invoice(self):
        answer = (
            self.env["fsm.transfer"]
            .with_user(self.accountant)
            .request(
                from_branch_id=self.branch.id,
                to_branch_id=self.other_branch.id,
                lines=[{"product_id": self.part.id, "quantity": 2}],
            )
        )
        transfer = self.env["fsm.transfer"].browse(answer["id"]).with_user(self.accountant)
        document = transfer.send_parts()["document"]
        invoice = self.env["account.move"].search(
            [("invoice_origin", "=", transfer.name), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(document, {"kind": "invoice", "number": invoice.name})
        self.assertEqual((invoice.company_id, invoice.amount_untaxed), (self.company, 4900.0))
        self.assertEqual(self._taxes(invoice), {"IGST": 882.0})
        arrived = [{"line_id": transfer.sudo().line_ids.id, "quantity": 1}]
        transfer.with_user(self.owner).receive_parts(lines=arrived)
        self.assertEqual(self.other_branch._on_hand(self.part), 1)
        transfer.with_user(self.owner).settle_missing(outcome="returned", reason="Left in the box")
        bill = self.env["account.move"].search([("ref", "=", invoice.name)])
        note, refund = invoice.reversal_move_ids, bill.reversal_move_ids
        self.assertEqual((note.move_type, refund.move_type), ("out_refund", "in_refund"))
        for draft in (note, refund):
            self.assertEqual((draft.state, draft.amount_total), ("draft", 2891.0))
            draft.action_post()
        self.assertEqual(self.branch._on_hand(self.part), 4, "The transfer brought it, once.")

    def test_counter_sale_takes_what_is_sold_from_the_shelf(self):
        self.assertEqual(self._sell(2).name[-5:], "00001")
        self.assertEqual(self.branch._on_hand(self.part), 3)
        with self.assertRaisesRegex(UserError, "Only 3 of SSD 512 GB are in stock at SP Road"):
            self._sell(10)
        issued = self.env["fsm.gst.number"].search([("company_id", "=", self.company.id)])
        self.assertEqual(issued.mapped("counter"), [1], "What was refused has no number.")
        self._sell(3)
        self.assertEqual(self.branch._on_hand(self.part), 0)
        self.assertEqual(self._sell(9, self.labour).state, "posted")

    def test_pieces_are_sold_over_the_counter_and_come_back_by_their_serial_numbers(self):
        board = self.part.copy({"name": "Mainboard", "tracking": "serial"})
        board.with_user(self.owner).fsm_add_stock(
            branch_id=self.branch.id, quantity=3, reason="Opening", lots=["B-1", "B-2", "B-3"]
        )
        on_hand = lambda: [self._lot_on_hand(board, f"B-{n}") for n in (1, 2, 3)]  # noqa: E731
        for numbers, why in (
            (False, "which Mainboard are sold: 2 serial numbers"),
            ("B-1", "2 serial numbers"),
            ("B-1, B-9", "no Mainboard with number B-9"),
        ):
            with self.assertRaisesRegex(UserError, why), self.env.cr.savepoint():
                self._sell(2, board, part_numbers=numbers)
        sale = self._sell(2, board, part_numbers="B-3, B-1")
        self.assertEqual(on_hand(), [0, 1, 0])
        self.assertIn("(B-3, B-1)", sale._document_rows()[0]["name"])
        with self.assertRaisesRegex(UserError, "issued|Only 0"), self.env.cr.savepoint():
            sale.invoice_line_ids.part_numbers = "B-2"
        line = {"line_id": sale.invoice_line_ids.id, "quantity": 1}
        for numbers in ({}, {"lots": ["B-2"]}):
            which = self.assertRaisesRegex(UserError, "come back, 1 of: B-1, B-3")
            with which, self.env.cr.savepoint():
                sale.fsm_credit_note(reason="Does not fit", lines=[line | numbers])
        sale.fsm_credit_note(reason="Does not fit", lines=[line | {"lots": ["B-1"]}])
        self.assertEqual(on_hand(), [1, 1, 0])
        sale.fsm_credit_note(reason="Does not fit either")
        self.assertEqual(on_hand(), [1, 1, 1])

    def test_program_says_which_piece_it_sells(self):
        board = self.part.copy({"name": "Mainboard", "tracking": "serial"})
        board.with_user(self.owner).fsm_add_stock(
            branch_id=self.branch.id, quantity=2, reason="Opening", lots=["B-1", "B-2"]
        )
        moves = self.env["account.move"].with_user(self.accountant).with_company(self.company)
        partner = self.env["res.partner"].create(
            {"name": "Walk In", "country_id": self.env.ref("base.in").id}
        )
        sale = moves.create({"move_type": "out_invoice", "partner_id": partner.id})
        with self.assertRaisesRegex(UserError, "list of serial or lot numbers"):
            sale.fsm_add_line(product_id=board.id, lots=[7])
        sale.fsm_add_line(product_id=board.id, lots=["B-2"])
        self.assertEqual(sale.invoice_line_ids.numbers_at_hand, "B-1, B-2")
        sale.action_post()
        self.assertEqual([self._lot_on_hand(board, name) for name in ("B-1", "B-2")], [1, 0])

    def test_goods_of_a_counter_sale_come_back_as_its_credit_note_says_and_once(self):
        glue = self.part.copy({"name": "Glue", "tracking": "lot", "list_price": 90})
        for lot in ("G-1", "G-2"):
            glue.with_user(self.owner).fsm_add_stock(
                branch_id=self.branch.id, quantity=2.0, reason="Opening stock", lots=[lot]
            )
        sale = self._sell(3, glue)
        on_hand = lambda: [self._lot_on_hand(glue, name) for name in ("G-1", "G-2")]  # noqa: E731
        self.assertEqual(on_hand(), [0, 1], "What came first leaves first.")
        line = {"line_id": sale.invoice_line_ids.id, "quantity": 1}
        with self.assertRaisesRegex(UserError, "“parts” must be one of: shelf, damaged, kept"):
            sale.fsm_credit_note(reason="Too thick", lines=[line], parts="lost")
        sale.fsm_credit_note(reason="Too thick", lines=[line])
        self.assertEqual(on_hand(), [1, 1], "The piece that left.")
        sale.fsm_credit_note(reason="Dried out", lines=[line], parts="damaged")
        self.assertEqual(on_hand(), [1, 1])
        twice = sale._reverse_moves([{"invoice_date": sale.invoice_date}])
        self.assertEqual((twice.returned_parts, twice.has_returned_parts), ("shelf", True))
        refused = self.assertRaisesRegex(UserError, f"Only 1 of Glue can still .* {sale.name}")
        with refused, self.env.cr.savepoint():
            twice.action_post()
        twice.returned_parts = "kept"
        with (
            self.assertRaisesRegex(UserError, "Only 1 of .* can still be"),
            self.env.cr.savepoint(),
        ):
            twice.action_post()
        twice.invoice_line_ids.quantity = 1
        twice.action_post()
        self.assertEqual(on_hand(), [1, 1])
        other = self._sell(1, glue)
        other.fsm_credit_note(reason="Price alone", financial=True)
        self.assertEqual(sum(on_hand()), 1, "The customer keeps it.")
        with self.assertRaisesRegex(UserError, "was issued"):
            twice.returned_parts = "shelf"

    def test_R4_small_sale_leaves_at_once_and_comes_back_against_the_invoice_of_its_day(self):
        self.branch.consolidates_small_sales = True
        glue = self.part.copy({"name": "Glue", "tracking": "lot", "list_price": 90})
        for lot in ("G-1", "G-2"):
            glue.with_user(self.owner).fsm_add_stock(
                branch_id=self.branch.id, quantity=1.0, reason="Opening stock", lots=[lot]
            )
        branch = self.branch.with_user(self.accountant)
        cash = [{"method": "cash", "amount": 106.2}]
        sell = lambda **line: branch.sell(  # noqa: E731
            lines=[{"product_id": glue.id, **line}], payments=cash
        )
        first, second = sell(lots=["G-2"]), sell()
        on_hand = lambda: [self._lot_on_hand(glue, name) for name in ("G-1", "G-2")]  # noqa: E731
        self.assertEqual(on_hand(), [0, 0])
        with self.assertRaisesRegex(UserError, "Only 0 of Glue"), self.env.cr.savepoint():
            sell()
        sales = self.env["fsm.small.sale"].browse([first["sale_id"], second["sale_id"]])
        sales[1].with_user(self.owner).cancel(reason="Dried out")
        self.assertEqual(on_hand(), [1, 0])
        self.branch.with_user(self.owner).close_day(cash_counted=106.2)
        note = {"line_id": sales[0].invoice_id.invoice_line_ids.id, "quantity": 1}
        invoice = sales[0].invoice_id.with_user(self.accountant)
        invoice.fsm_credit_note(reason="Too thick", lines=[note])
        self.assertEqual(on_hand(), [1, 1], "The piece that was sold.")

    def _lot_on_hand(self, product, name):
        lot = self.env["stock.lot"].search([("product_id", "=", product.id), ("name", "=", name)])
        return self.branch._on_hand(product, lot)

    def test_s17_5_h_credit_on_parts_that_were_lost_is_taken_back_with_its_reason(self):
        """At their cost, ₹2,450 at 18 %; what is found again is not lost, what broke stays broken."""
        day = self._sell(1).invoice_date
        part = self.part.with_user(self.manager)
        gst_return = self.env["fsm.gst.return"].create(
            {"gstin": self.branch.vat, "period": day.strftime("%m%Y")}
        )

        def lost():
            self.env.flush_all()
            [for_good, _to_reclaim] = gst_return.gstr3b()["itc_elg"]["itc_rev"]
            self.assertEqual(for_good["camt"], for_good["samt"])
            return round(for_good["camt"] / 220.50, 2)

        branch_id = self.branch.id
        self.assertEqual(lost(), 0)
        part.fsm_adjust_stock(branch_id=branch_id, counted_quantity=2.0, reason="Two are missing")
        self.assertEqual(lost(), 2)
        part.fsm_adjust_stock(branch_id=branch_id, counted_quantity=3.0, reason="One was found")
        self.assertEqual(lost(), 1)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": part.id,
                "scrap_qty": 1.0,
                "company_id": self.company.id,
                "location_id": self.branch.stock_location_id.id,
                "reason": "Fell from the bench",
            }
        )
        scrap.with_user(self.manager).do_scrap()
        self.assertEqual(lost(), 2)
        part.fsm_adjust_stock(branch_id=branch_id, counted_quantity=9.0, reason="Opening stock")
        self.assertEqual(lost(), 1, "What broke stays broken.")
        [finding] = [row for row in gst_return.check()["findings"] if "17(5)(h)" in row["rule"]]
        self.assertIn("Fell from the bench", finding["text"])
        self.assertEqual((finding["model"], finding["id"]), ("product.product", part.id))

    def test_goods_of_a_sale_that_is_cancelled_never_left(self):
        self._sell(2).with_user(self.manager).fsm_cancel(reason="Billed twice")
        self.assertEqual(self.branch._on_hand(self.part), 5)
        sale = self._sell(3)
        note = sale._reverse_moves([{"invoice_date": sale.invoice_date, "ref": "Wrong"}])
        note.action_post()
        self.assertEqual(self.branch._on_hand(self.part), 5)
        note.with_user(self.manager).line_ids.remove_move_reconcile()
        note.with_user(self.manager).fsm_cancel(reason="The note was for somebody else")
        self.assertEqual(self.branch._on_hand(self.part), 2, "What did not come back has left.")
        job = self._invoice(self._repaired_job())
        on_hand = self.branch._on_hand(self.part)
        job.with_user(self.accountant).fsm_credit_note(reason="Goodwill for the delay")
        self.assertEqual(self.branch._on_hand(self.part), on_hand, "The device has it.")

    def test_counter_sale_of_a_part_without_a_price_has_the_branch_s_markup(self):
        part = self.part.copy({"name": "Hinge", "list_price": 0.0})
        part.with_user(self.owner).fsm_add_stock(
            branch_id=self.branch.id, quantity=5.0, reason="Opening stock", unit_cost=100.0
        )
        rule = {"company_id": self.organization.id, "categ_id": part.categ_id.id, "percent": 35}
        self.env["fsm.markup.rule"].create(rule)
        sale = self._sell(2, part)
        self.assertEqual(sale.amount_untaxed, 270.0)
        self.assertEqual(self._sell(1).invoice_line_ids.price_unit, 3490.0, "A fixed price stays.")
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                sale.invoice_line_ids.with_user(user).read(["price_unit"])

    def _sell(self, quantity, product=None, **values):
        """Return the accountant's invoice of a sale without a job card; `values` are of its line."""
        line = {"product_id": (product or self.part).id, "quantity": quantity, **values}
        moves = self.env["account.move"].with_user(self.accountant).with_company(self.company)
        values = {"move_type": "out_invoice", "invoice_line_ids": [Command.create(line)]}
        customer = self.env["res.partner"].create(
            {
                "name": "Walk In",
                "company_id": self.company.id,
                "country_id": self.env.ref("base.in").id,
            }
        )
        invoice = moves.create({**values, "partner_id": customer.id})
        invoice.action_post()
        return invoice

    def test_what_is_ordered_comes_and_is_billed_in_the_branch(self):
        vendor = self.env["res.partner"].create({"name": "Wholesaler", "company_id": False})
        job = self._walk(self._intake(), "diagnosis", "estimate", "approved")
        answer = self._as("technician", job).request_part(product_id=self.part.id, quantity=8.0)
        usage = self.env["fsm.part.usage"].browse(answer["part_usage_id"])
        ordered = usage.with_user(self.accountant).order(vendor_id=vendor.id)
        order = self.env["purchase.order"].browse(ordered["purchase_id"]).with_user(self.accountant)
        order.order_line.price_unit = 2400.0
        order.button_confirm()
        order.fsm_receive()
        self.assertEqual(usage.state, "reserved")
        bill = self.env["account.move"].browse(order.action_create_invoice()["res_id"])
        self.assertEqual((bill.move_type, bill.company_id), ("in_invoice", self.company))
        self.assertEqual(bill.amount_untaxed, 19200.0)

    def test_supplier_claim_goes_with_his_credit_note(self):
        vendor = self.env["res.partner"].create({"name": "Wholesaler", "company_id": False})
        self.part.part_warranty_months = 12
        job = self._repaired_job()
        claim = self.env["fsm.supplier.claim"].create(
            {
                "warranty_id": job._open_warranties()[0].id,
                "rework_id": job.id,
                "company_id": self.company.id,
                "supplier_id": vendor.id,
                "product_id": self.part.id,
                "quantity": 1,
                "amount_claimed": 2450,
                "opened_on": "2026-04-01",
            }
        )
        claim = claim.with_user(self.accountant)
        claim.send(reference="RMA-9")
        with self.assertRaisesRegex(UserError, "no posted credit note “CN-5” of Wholesaler"):
            claim.credit(credit_reference="CN-5")
        drafted = claim.draft_credit_note(client_ref="cn-5")
        note = claim.credit_note_id.browse(drafted["credit_note_id"])
        self.assertEqual((note.move_type, note.company_id), ("in_refund", self.company))
        with self.assertRaisesRegex(UserError, "Post the credit note first"):
            claim.with_context(fsm_target="credited").action_move()
        note.ref = "CN-5"
        note.invoice_line_ids.price_unit = 2400
        note.action_post()
        self.assertEqual(claim.draft_credit_note(client_ref="cn-5"), drafted)
        answer = (claim.state, claim.amount_credited, claim.credit_reference)
        self.assertEqual(answer, ("credited", 2400, "CN-5"))
        second = claim.sudo().copy({"opened_on": "2026-04-02", "rework_id": self._intake().id})
        second.with_user(self.accountant).send()
        with self.assertRaisesRegex(UserError, "Only 0.00 of credit note"):
            second.with_user(self.accountant).credit(credit_reference="CN-5")
        rows = self.env["fsm.supplier.report"].with_user(self.accountant)
        self.assertEqual(sum(rows.search([("partner_id", "=", vendor.id)]).mapped("failed")), 2)
        note.button_draft()
        self.assertEqual((claim.state, claim.amount_credited), ("accepted", 0))
        note.action_post()
        self.assertEqual(claim.state, "credited", "It follows again.")
        second.sudo().credit_note_id = False
        note.button_draft()
        note.invoice_line_ids.price_unit = 3000
        note.action_post()
        self.assertEqual(claim.amount_credited, 2450, "A note is for more than one claim.")
        # 550 are left, for both together.
        third = second.copy({"opened_on": "2026-04-02", "rework_id": self._intake().id})
        both = (second | third).with_user(self.accountant)
        third.with_user(self.accountant).send()
        with self.assertRaisesRegex(UserError, "Only 150.00 of credit note"):
            both.credit(amount=400, credit_reference="CN-5")
        third.with_user(self.accountant).draft_credit_note()
        with self.assertRaisesRegex(UserError, "the part came instead"):
            third.with_user(self.accountant).replace()
