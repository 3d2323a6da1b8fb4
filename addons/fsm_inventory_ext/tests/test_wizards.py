from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import FsmInventoryCommon


@tagged("post_install", "-at_install")
class TestWizards(FsmInventoryCommon):
    """The dialogs do what the verbs do, for the people who see their buttons."""

    def _dialog(self, model, user, **defaults):
        context = {f"default_{name}": record.id for name, record in defaults.items()}
        return Form(self.env[model].with_user(user).with_context(**context))

    def test_technician_requests_and_uses_a_part_in_one_dialog(self):
        self._stock_up(self.ssd, 5)
        job = self._job()
        with self._dialog("fsm.part.request", self.technician, job_id=job) as dialog:
            dialog.product_id = self.ssd
            self.assertEqual(dialog.available_quantity, 5)
        dialog.record.action_use()
        self.assertEqual(job.part_usage_ids.state, "used")
        self.assertEqual(job.state, "repair")

    def test_technician_returns_a_used_part_with_the_reason(self):
        self._stock_up(self.ssd, 1)
        usage = self._request(self._job(), use=True)
        action = usage.action_return()
        with self._dialog(action["res_model"], self.technician, usage_id=usage) as dialog:
            dialog.reason = "Did not fit"
        dialog.record.action_return()
        self.assertEqual((usage.state, usage.return_reason), ("returned", "Did not fit"))

    def test_accountant_receives_parts_in_his_branch(self):
        with self._dialog("fsm.stock.change", self.accountant, product_id=self.ssd) as dialog:
            self.assertEqual(dialog.branch_id, self.branch)
            dialog.quantity = 5
            dialog.reason = "Bill 4711"
        dialog.record.action_apply()
        self.assertEqual(self._on_hand(self.ssd), 5)

    def test_numbers_are_scanned_one_a_line(self):
        screen = self._create_part("3520 Screen", 5200, tracking="serial")
        with self._dialog("fsm.stock.change", self.accountant, product_id=screen) as dialog:
            dialog.quantity = 2
            dialog.lots = "S-1\r\n S-2\n\n"
            dialog.reason = "Bill 4711"
        dialog.record.action_apply()
        lots = self.env["stock.lot"].search([("product_id", "=", screen.id)])
        self.assertEqual(set(lots.mapped("name")), {"S-1", "S-2"})

    def test_everybody_of_the_branch_opens_a_job_card_with_its_parts(self):
        self._stock_up(self.ssd, 1)
        job = self._job()
        self._request(job)
        for user in (self.technician, self.receptionist, self.accountant, self.manager):
            with self.subTest(user=user.login):
                form = Form(job.with_user(user))
                self.assertEqual(len(form.part_usage_ids), 1)

    def test_dialog_tells_nothing_of_what_its_user_may_not_read(self):
        self._stock_up(self.ssd, 1, self.other_branch)
        job = self._job_elsewhere()
        usage = self._request(job, user=self.owner)
        for model, user, name, record in (
            ("fsm.part.request", self.technician, "job_id", job),
            ("fsm.part.return", self.technician, "usage_id", usage),
            ("fsm.stock.change", self.accountant, "branch_id", self.other_branch),
        ):
            dialogs = self.env[model].with_user(user)
            spec = {name: {"fields": {"display_name": {}}}}
            vals = {name: record.id, "product_id": self.ssd.id, "reason": "Curious"}
            vals = {key: value for key, value in vals.items() if key in dialogs._fields}
            for action in (
                lambda dialogs=dialogs, vals=vals: dialogs.create(vals),
                lambda dialogs=dialogs, vals=vals: dialogs.new().write(vals),
                lambda dialogs=dialogs, vals=vals, name=name, spec=spec: dialogs.onchange(
                    vals, [name], spec
                ),
                lambda dialogs=dialogs, name=name, record=record, spec=spec: dialogs.with_context(
                    **{f"default_{name}": record.id}
                ).onchange({}, [], spec),
            ):
                self.env.invalidate_all()
                with self.subTest(model=model), self.assertRaises(AccessError):
                    action()
