from odoo import api, fields, models

from .res_users import CASHIER


class FsmPerson(models.Model):
    _inherit = "fsm.person"

    takes_payments = fields.Boolean(
        compute="_compute_takes_payments",
        readonly=False,
        help="Collects at the counter what customers pay, and closes the day. A receptionist does "
        "not unless the owner says so; accountants, managers and owners do.",
    )

    # === COMPUTE METHODS === #

    @api.depends("role")
    def _compute_takes_payments(self):
        for person in self:
            person.takes_payments = bool(person.id) and person._user_sudo().has_group(CASHIER)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        people = super().create(vals_list)
        for person, vals in zip(people, vals_list, strict=True):
            if vals.get("takes_payments"):
                person._user().fsm_set_cashier(allowed=True)
        return people

    def write(self, vals):
        """Override of `fsm_jobs`: the role first, for the right hangs on it."""
        done = super().write(vals)
        if "takes_payments" in vals:
            self._user().fsm_set_cashier(allowed=bool(vals["takes_payments"]))
            self.invalidate_recordset(["takes_payments"])
        return done
