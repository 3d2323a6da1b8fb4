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
        help="Empty: a category that every organisation in this database starts with.",
    )
    repair_hours = fields.Float(
        string="Usual Time",
        default=18.0,
        help="Opening hours from the counter until the device is ready; the promise starts here.",
    )
    accessories = fields.Char(help="Separated by commas: charger, bag.", translate=True)
    checks = fields.Char(
        string="Condition Checks",
        help="Separated by commas: screen, keyboard, ports.",
        translate=True,
    )

    _repair_hours_positive = models.Constraint(
        "CHECK(repair_hours > 0)", "The usual time must be more than nothing."
    )
