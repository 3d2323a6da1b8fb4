import io
import subprocess

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.fsm_inventory_ext.models import fsm_part_usage_scan

from .common import FsmInventoryCommon

DOTS_PER_INCH = 203  # of a usual label printer
EAN = "8901234567890"


@tagged("post_install", "-at_install")
class TestBagAndNumbers(FsmInventoryCommon, HttpCase):
    """Parts in a technician's bag, parts with numbers, and what came out of the device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.ssd, 5)
        cls.screen = cls._create_part("3520 Screen", 5200, tracking="serial")
        cls.glue = cls._create_part("Glue", 90, tracking="lot")

    def _fill(self, quantity, product=None, technician=None, **values):
        technician = technician or self.tech
        return technician.with_user(self.accountant).fill_bag(
            product_id=(product or self.ssd).id, quantity=quantity, **values
        )

    def _in_bag(self, product):
        bag = self.tech.sudo().bag_location_id
        return self.branch._stock(product, bag).get(product, (0, 0))[0]

    def _change(self, verb, product, quantity, lots, user=None):
        key = "counted_quantity" if verb == "fsm_adjust_stock" else "quantity"
        return getattr(product.with_user(user or self.manager), verb)(
            branch_id=self.branch.id, reason="Counted on Sunday", lots=lots, **{key: quantity}
        )["quantity"]

    # === THE BAG === #

    def test_bag_takes_from_the_shelf_and_gives_back(self):
        answer = self._fill(3)
        self.assertEqual(
            answer, {"technician_id": self.tech.id, "product_id": self.ssd.id, "quantity": 3}
        )
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (2, 2))
        self.tech.with_user(self.manager).empty_bag(product_id=self.ssd.id, quantity=1)
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (2, 3))
        with self.assertRaisesRegex(UserError, "Only 2 of SSD 512 GB"):
            self.tech.with_user(self.manager).empty_bag(product_id=self.ssd.id, quantity=3)

    def test_technician_uses_what_is_in_his_bag_first_and_it_goes_back_there(self):
        self._fill(1)
        job = self._job("repair")
        usage, more = self._request(job, use=True), self._request(job, use=True)
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (0, 3))
        usage.return_part(reason="Did not fit")
        more.return_part(reason="Did not fit")
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (1, 4))

    def test_nobody_takes_from_another_s_bag(self):
        self._fill(5)
        usage = self._request(self._job("repair", user=self.imran), user=self.imran)
        self.assertEqual(usage.state, "requested")
        with self.assertRaisesRegex(UserError, "Only 0 of SSD 512 GB"):
            usage.use()
        self.assertEqual(usage.bag_quantity, 0)
        dialog = Form(
            self.env["fsm.part.request"]
            .with_user(self.technician)
            .with_context(default_job_id=self._job("repair").id)
        )
        dialog.product_id = self.ssd
        self.assertEqual((dialog.available_quantity, dialog.bag_quantity), (0, 5))

    def test_part_from_a_bag_that_a_manager_writes_off_leaves_the_bag(self):
        self._fill(1)
        usage = self._request(self._job("repair"))
        usage.with_user(self.manager).scrap_part(reason="It fell off the bench")
        self.assertEqual(usage.state, "scrapped")
        move = usage.sudo().move_ids.filtered("inventory_name")
        self.assertEqual((move.on_hand_before, move.on_hand_after), (1, 0), "Of the bag.")
        self.assertEqual((self._in_bag(self.ssd), self._on_hand(self.ssd)), (0, 4))

    def test_part_from_a_bag_that_a_manager_splits_stays_reserved_there(self):
        self._fill(5)
        usage = self._request(self._job("repair"), quantity=3)
        usage.with_user(self.manager).return_part(quantity=1)
        bag = self.tech.sudo().bag_location_id
        move = usage.sudo().move_ids.filtered(lambda move: move.state == "assigned")
        self.assertEqual((move.quantity, move.move_line_ids.location_id), (2, bag))
        usage.use()
        self.assertEqual((self._in_bag(self.ssd), usage.quantity), (3, 2))

    def test_manager_takes_a_piece_for_a_technician_and_not_from_his_own_bag(self):
        self._change("fsm_add_stock", self.screen, 3, ["S-1", "S-2", "S-3"])
        lots = self.env["stock.lot"].search([("product_id", "=", self.screen.id)], order="name")
        manager_tech = self.env["fsm.technician"].create(
            {"name": "Meena", "user_id": self.manager.id, "company_id": self.company.id}
        )
        self._fill(1, self.screen, manager_tech, lot_id=lots[0].id)
        self._fill(1, self.screen, lot_id=lots[1].id)
        usages = [self._request(self._job("repair"), self.screen) for _ in range(2)]
        mine = usages[0].with_user(self.manager)
        self.assertEqual(mine._lots_at_hand().mapped("name"), ["S-2", "S-3"])
        with self.assertRaisesRegex(UserError, "Only"):
            mine.use(lot_id=lots[0].id)
        mine.use(lot_id=lots[1].id)
        usages[1].with_user(self.manager).use(lot_id=lots[2].id)
        self.assertEqual([usage.lot_id.name for usage in usages], ["S-2", "S-3"])

    def test_only_the_store_fills_a_bag_of_its_branch(self):
        for user in (self.technician, self.receptionist):
            with self.assertRaisesRegex(AccessError, "does not hand out parts"):
                self.tech.with_user(user).fill_bag(product_id=self.ssd.id, quantity=1)
        self._create_user("arun", "technician", self.other_branch)
        arun = self.env["fsm.technician"].search(
            [("company_id", "=", self.other_branch.company_id.id)]
        )
        with self.assertRaises(AccessError):
            self._fill(1, technician=arun[-1])
        self.assertEqual(self._fill(2, client_ref="b-1"), self._fill(2, client_ref="b-1"))
        self.assertEqual(self._in_bag(self.ssd), 2)

    # === NUMBERS === #

    def test_parts_with_numbers_come_and_go_by_their_numbers(self):
        self.assertEqual(self._change("fsm_add_stock", self.screen, 2, ["S-1", "S-2"]), 2)
        self.assertEqual(self._change("fsm_add_stock", self.glue, 7, ["B-9"]), 7)
        self.assertEqual(self._change("fsm_deduct_stock", self.screen, 1, ["S-1"]), 1)
        self.assertEqual(self._change("fsm_adjust_stock", self.glue, 5, ["B-9"]), 5)
        self.assertEqual(self._change("fsm_adjust_stock", self.screen, 1, ["S-1"]), 2)
        quants = self.env["stock.quant"].search(
            [("location_id", "=", self.branch.stock_location_id.id), ("lot_id", "!=", False)]
        )
        self.assertEqual(
            {quant.lot_id.name: quant.quantity for quant in quants},
            {"S-1": 1, "S-2": 1, "B-9": 5},
        )

    def test_numbers_that_do_not_fit_are_refused(self):
        self._change("fsm_add_stock", self.screen, 1, ["S-1"])
        for verb, product, quantity, lots in (
            ("fsm_add_stock", self.screen, 2, []),
            ("fsm_add_stock", self.screen, 2, ["S-2"]),
            ("fsm_add_stock", self.screen, 2, ["S-2", "S-2"]),
            ("fsm_add_stock", self.screen, 1, ["S-1"]),
            ("fsm_add_stock", self.screen, 1, [False]),
            ("fsm_add_stock", self.screen, 0.5, []),
            ("fsm_add_stock", self.screen, 1.5, ["S-2"]),
            ("fsm_deduct_stock", self.screen, 0.5, []),
            ("fsm_add_stock", self.glue, 2, ["B-1", "B-2"]),
            ("fsm_add_stock", self.ssd, 1, ["S-9"]),
            ("fsm_deduct_stock", self.screen, 1, ["S-9"]),
            ("fsm_deduct_stock", self.glue, 1, []),
            ("fsm_adjust_stock", self.screen, 5, ["S-1"]),
        ):
            with self.subTest(verb=verb, lots=lots), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    self._change(verb, product, quantity, lots)
        self.assertEqual(self._on_hand(self.screen), 1)

    def test_lots_on_one_line_of_a_sale_leave_in_their_order(self):
        for lot in ("B-1", "B-2"):
            self._change("fsm_add_stock", self.glue, 2, [lot])
        branch, glue = self.branch.sudo(), self.glue.sudo().with_company(self.company)
        plan = glue._plan_sale(branch, 3, ["B-2", "B-1"])
        self.assertEqual([(lot.name, taken) for _, lot, taken in plan], [("B-2", 2), ("B-1", 1)])
        with self.assertRaisesRegex(UserError, "Only 4 of Glue B-1, B-2"):
            glue._plan_sale(branch, 5, ["B-2", "B-1"])

    # === THE OLD PART === #

    def test_old_part_is_told_once_until_delivery(self):
        usage = self._request(self._job("repair"), use=True)
        with self.assertRaisesRegex(UserError, "must be one of"):
            usage.record_old_part(old_part="sold")
        answer = usage.record_old_part(old_part="customer", note=" S/N 12 ")
        self.assertEqual(answer, {"id": usage.id, "old_part": "customer"})
        self.assertEqual(usage.old_part_note, "S/N 12")
        signed = usage.job_id.sudo()._document_delivery()
        self.assertIn(("Old Part", f"{self.ssd.name}: Kept by the Customer"), signed)
        with self.assertRaisesRegex(UserError, "written down already"):
            usage.record_old_part(old_part="scrapped")
        other = self._request(self._job("repair"))
        with self.assertRaisesRegex(UserError, "already is “Reserved”"):
            other.record_old_part(old_part="customer")

    def test_old_part_that_is_kept_is_nobody_s_new_one(self):
        usage = self._request(self._job("repair"), use=True)
        usage.record_old_part(old_part="stock")
        old = self.branch._stock(self.ssd, self.branch.old_parts_location_id)
        self.assertEqual(old[self.ssd], (1, 1))
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (4, 4))

    def _with_the_old(self, product):
        """Return ``{number: quantity}`` of what lies with the old parts, and what was built in."""
        quants = self.env["stock.quant"].search([("product_id", "=", product.id)])
        old = self.branch.old_parts_location_id
        kept = {q.lot_id.name: q.quantity for q in quants if q.location_id == old and q.quantity}
        built = quants.filtered(lambda q: q.location_id == self.branch.usage_location_id)
        return kept, sum(built.mapped("quantity"))

    def test_old_part_goes_back_into_the_device_with_the_return_of_the_new_one(self):
        usage = self._request(self._job("repair"), quantity=3, use=True)
        usage.record_old_part(old_part="stock")
        self.assertEqual(self._with_the_old(self.ssd), ({False: 3}, 0))
        usage.return_part(quantity=1, reason="Did not fit")
        self.assertEqual(self._with_the_old(self.ssd), ({False: 2}, 0))
        usage.return_part(reason="Did not fit")
        self.assertEqual(self._with_the_old(self.ssd), ({}, 0))
        self.assertEqual(self.branch._stock(self.ssd)[self.ssd], (5, 5))
        self.assertFalse(usage.old_part)

    def test_old_part_that_is_kept_leaves_as_a_manager_says_and_is_no_loss_of_ours(self):
        job, why = self._job("repair"), "Lay there for half a year"
        usages = [self._request(job, use=True) for _ in range(3)]
        for usage in usages:
            usage.record_old_part(old_part="stock")
        with self.assertRaises(AccessError):
            usages[0].clear_old_part(fate="scrapped", reason=why)
        for usage, fate in zip(usages, ("scrapped", "supplier", "shelf"), strict=True):
            answer = usage.with_user(self.manager).clear_old_part(fate=fate, reason=why)
            self.assertEqual(answer, {"id": usage.id, "old_part": fate})
        self.assertEqual(self._with_the_old(self.ssd), ({}, 0))
        self.assertEqual(self._on_hand(self.ssd), 3)
        today = fields.Date.today()
        days = [fields.Date.add(today, days=number) for number in (-1, 2)]
        self.assertFalse(self.branch.sudo()._lost_parts(*days))
        with self.assertRaisesRegex(UserError, "does not lie with the old parts"):
            usages[0].with_user(self.manager).clear_old_part(fate="shelf", reason=why)

    def test_old_part_with_a_number_moves_under_its_own(self):
        self._change("fsm_add_stock", self.screen, 2, ["S-1", "S-2"])
        self._change("fsm_add_stock", self.glue, 2, ["B-9"])
        lot = self.env["stock.lot"].search([("name", "=", "S-1")])
        usage = self._request(self._job("repair"), self.screen)
        usage.use(lot_id=lot.id)
        for number in ("S-1", "S-2"):
            with self.assertRaisesRegex(UserError, "number of another 3520 Screen"):
                usage.record_old_part(old_part="stock", lot=number)
        usage.record_old_part(old_part="stock", lot="LG-77")
        self.assertEqual(self._with_the_old(self.screen), ({"LG-77": 1}, 0))
        usage.return_part(reason="Did not fit")
        self.assertEqual(self._with_the_old(self.screen), ({}, 0))
        glue = self._request(self._job("repair"), self.glue, 2)
        glue.use(lot_id=self.env["stock.lot"].search([("name", "=", "B-9")]).id)
        glue.record_old_part(old_part="stock")
        made = f"{glue.job_id.name}/{glue.id}"
        self.assertEqual(self._with_the_old(self.glue), ({made: 2}, 0))
        glue.return_part(quantity=1, reason="Did not fit")
        self.assertEqual(self._with_the_old(self.glue), ({made: 1}, 0))

    def test_old_parts_are_worth_nothing_and_never_below_zero(self):
        usage = self._request(self._job("repair"), use=True)
        usage.record_old_part(old_part="stock")
        place = self.branch.old_parts_location_id
        self.assertEqual(self.ssd.with_company(self.company).qty_available, 4)
        with self.assertRaisesRegex(UserError, "Only 1 of SSD 512 GB"):
            self.env["stock.quant"]._update_available_quantity(self.ssd, place, -2)

    # === SCANNING AND LABELS === #

    def test_part_is_found_by_ean_reference_serial_and_its_own_label(self):
        self.ssd.write({"barcode": EAN, "default_code": "SSD512"})
        self._change("fsm_add_stock", self.screen, 1, ["SCR-1"])
        find = self.env["product.product"].with_user(self.technician).fsm_find_part
        for code in (EAN, "ssd512", f" {EAN}\n"):
            with self.subTest(code=code):
                answer = find(code)
                self.assertEqual((answer["product_id"], answer["free"]), (self.ssd.id, 5))
        answer = find("SCR-1")
        self.assertEqual(
            (answer["product_id"], answer["lot"], answer["free"]), (self.screen.id, "SCR-1", 1)
        )
        self.assertEqual(find(self.glue._label_code())["product_id"], self.glue.id)
        for code in ("", "%", "SSD_12", "0" * 300):
            with self.subTest(code=code), self.assertRaisesRegex(UserError, "is no part"):
                find(code)
        with self.assertRaises(AccessError):
            self.env["product.product"].with_user(self.receptionist).fsm_find_part(EAN)

    def test_scanned_part_is_reserved_and_a_scanned_piece_is_used(self):
        self.ssd.barcode = EAN
        self._change("fsm_add_stock", self.screen, 2, ["SCR-1", "SCR-2"])
        job = self._job("repair")
        answer = job.with_user(self.technician).scan_part(code=EAN, client_ref="s1")
        self.assertEqual((answer["state"], answer["available"]), ("reserved", True))
        self.assertEqual(
            job.with_user(self.technician).scan_part(code=EAN, client_ref="s1"), answer
        )
        self._request(job, self.screen)  # laid out, whichever piece it is
        answer = job.with_user(self.technician).scan_part(code="SCR-2")
        used = job.part_usage_ids.filtered(lambda usage: usage.state == "used")
        self.assertEqual((answer["part_usage_id"], used.lot_id.name), (used.id, "SCR-2"))
        self.assertEqual(len(job.part_usage_ids), 2)
        with self.assertRaises(AccessError):
            job.with_user(self.imran).scan_part(code=EAN)
        other = self._job("repair")
        self._request(other, self.screen)
        with self.assertRaisesRegex(UserError, f"reserved for {other.name}"):
            job.with_user(self.technician).scan_part(code="SCR-1")

    def test_code_of_two_things_asks_which_and_an_unknown_one_says_what_to_do(self):
        self.ssd.barcode = self.screen.default_code = EAN
        self._change("fsm_add_stock", self.screen, 1, ["SCR-1"])
        self._change("fsm_add_stock", self.glue, 1, ["SCR-1"])
        job = self._job("repair").with_user(self.technician)
        answer = job.scan_part(code=EAN, client_ref="s1")
        self.assertEqual((answer["state"], job.part_usage_ids.ids), ("choose", []))
        parts = [choice["product_id"] for choice in answer["choices"]]
        self.assertEqual(parts, [self.ssd.id, self.screen.id])
        answer = job.scan_part(code=EAN, client_ref="s1", product_id=self.ssd.id)
        self.assertEqual((answer["state"], job.part_usage_ids.product_id), ("reserved", self.ssd))
        names = [choice["name"] for choice in job.scan_part(code="SCR-1")["choices"]]
        self.assertTrue(all("SCR-1" in name for name in names) and len(names) == 2, names)
        find = self.env["product.product"].with_user(self.technician).fsm_find_part
        with self.assertRaisesRegex(UserError, "Several things have the code “SCR-1”: .*Glue"):
            find("SCR-1")
        with self.assertRaisesRegex(UserError, "look for it by its name"):
            job.scan_part(code="NO-SUCH")

    def test_dialog_offers_the_pieces_at_hand(self):
        self._change("fsm_add_stock", self.screen, 2, ["SCR-1", "SCR-2"])
        usage = self._request(self._job("repair"), self.screen)
        action = usage.action_use()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.technician)
            .with_context(**action["context"])
        )
        self.assertEqual(form.lot_ids[:].mapped("name"), ["SCR-1", "SCR-2"])
        form.lot_id = form.lot_ids[:][1]
        form.save().action_use()
        self.assertEqual((usage.state, usage.lot_id.name), ("used", "SCR-2"))

    def test_store_sees_who_waits_first_promised_first(self):
        jobs = [self._job("repair"), self._job("repair")]
        for job, day in zip(jobs, ("2030-01-02", "2030-01-01"), strict=True):
            self._request(job, self.glue)
            job.with_user(self.manager).promised_at = f"{day} 12:00:00"
        waiting = self.env["fsm.part.usage"].with_user(self.accountant)
        rows = waiting.waiting_for(product_id=self.glue.id)
        self.assertEqual([row["job"] for row in rows], [jobs[1].name, jobs[0].name])
        for user in (self.technician, self.receptionist):
            with self.assertRaises(AccessError):
                waiting.with_user(user).waiting_for()

    def test_who_was_promised_first_is_on_a_screen_that_is_full(self):
        self.patch(fsm_part_usage_scan, "MAX_WAITING", 1)
        jobs = [self._job("repair"), self._job("repair")]
        for job, day in zip(jobs, ("2030-01-02", "2030-01-01"), strict=True):
            self._request(job, self.glue)
            job.with_user(self.manager).promised_at = f"{day} 12:00:00"
        waiting = self.env["fsm.part.usage"].with_user(self.accountant)
        [row] = waiting.waiting_for(product_id=self.glue.id)
        self.assertEqual(row["job"], jobs[1].name)

    def _read(self, report, record):
        """Return the size in millimetres and what a scanner reads on a label."""
        import zxingcpp

        reports = self.env["ir.actions.report"].with_user(self.accountant)
        reports = reports.with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            pdf = reports._render_qweb_pdf(f"fsm_inventory_ext.{report}", record.ids)[0]
        command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", "-singlefile", "-"]
        picture = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
        image = Image.open(io.BytesIO(picture))
        size = tuple(round(pixels * 25.4 / DOTS_PER_INCH) for pixels in image.size)
        return size, {(str(code.format), code.text) for code in zxingcpp.read_barcodes(image)}

    def test_labels_are_fifty_by_twenty_five_and_scan_as_the_part(self):
        self.ssd.barcode = EAN
        self.glue.default_code = "GLUE-90"
        self._change("fsm_add_stock", self.screen, 1, ["SCR-1"])
        lot = self.env["stock.lot"].search([("name", "=", "SCR-1")])
        for report, record, bars, text in (
            ("report_part_label", self.ssd, "EAN13", EAN),
            ("report_part_template_label", self.glue.product_tmpl_id, "Code128", "GLUE-90"),
            ("report_piece_label", lot, "Code128", "SCR-1"),
        ):
            with self.subTest(report=report):
                size, codes = self._read(report, record)
                self.assertEqual(size, (50, 25))
                self.assertEqual({text for _format, text in codes}, {text})
                self.assertEqual(
                    {name.replace("-", "").replace(" ", "") for name, _text in codes},
                    {"QRCode", bars},
                )

    def test_counter_is_asked_for_old_parts_and_a_program_may_have_to_tell(self):
        self.assertEqual(self.branch.ask_old_parts, "counter")
        job = self._job("repair")
        usage = self._request(job, use=True)
        asked = f"Nobody has said what became of the old parts: {self.ssd.display_name}."
        dialog = self._as("receptionist", job).env["fsm.job.deliver"].create({"job_id": job.id})
        for level, program_is_asked, counter_is_asked in (
            ("no", False, False),
            ("counter", False, True),
            ("must", True, True),
        ):
            with self.subTest(level=level):
                self.branch.ask_old_parts = level
                dialog.invalidate_recordset()
                self.assertEqual(asked in job._blockers("delivered"), program_is_asked)
                self.assertEqual("old parts" in dialog.missing, counter_is_asked)
                self.assertEqual(bool(dialog.untold_parts), counter_is_asked)
        with self.assertRaisesRegex(UserError, "became of the old parts"):
            dialog.action_deliver()
        dialog.old_part = "customer"
        self.assertNotIn("old parts", dialog.missing)
        dialog.job_id._untold_parts().record_old_part(old_part="customer")
        self.assertEqual(usage.old_part, "customer")
        self.assertFalse(any("old parts" in why for why in job._blockers("delivered")))
