from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmDeviceFault(models.Model):
    """What such devices usually come in with: one tap at the counter, one word in the figures."""

    _name = "fsm.device.fault"
    _description = "Fault"
    _order = "category_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one(
        comodel_name="fsm.device.category", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        string="Organisation",
        comodel_name="res.company",
        index=True,
        default=lambda self: self.env.company.root_id,
        help="Empty: a fault that every organisation in this database starts with.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _named(self, names, category):
        """Return the faults of a category with these names, whatever the letter case.

        :raise UserError: one of them is no fault of such devices
        """
        if not names:
            return self.browse()
        known = {fault.name.casefold(): fault for fault in category.fault_ids}
        found = self.browse()
        for name in names:
            fault = known.get(name.strip().casefold()) if isinstance(name, str) else None
            if fault is None:
                raise UserError(
                    self.env._(
                        "“%(fault)s” is no fault of a %(category)s. Choose of: %(known)s.",
                        fault=name,
                        category=category.name,
                        known=", ".join(category.fault_ids.mapped("name")) or "–",
                    )
                )
            found |= fault
        return found
