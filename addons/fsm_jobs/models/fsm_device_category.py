from odoo import fields, models


class FsmDeviceCategory(models.Model):
    """A kind of device: what usually comes with it, what is looked at, how long a repair takes."""

    _name = "fsm.device.category"
    _description = "Device Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        index=True,
        default=lambda self: self.env.company.root_id,
        help="Empty: a category that every organisation in this database starts with.",
    )
    repair_hours = fields.Float(
        string="Usual Time",
        default=18.0,
        help="Opening hours from the counter until the device is ready; the promise starts here.",
    )
    sla_hours = fields.Float(
        string="Longest Time",
        default=45.0,
        help="Opening hours after which such a repair has taken too long; a later promise is warned about.",
    )
    warranty_days = fields.Integer(
        string="Warranty",
        default=90,
        help="Days for which we stand for the repair of such a device.",
    )
    accessories = fields.Char(help="Separated by commas: charger, bag.", translate=True)
    checks = fields.Char(
        string="Condition Checks",
        help="Separated by commas: screen, keyboard, ports.",
        translate=True,
    )

    fault_ids = fields.One2many(
        string="Usual Faults", comodel_name="fsm.device.fault", inverse_name="category_id"
    )

    _repair_hours_positive = models.Constraint(
        "CHECK(repair_hours > 0)", "The usual time must be more than nothing."
    )
    _warranty_not_negative = models.Constraint(
        "CHECK(warranty_days >= 0)", "A warranty cannot be negative."
    )
    _sla_not_before_usual = models.Constraint(
        "CHECK(sla_hours >= repair_hours)", "The longest time is not less than the usual time."
    )

    # === BUSINESS METHODS === #

    def _listed(self, field_name):
        """Return what stands in `accessories` or `checks`, one by one."""
        self.ensure_one()
        return [name.strip() for name in (self[field_name] or "").split(",") if name.strip()]
