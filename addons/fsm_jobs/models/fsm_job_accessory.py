from odoo import api, fields, models


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
