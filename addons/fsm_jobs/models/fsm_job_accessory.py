from odoo import api, fields, models
from odoo.exceptions import AccessError

UNCOUNTED_STATES = ("request", "received")  # what was left with us is still being written down


class FsmJobAccessory(models.Model):
    """Something left with the device: counted at intake, ticked back at delivery."""

    _name = "fsm.job.accessory"
    _description = "Accessory"
    _inherit = ["fsm.job.child"]
    _job_field = "accessory_ids"

    name = fields.Char(required=True, audit=True)
    quantity = fields.Integer(default=1, required=True, audit=True)
    condition = fields.Selection(
        [("good", "Good"), ("worn", "Worn"), ("damaged", "Damaged"), ("missing", "Missing")],
        default="good",
        required=True,
    )
    returned = fields.Boolean(string="Given Back", audit=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "An accessory is left at least once."
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "quantity", "condition")
    def _compute_display_name(self):
        conditions = dict(self._fields["condition"]._description_selection(self.env))
        for accessory in self:
            name = accessory.name or ""
            if accessory.quantity > 1:
                name = f"{accessory.quantity} × {name}"
            if accessory.condition != "good":
                name = f"{name} ({conditions.get(accessory.condition, '')})"
            accessory.display_name = name

    # === CRUD METHODS === #

    def write(self, vals):
        counted = [name for name in ("name", "quantity") if name in vals]
        self.filtered(lambda row: any(row[name] != vals[name] for name in counted))._check_count()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        self._check_count()

    # === BUSINESS METHODS === #

    def _check_count(self):
        """Refuse to change what was counted at intake: else the delivery gate finds nothing missing."""
        if self.env.su:
            return
        counted = self.filtered(lambda row: row.job_id.state not in UNCOUNTED_STATES)
        if counted and not counted.job_id._has_role({"manager"}):
            raise AccessError(
                self.env._(
                    "What was left with us is ticked back, not deleted or counted anew: ask a "
                    "manager about %s.",
                    ", ".join(counted.mapped("display_name")),
                )
            )
