from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
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
