from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FsmJobsCommon


@tagged("post_install", "-at_install")
class TestDevice(FsmJobsCommon):
    def test_serial_is_kept_in_capitals_without_blanks(self):
        device = self._intake().device_id
        device.serial = " 5cd 99 "
        self.assertEqual(device.serial, "5CD99")

    def test_serial_is_one_devices_in_a_branch(self):
        device = self._intake().device_id
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            device.copy({"serial": device.serial})

    def test_imei_must_fit_its_check_digit(self):
        device = self._intake().device_id
        device.imei = "356938035643809"
        with self.assertRaisesRegex(ValidationError, "not an IMEI"):
            device.imei = "356938035643808"

    def test_counter_types_a_new_brand_and_model(self):
        laptop = self.env.ref("fsm_jobs.category_laptop")
        Model = self.env["fsm.device.model"].with_user(self.receptionist)
        Model = Model.with_context(default_category_id=laptop.id)
        model_id, name = Model.name_create("Asus TUF F15")
        self.assertEqual(name, "Asus TUF F15")
        self.assertEqual(Model.browse(model_id).brand_id.company_id, self.organization)
        self.assertEqual(Model.name_create("asus tuf f15")[0], model_id)
        with self.assertRaises(UserError):
            Model.name_create("Asus")

    def test_name_of_a_model_is_no_pattern(self):
        brand = {"category": "Laptop", "brand": "Dell"}
        first = self._intake(device={**brand, "model": "X_1"}).device_id
        second = self._intake(device={**brand, "model": "XY1"}).device_id
        third = self._intake(device={"category": "Laptop", "brand": "D%", "model": "X_1"}).device_id
        self.assertEqual(
            self._intake(device={**brand, "model": "x_1"}).device_id.model_id, first.model_id
        )
        self.assertEqual(len((first | second | third).model_id), 3)
        self.assertEqual(len((first | third).model_id.brand_id), 2)

    def test_second_imei_finds_the_device_and_belongs_to_no_other(self):
        device = self._intake().device_id
        device.write({"imei": "356938035643809", "imei2": "490154203237518"})
        found = self._as("receptionist").intake_device(number="490154203237518")
        self.assertEqual(found["device"]["id"], device.id)
        self.assertEqual(self._intake(device={"imei2": device.imei2}).device_id, device)
        self.assertEqual(self._intake(device={"imei2": device.imei}).device_id, device)
        with self.assertRaisesRegex(ValidationError, "one device of the branch"):
            device.imei2 = device.imei
        with self.assertRaisesRegex(ValidationError, "not an IMEI"):
            device.imei2 = "490154203237519"

    def test_device_remembers_whose_it_was(self):
        job = self._intake()
        device = job.device_id
        first = device.partner_id
        self._as("manager", job).move_to(state="cancelled", reason="He sold it")
        self._intake(
            customer={"name": "Meera Nair", "phone": "99001 12233"},
            device={"serial": device.serial},
        )
        self.assertEqual(device.owner_ids.partner_id, first | device.partner_id)
        device.invalidate_recordset()
        self.assertEqual(device.owner_ids[0].partner_id.name, "Meera Nair")
        for role in ("owner", "receptionist"):
            with self.subTest(role), self.assertRaises(AccessError):
                device.owner_ids.with_user(getattr(self, role)).write({"partner_id": first.id})

    def test_device_that_is_here_changes_no_owner(self):
        job = self._intake()
        device, owner = job.device_id, job.partner_id
        meera = owner.copy({"name": "Meera Nair", "phone": "99001 12233"})
        refusal = f"here on job card {job.name}"
        with self.assertRaisesRegex(UserError, refusal):
            self._intake(customer={"id": meera.id}, device={"serial": device.serial})
        with self.assertRaisesRegex(UserError, refusal):
            device.with_user(self.receptionist).partner_id = meera
        self.assertEqual(device.partner_id, owner)
        device.with_user(self.manager).partner_id = meera
        self._as("manager", job).partner_id = meera  # the counter had taken the wrong one
        self._as("manager", job).move_to(state="cancelled", reason="He sold it")
        device.partner_id = owner
        device.with_user(self.receptionist).partner_id = meera
        device.invalidate_recordset()  # the newest owner first
        self.assertEqual(device.owner_ids[:1].partner_id, meera)

    def test_warranty_does_not_end_before_it_begins(self):
        device = self._intake().device_id
        device.write({"purchased_on": "2026-01-10", "warranty_until": "2099-01-09"})
        self.assertTrue(device.is_in_warranty)
        with self.assertRaisesRegex(ValidationError, "does not end before"):
            device.warranty_until = "2026-01-09"
